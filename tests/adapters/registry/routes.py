"""An image that has to go from one registry to another, over connections that break."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.oci import Digest
from tests.adapters.registry.pushing import OCI_CONFIG, OCI_MANIFEST, Pusher
from tests.support.faulty_registry import requests
from tests.support.kept_uploads import SENDING

if TYPE_CHECKING:
    from helmforge.domain.oci import CopyReport
    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import FaultyRegistry

SIZE = 3_000_000
PUT, PATCH, STATUS = (requests(method, r"/blobs/uploads/") for method in ("PUT", "PATCH", "GET"))


@dataclass
class Route:
    """An image of one layer on its way from one registry to another, each behind a proxy of its own."""

    connect: Connect
    source: FaultyRegistry
    target: FaultyRegistry
    one: Pusher
    layer: str

    @property
    def other(self) -> Pusher:
        return Pusher(self.target.address, f"prod/{self.one.path}")

    def copy(self, attempts: int = 3) -> CopyReport:
        registry = self.connect(attempts=attempts)
        report = registry.copy(self.one.repository.tagged("1.0.0"), self.other.repository.tagged("1.0.0"))
        assert self.other.raw("1.0.0") == self.one.raw("1.0.0")
        assert len(registry.blob(self.other.repository, Digest(self.layer))) == SIZE
        return report

    def reads(self) -> list[str]:
        """The Range of each request for the layer."""
        matcher = requests("GET", f"{self.one.path}/blobs/{self.layer}")
        return [asked.headers.get("range", "") for asked in self.source.seen if matcher(asked)]

    def sent(self) -> list[tuple[str, str, int]]:
        """Method, Content-Range and size of what was sent, in order."""
        found = [asked for asked in self.target.seen if SENDING(asked) and asked.method != "GET"]
        return [(one.method, one.headers.get("content-range", ""), len(one.body)) for one in found]


def made(connect: Connect, shop: Pusher, source: FaultyRegistry, target: FaultyRegistry) -> Route:
    """The configuration is the layer, too: there is nothing else to send."""
    layer = shop.blob(secrets.token_bytes(SIZE))
    shop.manifest({"config": layer | {"mediaType": OCI_CONFIG}, "layers": []}, OCI_MANIFEST, "1.0.0")
    return Route(connect, source, target, shop, layer["digest"])

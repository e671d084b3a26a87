"""What a registry keeps of uploads whose connection broke.

docker-registry gives a session up when a request of it was cut off. Others go on with what arrived; a proxy
that hands over to docker-registry what it got, as a request of its own, makes it one of those.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.support.faulty_registry import Reply, requests

if TYPE_CHECKING:
    from tests.support.faulty_registry import Asked, Fault, FaultyRegistry, Forward

SENDING = requests("", r"/blobs/uploads/[^?]")


class KeptUploads:
    """Installs itself in `registry`; give `keep` to its `cut`."""

    def __init__(self, registry: FaultyRegistry) -> None:
        self._now: dict[str, Reply] = {}
        registry.fail(requests("GET", "/blobs/uploads/"), self._status)

    def keep(self, asked: Asked, forward: Forward) -> Reply:
        path = asked.path.partition("&digest=")[0]
        headers = {name: value for name, value in asked.headers.items() if name != "content-range"}
        reply = forward(replace(asked, method="PATCH", path=path, headers=headers, cut=False))
        assert reply.status == 202, reply
        self._now[urlsplit(path).path] = reply
        return reply

    def answering(self, status: int, told: str | None = None) -> Fault:
        """Where the session is (or `told` instead), with this status."""

        def fault(asked: Asked, _: Forward) -> Reply:
            headers = self._now[urlsplit(asked.path).path].headers
            return Reply(status, headers if told is None else {**headers, "Range": told})

        return fault

    def _status(self, asked: Asked, forward: Forward) -> Reply:
        kept = self._now.get(urlsplit(asked.path).path)
        return replace(kept, status=204) if kept else forward(asked)

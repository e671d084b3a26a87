"""Pushes images without the code under test."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import urllib3

from helmforge.domain.oci import Digest, RegistryHost, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

Entry = dict[str, Any]


@dataclass
class Pusher:
    """Writes to one repository of the registry at `address` (host:port)."""

    address: str
    path: str = field(default_factory=lambda: f"t{secrets.token_hex(6)}/shop")
    login: str = ""

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager()
        headers = urllib3.make_headers(basic_auth=self.login) if self.login else {}
        self._headers = dict(headers)

    @property
    def repository(self) -> Repository:
        return Repository(RegistryHost(self.address), self.path)

    def blob(self, content: bytes, media_type: str = OCI_LAYER) -> Entry:
        digest = digest_of(content)
        session = self._send("POST", "blobs/uploads/", b"", {}, 202).headers["Location"]
        url = urljoin(f"http://{self.address}", f"{session}{'&' if '?' in session else '?'}digest={digest}")
        answer = self._pool.request("PUT", url, body=content, headers=self._headers)
        assert answer.status == 201, answer.data
        return {"mediaType": media_type, "digest": str(digest), "size": len(content)}

    def manifest(self, document: Entry, media_type: str, tag: str = "") -> Entry:
        content = json.dumps({"schemaVersion": 2, "mediaType": media_type, **document}, indent=1).encode()
        digest = digest_of(content)
        self._send("PUT", f"manifests/{tag or digest}", content, {"Content-Type": media_type}, 201)
        return {"mediaType": media_type, "digest": str(digest), "size": len(content)}

    def image(
        self,
        tag: str = "",
        *,
        layers: int = 2,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        extra_layers: Iterable[Entry] = (),
    ) -> Entry:
        """An OCI image with random layers."""
        config = self.blob(
            json.dumps({"author": secrets.token_hex(4), "config": {"Labels": dict(labels or {})}}).encode(),
            OCI_CONFIG,
        )
        blobs = [self.blob(secrets.token_bytes(2000)) for _ in range(layers)]
        document = {"config": config, "layers": [*blobs, *extra_layers]}
        return self.manifest({**document, "annotations": dict(annotations or {})}, OCI_MANIFEST, tag)

    def docker_image(self, architecture: str) -> Entry:
        config = self.blob(json.dumps({"architecture": architecture}).encode(), DOCKER_CONFIG)
        layer = self.blob(secrets.token_bytes(2000), DOCKER_LAYER)
        return self.manifest({"config": config, "layers": [layer]}, DOCKER_MANIFEST)

    def index(
        self,
        entries: Iterable[Entry],
        tag: str = "",
        *,
        media_type: str = OCI_INDEX,
        annotations: Mapping[str, str] | None = None,
    ) -> Entry:
        document: Entry = {"manifests": list(entries)}
        if annotations:
            document["annotations"] = dict(annotations)
        return self.manifest(document, media_type, tag)

    def raw(
        self, reference: str, accept: str = f"{OCI_INDEX}, {OCI_MANIFEST}, {DOCKER_LIST}, {DOCKER_MANIFEST}"
    ) -> bytes:
        """A manifest's bytes as the registry stores them."""
        return self._send("GET", f"manifests/{reference}", b"", {"Accept": accept}, 200).data

    def _send(
        self, method: str, rest: str, body: bytes, headers: Mapping[str, str], expect: int
    ) -> urllib3.BaseHTTPResponse:
        url = f"http://{self.address}/v2/{self.path}/{rest}"
        answer = self._pool.request(method, url, body=body or None, headers={**self._headers, **headers})
        assert answer.status == expect, (method, rest, answer.status, answer.data)
        return answer


def digest_of(content: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")

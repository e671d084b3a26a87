"""Images that lie on disk as OCI layouts, as builders elsewhere hand them over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import Digest
from tests.adapters.registry.pushing import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, digest_of
from tests.support.faults import dropped
from tests.support.faulty_registry import requests

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import FaultyRegistry

pytestmark = pytest.mark.integration

_UPLOADS = requests("PUT", "/blobs/uploads/")


class Layout:
    """Written without the code under test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)

    def blob(self, content: bytes, media_type: str) -> dict[str, Any]:
        digest = digest_of(content)
        (self.folder / "blobs" / "sha256" / digest.partition(":")[2]).write_bytes(content)
        return {"mediaType": media_type, "digest": str(digest), "size": len(content)}

    def document(self, document: dict[str, Any], media_type: str) -> dict[str, Any]:
        content = json.dumps({"schemaVersion": 2, "mediaType": media_type, **document}).encode()
        return self.blob(content, media_type)

    def image(self, architecture: str) -> dict[str, Any]:
        config = self.blob(json.dumps({"architecture": architecture}).encode(), OCI_CONFIG)
        layers = [self.blob(content, OCI_LAYER) for content in (b"shared" * 500_000, architecture.encode())]
        return self.document({"config": config, "layers": layers}, OCI_MANIFEST)

    def root(self, *entries: dict[str, Any]) -> Path:
        (self.folder / "index.json").write_text(json.dumps({"manifests": entries}), encoding="utf-8")
        return self.folder


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "layout")


def test_an_index_arrives_whole_and_only_once(
    connect: Connect, shop: Pusher, layout: Layout, faulty: FaultyRegistry
) -> None:
    index = layout.document({"manifests": [layout.image("amd64"), layout.image("arm64")]}, OCI_INDEX)
    target, folder = shop.repository.tagged("1.0.0"), layout.root(index)

    assert connect().upload(folder, target) == Digest(index["digest"])
    sent = faulty.count(_UPLOADS)
    assert connect().upload(folder, target) == Digest(index["digest"])

    assert sent == faulty.count(_UPLOADS) == 5  # a layer is shared
    assert digest_of(shop.raw("1.0.0")) == index["digest"]
    copied = connect().copy(target, shop.repository.tagged("whole"))
    assert copied.digest == index["digest"]


def test_a_connection_that_breaks_is_no_failure(
    connect: Connect, shop: Pusher, layout: Layout, faulty: FaultyRegistry
) -> None:
    image = layout.image("amd64")
    faulty.fail(_UPLOADS, dropped(), times=1)
    connect().upload(layout.root(image), shop.repository.tagged("1.0.0"))
    assert digest_of(shop.raw("1.0.0")) == image["digest"]


def test_bytes_that_are_not_what_they_are_called_get_no_tag(
    connect: Connect, shop: Pusher, layout: Layout
) -> None:
    image = layout.image("amd64")
    layer = digest_of(b"amd64").partition(":")[2]
    (layout.folder / "blobs" / "sha256" / layer).write_bytes(b"dma64")
    with pytest.raises(RegistryError):
        connect().upload(layout.root(image), shop.repository.tagged("1.0.0"))
    assert connect().resolve(shop.repository.tagged("1.0.0")) is None


@pytest.mark.parametrize(
    "text", ["", "{}", '{"manifests": []}', '{"manifests": [{}, {}]}', '{"manifests": [3]}']
)
def test_what_is_no_layout_is_refused(connect: Connect, shop: Pusher, layout: Layout, text: str) -> None:
    (layout.folder / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError, match="no image that can be pushed"):
        connect().upload(layout.folder, shop.repository.tagged("1.0.0"))

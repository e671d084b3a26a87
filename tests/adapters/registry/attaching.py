"""Attaches to images without the code under test, well and badly."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from tests.adapters.registry.pushing import OCI_INDEX, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.adapters.registry.pushing import Entry, Pusher

EMPTY = "application/vnd.oci.empty.v1+json"
SBOM, SIGNATURE = "application/spdx+json", "application/vnd.dev.sigstore.bundle.v0.3+json"


def fallback_tag(subject: Entry, suffix: str = "") -> str:
    return str(subject["digest"]).replace(":", "-") + suffix


def artifact(shop: Pusher, subject: Entry | None, kind: str = SBOM, **more: Any) -> Entry:
    """A manifest with a subject that no list names yet."""
    document: Entry = {
        "artifactType": kind,
        "config": shop.blob(b"{}", EMPTY),
        "layers": [shop.blob(secrets.token_bytes(100), kind)],
        **({"subject": subject} if subject else {}),
        **more,
    }
    return {**shop.manifest(document, OCI_MANIFEST), "artifactType": kind}


def attach(shop: Pusher, subject: Entry, kind: str = SBOM) -> Entry:
    """A referrer, with its entry in the fallback tag."""
    made = artifact(shop, {key: subject[key] for key in ("mediaType", "digest", "size")}, kind)
    lists(shop, subject, [*listed(shop, subject), made])
    return made


def listed(shop: Pusher, subject: Entry) -> list[Entry]:
    try:
        return list(json.loads(shop.raw(fallback_tag(subject)))["manifests"])
    except AssertionError:
        return []


def lists(shop: Pusher, subject: Entry, entries: Iterable[Entry]) -> None:
    shop.manifest({"manifests": list(entries)}, OCI_INDEX, fallback_tag(subject))


def signed(shop: Pusher, subject: Entry, *keys: str, suffix: str = ".sig") -> Entry:
    """As cosign did before OCI 1.1: an image under a tag, with one layer for each key."""
    payload = shop.blob(b'{"critical": {}}', "application/vnd.dev.cosign.simplesigning.v1+json")
    layers = [{**payload, "annotations": {"dev.cosignproject.cosign/signature": key}} for key in keys]
    config = shop.blob(json.dumps({"keys": keys}).encode(), "application/vnd.oci.image.config.v1+json")
    return shop.manifest({"config": config, "layers": layers}, OCI_MANIFEST, fallback_tag(subject, suffix))

"""Referrers that a registry lists as what they are not: their own bytes say what they are attached to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.flows.attached import attached
from tests.flows.releases import IMAGE, REGISTRY, world
from tests.support.attachments import digest_of

if TYPE_CHECKING:
    from helmforge.domain.oci import ImageRef, Repository

KIND, CONTENT = "application/vnd.example.record", b"a record"
OTHER = Digest(f"sha256:{'2' * 64}")
LAYER = {"mediaType": KIND, "digest": digest_of(CONTENT), "size": len(CONTENT)}
GOOD = {"artifactType": KIND, "subject": {"digest": IMAGE}, "layers": [LAYER]}


@dataclass
class Outside:
    """Lists one manifest with whatever it is asked for."""

    document: dict[str, Any]
    read: list[Digest] = field(default_factory=list)

    def referrers(self, _: ImageRef, kind: str) -> tuple[Descriptor, ...]:
        return (Descriptor("", OTHER, 1, kind),)

    def manifest(self, _: ImageRef) -> Manifest:
        return Manifest(json.dumps(self.document).encode(), "", OTHER)

    def blob(self, _: Repository, digest: Digest) -> bytes:
        self.read.append(digest)
        return CONTENT


def _found(outside: Outside) -> bytes | str:
    ((_, found),) = attached(world(outside, "registry"), REGISTRY.repository("shop").at(IMAGE), KIND, 100)
    return found


def _by_config(kind: str) -> dict[str, Any]:
    return {"config": {"mediaType": kind}, "subject": {"digest": IMAGE}, "layers": [LAYER]}


@pytest.mark.parametrize("document", [GOOD, _by_config(KIND), {**_by_config(KIND), "artifactType": ""}])
def test_what_is_attached_is_read(document: dict[str, Any]) -> None:
    assert _found(Outside(document)) == CONTENT


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"subject": {"digest": OTHER}}, "not attached to this image"),
        ({"subject": None}, "not attached to this image"),
        ({"subject": IMAGE}, "not attached to this image"),
        ({"artifactType": "application/x"}, "another type"),
        ({"artifactType": "application/x", "config": {"mediaType": KIND}}, "another type"),
        ({"artifactType": None}, "another type"),
        ({"Subject": {"digest": OTHER}}, "some read its name 'Subject' as 'subject'"),
        ({"subject": {"digest": IMAGE, "Digest": OTHER}}, "some read its name"),
        ({"layers": []}, "not a manifest with one layer"),
        ({"layers": [LAYER, LAYER]}, "not a manifest with one layer"),
        ({"layers": [{**LAYER, "size": float("inf")}]}, "a size is no number of bytes"),
        ({"layers": [{**LAYER, "size": float("nan")}]}, "a size is no number of bytes"),
        ({"layers": [{**LAYER, "size": 10**400}]}, "a size is no number of bytes"),
        ({"layers": [{**LAYER, "size": -1}]}, "a size is no number of bytes"),
        ({"layers": ["layer"]}, "not a manifest with one layer"),
    ],
)
def test_what_is_something_else_is_not(change: dict[str, Any], why: str) -> None:
    outside = Outside({**GOOD, **change})
    found = _found(outside)
    assert isinstance(found, str)
    assert why in found
    assert outside.read == []

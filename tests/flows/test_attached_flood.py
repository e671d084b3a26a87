"""Referrers of somebody who may push and wants a promotion to take for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from helmforge.config import parse_settings
from helmforge.domain.artifact import released
from helmforge.domain.oci import Digest, Manifest
from helmforge.domain.provenance.attachments import BUNDLE_MEDIA_TYPE, Kind
from helmforge.domain.provenance.statement import Statement
from helmforge.domain.version import Version
from helmforge.flows.provenance import Attachments
from tests.flows.releases import service, world
from tests.support.attachments import Attached, MemoryRegistry, bundle_of, referrer

if TYPE_CHECKING:
    from helmforge.domain.oci import Descriptor, ImageRef, Repository

RULES = "registry: r.example\nenvironments: {qa: {cluster: {context: dev}, deploy: on-release}}\n"


@dataclass
class Flooded(MemoryRegistry):
    """Lists what is attached two thousand times."""

    read: list[int] = field(default_factory=list)

    def referrers(self, subject: ImageRef, kind: str = "") -> tuple[Descriptor, ...]:
        return super().referrers(subject, kind) * 2000

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        content = super().blob(repository, digest)
        self.read.append(len(content))
        return content


@pytest.mark.parametrize(("rubbish", "most"), [(0, 500), (1 << 20, 10)])
def test_what_is_no_answer_is_not_read_for_ever(
    rubbish: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helmforge.flows.provenance._MOST_BYTES", 10 << 20)
    registry = Flooded()
    image = registry.image("1.0.0")
    other = Statement("x" * rubbish, image, "https://example.com/other", {})
    registry.attached.append(Attached(image, BUNDLE_MEDIA_TYPE, bundle_of(other.to_json(), b"eve")))
    artifact = released(parse_settings(RULES), service().name, Version.parse("1.0.0"), "c" * 40)
    attachments = Attachments(world(registry, "registry"), artifact.images.at(image), signed=True)
    assert "was not looked at" in attachments.problem(Kind.SIGNATURE, artifact)
    assert len(registry.read) <= most


def test_what_is_too_long_is_not_read_at_all() -> None:
    class Long(Flooded):
        def manifest(self, ref: ImageRef) -> Manifest | None:
            layer = {"digest": str(ref.digest), "size": (64 << 20) + 1}
            content = referrer(BUNDLE_MEDIA_TYPE, self.attached[0].subject, layer)
            return Manifest(content, "", Digest(str(ref.digest)))

    registry = Long()
    image = registry.image("1.0.0")
    registry.attached.append(Attached(image, BUNDLE_MEDIA_TYPE, b"{}"))
    artifact = released(parse_settings(RULES), service().name, Version.parse("1.0.0"), "c" * 40)
    attachments = Attachments(world(registry, "registry"), artifact.images.at(image), signed=True)
    assert "it is longer than 67108864 bytes" in attachments.problem(Kind.SIGNATURE, artifact)
    assert registry.read == []

"""Where promotions are recorded: a registry, a remote and a clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from helmforge.domain.artifact import Artifact
from helmforge.domain.git import Person
from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.domain.promotion_plan import RecordPromotion
from helmforge.domain.promotion_record import RECORD_TYPE, ApprovalTag
from helmforge.flows.step_runners import Effect
from helmforge.flows.steps import runners
from tests.flows.releases import IMAGE, PROD, REGISTRY, SETTINGS, chart_of, service, world
from tests.support.attachments import referrer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.flows.world import World

COUNTED = (ApprovalTag("approvals/prod/shop/1.0.0/ada@example.com", "a" * 40),)


def step_of(version: str = "1.0.0", run: str = "https://ci.example.com/runs/7") -> RecordPromotion:
    shop = service()
    images, charts = REGISTRY.repository("shop"), REGISTRY.repository("charts/shop")
    artifact = Artifact(shop.name, "c" * 40, version, version, images, charts)
    own = PROD.images.chart_repository(shop.name)
    target = PROD.images.repository(shop.name).tagged(version)
    return RecordPromotion(
        shop, artifact, PROD, images.at(IMAGE), target, own, chart_of(version), COUNTED, run
    )


@dataclass
class Outside:
    """A registry that keeps what is attached, a clone of somebody, and a clock that never stands still."""

    person: Person = field(default_factory=lambda: Person("Bo", "bo@example.com"))
    attached: list[bytes] = field(default_factory=list)
    today: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def identity(self) -> Person:
        return self.person

    def now(self) -> datetime:
        self.today += timedelta(seconds=1, microseconds=999)
        return self.today

    def put_referrer(self, subject: ImageRef, kind: str, content: bytes, _: Mapping[str, str]) -> Digest:
        assert (str(subject), kind) == (f"r.example/live/shop@{IMAGE}", RECORD_TYPE)
        self.attached.append(content)
        return digest_of(content)

    def referrers(self, _: ImageRef, kind: str) -> tuple[Descriptor, ...]:
        return tuple(Descriptor(kind, digest_of(content), 1) for content in self.attached)

    def manifest(self, ref: ImageRef) -> Manifest:
        (content,) = (one for one in self.attached if digest_of(one) == ref.digest)
        layer = {"mediaType": RECORD_TYPE, "digest": ref.digest, "size": len(content)}
        document = referrer(RECORD_TYPE, IMAGE, layer)
        return Manifest(document, "", digest_of(document))

    def blob(self, _: Repository, digest: Digest) -> bytes:
        return next(one for one in self.attached if digest_of(one) == digest)


def digest_of(content: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


def effect_of(outside: Outside, work: Path) -> Effect:
    effect = runners(world_of(outside), SETTINGS, work).table[RecordPromotion]
    assert isinstance(effect, Effect)
    return effect


def world_of(outside: Outside) -> World:
    return world(outside, "registry", "git", "clock")

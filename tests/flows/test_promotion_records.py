from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.artifact import Artifact
from helmforge.domain.git import Person
from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.domain.promotion_plan import RecordPromotion
from helmforge.domain.promotion_record import RECORD_TYPE, ApprovalTag
from helmforge.errors import StepError
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.step_runners import Effect
from helmforge.flows.steps import runners
from tests.flows.releases import IMAGE, PROD, REGISTRY, SETTINGS, chart_of, service, world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.flows.world import World

COUNTED = (ApprovalTag("approvals/prod/shop/1.0.0/ada@example.com", "a" * 40),)


def _step(version: str = "1.0.0", run: str = "https://ci.example.com/runs/7") -> RecordPromotion:
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
    seconds: int = 0

    def identity(self) -> Person:
        return self.person

    def now(self) -> datetime:
        self.seconds += 1
        return datetime(2026, 11, 21, 12, 0, self.seconds, 999, tzinfo=UTC)

    def put_referrer(self, subject: ImageRef, kind: str, content: bytes, _: Mapping[str, str]) -> Digest:
        assert (str(subject), kind) == (f"r.example/live/shop@{IMAGE}", RECORD_TYPE)
        self.attached.append(content)
        return _digest(content)

    def referrers(self, _: ImageRef, kind: str) -> tuple[Descriptor, ...]:
        return tuple(Descriptor(kind, _digest(content), 1) for content in self.attached)

    def manifest(self, ref: ImageRef) -> Manifest:
        (content,) = (one for one in self.attached if _digest(one) == ref.digest)
        layer = {"mediaType": RECORD_TYPE, "digest": ref.digest, "size": len(content)}
        document = json.dumps({"layers": [layer]}).encode()
        return Manifest(document, "", _digest(document))

    def blob(self, _: Repository, digest: Digest) -> bytes:
        return next(one for one in self.attached if _digest(one) == digest)


def _digest(content: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


def _effect(outside: Outside, work: Path) -> Effect:
    effect = runners(_world(outside), SETTINGS, work).table[RecordPromotion]
    assert isinstance(effect, Effect)
    return effect


def test_a_promotion_is_recorded_once(tmp_path: Path) -> None:
    outside = Outside()
    effect, step = _effect(outside, tmp_path), _step()
    assert effect.probe(step) is None
    effect.act(step, lambda _: None)
    facts = effect.probe(replace(step, run="https://ci.example.com/runs/8"))
    assert facts == {"record": str(_digest(outside.attached[0]))}
    ((record,), _) = promotions_of(_world(outside), step.target.repository.at(IMAGE))
    assert (record.approvals, record.run, record.promoted_by) == (COUNTED, step.run, "Bo <bo@example.com>")
    places = (record.charts, record.charts_source)
    assert places == ("r.example/live/charts/shop", "r.example/charts/shop")
    assert (record.image, record.chart, record.version) == (IMAGE, chart_of("1.0.0"), "1.0.0")
    assert effect.probe(_step("1.1.0")) is None


def _world(outside: Outside) -> World:
    return world(outside, "registry", "git", "clock")


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 60_000, b" " * 70_000, b'{"service": "shop"}'])
def test_what_anybody_else_attached_is_no_record(tmp_path: Path, content: bytes) -> None:
    outside = Outside(attached=[content])
    effect = _effect(outside, tmp_path)
    assert effect.probe(_step()) is None
    effect.act(_step(), lambda _: None)
    assert effect.probe(_step()) is not None


def test_a_record_of_other_bytes_is_no_record_of_these(tmp_path: Path) -> None:
    outside, other = Outside(), Digest(f"sha256:{'2' * 64}")
    _effect(outside, tmp_path).act(_step(), lambda _: None)
    outside.attached[0] = outside.attached[0].replace(IMAGE[7:].encode(), other[7:].encode())
    assert promotions_of(_world(outside), _step().target.repository.at(IMAGE))[0] == ()
    assert promotions_of(_world(outside), _step().target.repository.at(other))[0] != ()


def test_a_name_does_not_steer_the_terminal_of_who_reads_it(tmp_path: Path) -> None:
    outside = Outside(Person("Bo\x1b[2J", "bo@example.com"))
    _effect(outside, tmp_path).act(_step(), lambda _: None)
    ((record,), _) = promotions_of(_world(outside), _step().target.repository.at(IMAGE))
    assert record.promoted_by == "Bo[2J <bo@example.com>"


def test_a_record_that_nobody_could_read_is_not_written(tmp_path: Path) -> None:
    outside = Outside()
    with pytest.raises(StepError, match="cannot be recorded"):
        _effect(outside, tmp_path).act(_step(run="javascript:alert(1)"), lambda _: None)
    assert outside.attached == []

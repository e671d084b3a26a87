from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.git import Person
from helmforge.domain.oci import Digest
from helmforge.domain.promotion_record import PromotionRecord
from helmforge.errors import StepError
from helmforge.flows.release.promotions import promotions_of
from tests.flows.promotions import COUNTED, Outside, digest_of, effect_of, step_of, world_of
from tests.flows.releases import IMAGE, chart_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_promotion_is_recorded_once(tmp_path: Path) -> None:
    outside = Outside()
    effect, step = effect_of(outside, tmp_path), step_of()
    assert effect.probe(step) is None
    effect.act(step, lambda _: None)
    facts = effect.probe(replace(step, run="https://ci.example.com/runs/8"))
    assert facts == {"record": str(digest_of(outside.attached[0]))}
    ((record,), _) = promotions_of(world_of(outside), step.target.repository.at(IMAGE))
    assert (record.approvals, record.run, record.promoted_by) == (COUNTED, step.run, "Bo <bo@example.com>")
    places = (record.charts, record.charts_source)
    assert places == ("r.example/live/charts/shop", "r.example/charts/shop")
    assert (record.image, record.chart, record.version) == (IMAGE, chart_of("1.0.0"), "1.0.0")
    assert effect.probe(step_of("1.1.0")) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 60_000, b" " * 70_000, b'{"service": "shop"}'])
def test_what_anybody_else_attached_is_no_record(tmp_path: Path, content: bytes) -> None:
    outside = Outside(attached=[content])
    effect = effect_of(outside, tmp_path)
    assert effect.probe(step_of()) is None
    effect.act(step_of(), lambda _: None)
    assert effect.probe(step_of()) is not None


def test_a_record_of_other_bytes_is_no_record_of_these(tmp_path: Path) -> None:
    outside, other = Outside(), Digest(f"sha256:{'2' * 64}")
    effect_of(outside, tmp_path).act(step_of(), lambda _: None)
    outside.attached[0] = outside.attached[0].replace(IMAGE[7:].encode(), other[7:].encode())
    assert promotions_of(world_of(outside), step_of().target.repository.at(IMAGE))[0] == ()
    assert PromotionRecord.parse(outside.attached[0]).image == other


def test_a_name_does_not_steer_the_terminal_of_who_reads_it(tmp_path: Path) -> None:
    outside = Outside(Person("Bo\x1b[2J", "bo@example.com"))
    effect_of(outside, tmp_path).act(step_of(), lambda _: None)
    ((record,), _) = promotions_of(world_of(outside), step_of().target.repository.at(IMAGE))
    assert record.promoted_by == "Bo[2J <bo@example.com>"


def test_a_record_that_nobody_could_read_is_not_written(tmp_path: Path) -> None:
    outside = Outside()
    with pytest.raises(StepError, match="cannot be recorded"):
        effect_of(outside, tmp_path).act(step_of(run="javascript:alert(1)"), lambda _: None)
    assert outside.attached == []

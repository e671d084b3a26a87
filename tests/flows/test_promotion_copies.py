"""What a promotion says of its copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.oci import CopyReport, Descriptor
from helmforge.domain.promotion_plan import CopyImage
from helmforge.flows.step_runners import Effect
from helmforge.flows.steps import runners
from tests.flows.releases import IMAGE, PROD, REGISTRY, SETTINGS, service, world

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.oci import ImageRef


class Outside:
    """A registry behind a bad line."""

    def __init__(self, resumed: int) -> None:
        self._resumed = resumed

    def copy(self, *_: object, **__: object) -> CopyReport:
        return CopyReport(IMAGE, manifests=1, mounted=0, uploaded=3, present=1, resumed=self._resumed)

    def resolve(self, _: ImageRef) -> Descriptor:
        return Descriptor("", IMAGE, 1)

    def is_copied(self, *_: object, **__: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("resumed", "told"), [(0, []), (2, ["2 uploads went on where the connection had broken"])]
)
def test_broken_connections_are_told(tmp_path: Path, resumed: int, told: list[str]) -> None:
    effect = runners(world(Outside(resumed), "registry"), SETTINGS, tmp_path).table[CopyImage]
    assert isinstance(effect, Effect)
    target = PROD.images.repository(service().name).tagged("1.0.0")
    lines: list[str] = []
    effect.act(CopyImage(service(), REGISTRY.repository("shop").at(IMAGE), target), lines.append)
    assert lines[0].startswith("1 manifests, 0 referrers; blobs: 0 mounted, 1 present, 3 uploaded; sha256:")
    assert lines[1:] == told

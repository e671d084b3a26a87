"""The line of a Dockerfile that stands for the findings of its image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.files import WorkTree
from helmforge.domain.findings import Place
from helmforge.domain.scanning import Finding, Judged, Standing
from helmforge.domain.settings import Build
from helmforge.flows.steps.places import scan_annotations

if TYPE_CHECKING:
    from pathlib import Path

FLAW = Judged(Finding("CVE-2026-1", "HIGH", "ssl", "1.0"), Standing.BLOCKS)
STAGES = "# a comment\nFROM golang:1 AS build\nRUN make\n\nfrom scratch as Last\nCOPY --from=build /x /x\n"


@pytest.mark.parametrize(
    ("text", "target", "line"),
    [
        (STAGES, "", 5),
        (STAGES, "build", 2),
        (STAGES, "last", 5),
        (STAGES, "no-such-stage", 5),
        ("FROM x\n", "", 1),
        ("", "", 1),
        ("FROM\n\xff\n", "", 1),
    ],
)
def test_the_stage_that_is_built(tmp_path: Path, text: str, target: str, line: int) -> None:
    (tmp_path / "Dockerfile").write_bytes(text.encode("latin-1"))
    (one,) = scan_annotations(WorkTree(tmp_path), Build("Dockerfile", ".", target=target), [FLAW])
    assert (one.place, one.title) == (Place("Dockerfile", line), "HIGH CVE-2026-1")


def test_without_a_dockerfile_there_is_still_an_annotation(tmp_path: Path) -> None:
    (one,) = scan_annotations(WorkTree(tmp_path), Build("../Dockerfile", "."), [FLAW])
    assert one.place == Place("../Dockerfile", 1)

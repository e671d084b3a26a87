"""From what an error says of its place to the line that a CI system marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from helmforge.cli.output.placing import annotated, in_repository, place_of
from helmforge.domain.annotations import Annotation
from helmforge.domain.findings import Place
from helmforge.errors import ConfigError, FindingsError, StepError
from tests.cli.output.hostile import TEXTS

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"helmforge.yaml", "services/shop/Dockerfile", "my file.yaml", "a:7"}

PLACES = {
    "helmforge.yaml": Place("helmforge.yaml"),
    "helmforge.yaml:3": Place("helmforge.yaml", 3),
    "helmforge.yaml:3 environments.qa.cluster": Place("helmforge.yaml", 3),
    "helmforge.yaml scan.ignoreFile": Place("helmforge.yaml"),
    "services/shop/Dockerfile:12:5": Place("services/shop/Dockerfile", 12, 5),
    "my file.yaml:3": Place("my file.yaml", 3),
    "my file.yaml:3 a key": Place("my file.yaml", 3),
    "a:7": Place("a:7"),
    "other.yaml:3": None,
    "": None,
    "helm upgrade shop": None,
    "helmforge.yaml:99999999999999999999": None,
    "step shop/test": None,
}


@pytest.mark.parametrize(("where", "place"), PLACES.items(), ids=PLACES)
def test_places(where: str, place: Place | None) -> None:
    found = place_of(where, FILES.__contains__)
    assert found == place


@given(TEXTS)
def test_any_text_has_an_answer(where: str) -> None:
    assert place_of(where, FILES.__contains__) is None or where.startswith(tuple(FILES))


def test_several_problems_of_a_file_are_several_annotations() -> None:
    error = ConfigError(
        "helmforge.yaml is not valid: 2 problems",
        where="helmforge.yaml",
        why="helmforge.yaml:4 bogus: not a key\nhelmforge.yaml:7: wrong: no list\nand 3 more",
    )
    found = [(one.place, one.text) for one in annotated(error, FILES.__contains__)]
    assert found == [
        (Place("helmforge.yaml", 4), "bogus: not a key"),
        (Place("helmforge.yaml", 7), "wrong: no list"),
    ]


def test_findings_go_before_the_error_that_carries_them() -> None:
    one = Annotation("a rule", "broken", Place("helmforge.yaml", 1))
    assert list(annotated(FindingsError("x", annotations=(one,)), FILES.__contains__)) == [one]
    (bare,) = annotated(FindingsError("no places", hint="mend it"), FILES.__contains__)
    assert (bare.title, bare.text, bare.place) == ("no places", "mend it", None)


def test_an_error_is_told_with_the_beginning_of_its_cause() -> None:
    error = StepError("the tests failed", where="make", why="\n".join("abcdefgh"), hint="mend them")
    (one,) = annotated(error, FILES.__contains__)
    assert one.text.splitlines() == [*"abcde", "...", "mend them"]


def test_only_files_inside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("", encoding="utf-8")
    root = tmp_path / "work"
    (root / ".git").mkdir(parents=True)
    (root / "services").mkdir()
    (root / "helmforge.yaml").write_text("", encoding="utf-8")
    is_file = in_repository(root / "services")
    assert is_file("helmforge.yaml")
    for path in ("services", "../outside", str(root / "helmforge.yaml"), "", "nul\0", "x" * 5000, "gone"):
        assert not is_file(path), path

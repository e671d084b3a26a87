"""Files that both sides changed: merged, marked, or left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode
from tests.support.updating import CHART, VALUES, Scene, actions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.repositories import Clone

NOTES = "web/chart/templates/notes.yaml"
NEWER = {NOTES: "# one\n# two\n# three\n# four\n# FIVE\n"}
TEMPLATES = "templates/notes.yaml"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_an_edited_file_is_merged(scene: Scene) -> None:
    scene.write(TEMPLATES, "# mine\n# two\n# three\n# four\n# five\n")
    scene.publish("1.1.0", NEWER)
    assert actions(scene.update()) == {TEMPLATES: "merged"}
    assert scene.read(TEMPLATES) == "# mine\n# two\n# three\n# four\n# FIVE\n"


@pytest.mark.parametrize("clones", [False, True], ids=["one clone", "a fresh clone each time"])
def test_two_upgrades_in_a_row_over_an_edited_file(scene: Scene, *, clones: bool) -> None:
    """The pristine text that the second merge starts from was never a file of any commit."""
    scene.write(TEMPLATES, "# mine\n# two\n# three\n# four\n# five\n")
    scene.repo.commit("edit")
    clone: Clone = scene.repo
    for number, five in enumerate(["# FIVE", "# five!", "# 5"], 1):
        if clones:
            scene.repo.push()
            clone = scene.repo.clone(f"clone-{number}")
        scene.publish(f"1.{number}.0", {NOTES: f"# one\n# two\n# three\n# four\n{five}\n"})
        assert actions(scene.update(at=clone)) == {TEMPLATES: "merged"}
        assert scene.read(TEMPLATES, clone) == f"# mine\n# two\n# three\n# four\n{five}\n"
        clone.commit(f"update {number}")
        if clones:
            clone.push()
            scene.repo.git("pull", "--quiet", "origin", "main")


def test_the_lock_keeps_a_text_only_where_the_file_differs(scene: Scene) -> None:
    scene.write(TEMPLATES, "# mine\n# two\n# three\n# four\n# five\n")
    scene.publish("1.1.0", NEWER)
    scene.update()
    assert scene.read(".helmforge.lock").count("text: |") == 1
    scene.publish("1.2.0", {NOTES: "# mine\n# two\n# three\n# four\n# FIVE\n"})
    assert actions(scene.update()) == {}
    assert "text: |" not in scene.read(".helmforge.lock")


def test_a_conflict_is_marked_and_listed_once(scene: Scene) -> None:
    scene.write(TEMPLATES, "# one\n# two\n# three\n# four\n# mine\n")
    scene.publish("1.1.0", NEWER)
    result = scene.update()
    assert (result.exit_code, result.waiting) == (ExitCode.REFUSED, (f"{CHART}/{TEMPLATES}",))
    assert scene.read(TEMPLATES).splitlines()[4:] == [
        "<<<<<<< yours",
        "# mine",
        "||||||| pristine 1.0.0",
        "# five",
        "=======",
        "# FIVE",
        ">>>>>>> template 1.1.0",
    ]


def test_a_conflict_stays_reported_until_it_is_resolved(scene: Scene) -> None:
    scene.write(TEMPLATES, "# one\n# two\n# three\n# four\n# mine\n")
    scene.publish("1.1.0", NEWER)
    scene.update()
    before = scene.chart()
    for check in (True, False):
        again = scene.update(check=check)
        assert (again.exit_code, actions(again)) == (ExitCode.REFUSED, {TEMPLATES: "unresolved"})
        assert scene.chart() == before
    scene.publish("1.2.0", {NOTES: "# 1\n# two\n# three\n# four\n# FIVE\n"})
    assert actions(scene.update()) == {TEMPLATES: "unresolved"}
    assert scene.read(TEMPLATES).encode() == before[TEMPLATES]
    scene.write(TEMPLATES, "# one\n# two\n# three\n# four\n# mine\n")
    resolved = scene.update()
    assert (resolved.exit_code, actions(resolved)) == (ExitCode.DONE, {TEMPLATES: "merged"})
    assert scene.read(TEMPLATES) == "# 1\n# two\n# three\n# four\n# mine\n"


def test_a_text_that_was_never_committed_is_left_alone(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    scene.update()
    scene.write(TEMPLATES, "# mine\n# two\n# three\n# four\n# FIVE\n")
    scene.publish("1.2.0", {NOTES: "# one\n# two\n# three\n# four\n# 5\n"})
    before = scene.read(".helmforge.lock").splitlines()
    for _ in range(2):
        result = scene.update()
        assert (result.exit_code, actions(result)) == (ExitCode.REFUSED, {TEMPLATES: "no base"})
        assert scene.read(TEMPLATES) == "# mine\n# two\n# three\n# four\n# FIVE\n"
    assert next(line for line in before if TEMPLATES in line) in scene.read(".helmforge.lock")


def test_force_marks_the_differences_to_a_text_without_a_base(scene: Scene) -> None:
    between = "".join(f"# line {number}\n" for number in range(9))
    scene.publish("1.1.0", {NOTES: f"# one\n{between}# five\n"})
    scene.update()
    scene.write(TEMPLATES, f"# mine\n{between}# five\n# more\n")
    scene.publish("1.2.0", {NOTES: f"# 1\n{between}# 5\n"})
    assert actions(scene.update(force=True)) == {TEMPLATES: "conflict"}
    first = "<<<<<<< yours\n# mine\n=======\n# 1\n>>>>>>> template 1.2.0\n"
    last = "<<<<<<< yours\n# five\n# more\n=======\n# 5\n>>>>>>> template 1.2.0\n"
    assert scene.read(TEMPLATES) == first + between + last
    scene.write(TEMPLATES, f"# mine\n{between}# 5\n# more\n")
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_a_shallow_clone_without_the_text_says_so(scene: Scene) -> None:
    scene.write(TEMPLATES, "# mine\n# two\n# three\n# four\n# five\n")
    scene.repo.commit("edit")
    scene.repo.push()
    scene.publish("1.1.0", NEWER)
    shallow = scene.repo.clone("shallow", shallow=1)
    assert actions(scene.update(at=shallow)) == {TEMPLATES: "no base"}
    full = scene.repo.clone("full")
    assert actions(scene.update(at=full)) == {TEMPLATES: "merged"}


def test_a_work_tree_with_carriage_returns(scene: Scene) -> None:
    for path, content in scene.chart().items():
        if path != ".helmforge.lock":
            scene.write(path, content.decode().replace("\n", "\r\n"))
    assert scene.update(check=True).exit_code is ExitCode.DONE
    scene.write(TEMPLATES, "# mine\r\n# two\r\n# three\r\n# four\r\n# five\r\n")
    scene.publish("1.1.0", NEWER | {"web/chart/values.yaml": VALUES + "# more\n"})
    assert actions(scene.update()) == {TEMPLATES: "merged", "values.yaml": "replaced"}
    assert scene.read(TEMPLATES) == "# mine\r\n# two\r\n# three\r\n# four\r\n# FIVE\r\n"
    assert scene.read("values.yaml").endswith("# more\r\n")
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_what_is_no_text_is_left_alone(scene: Scene) -> None:
    (scene.repo.root / CHART / TEMPLATES).write_bytes(b"# one\n\0\xff\n")
    scene.publish("1.1.0", NEWER)
    result = scene.update()
    assert (result.exit_code, actions(result)) == (ExitCode.REFUSED, {TEMPLATES: "not mergeable"})
    assert scene.chart()[TEMPLATES] == b"# one\n\0\xff\n"


def test_a_conflict_in_a_file_that_the_templates_drop_stays_reported(scene: Scene) -> None:
    scene.write(TEMPLATES, "# one\n# mine\n")
    scene.publish("1.1.0", {NOTES: "# one\n# theirs\n"})
    scene.update()
    marked = scene.read(TEMPLATES)
    scene.publish("1.2.0", {NOTES: None})
    for _ in range(2):
        result = scene.update()
        assert (actions(result), result.exit_code) == ({TEMPLATES: "unresolved"}, ExitCode.REFUSED)
        assert scene.read(TEMPLATES) == marked
    scene.write(TEMPLATES, "# one\n# mine\n")
    assert actions(scene.update()) == {TEMPLATES: "dropped"}
    assert actions(scene.update()) == {}

"""For any edit and any change of the templates: no line of the user's is lost without a marker."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.updating import CHART, Scene, contents

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("a.yaml", "b.yaml", "templates/c.yaml")
BASE = [f"# line {number}" for number in range(8)]

Text = st.lists(
    st.sampled_from([*BASE, "# new", "# other", "", "  indented: 1", "#\ttab", "# ü"]), max_size=12
)
Change = st.none() | st.just(BASE) | Text  # gone, as it was, or anything
Charts = st.fixed_dictionaries(dict.fromkeys(FILES, Change))
Ends = st.sampled_from(["\n", "\r\n"])


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with TemporaryDirectory() as folder:
        yield Scene(Path(folder))


def text(lines: list[str], end: str = "\n", *, closed: bool = True) -> str:
    return end.join(lines) + (end if lines and closed else "")


def publish(scene: Scene, version: str, chart: dict[str, list[str] | None]) -> None:
    current = {path: scene.templates / "web/chart" / path for path in FILES}
    files = {
        f"web/chart/{path}": text(lines) if lines is not None else None
        for path, lines in chart.items()
        if lines is not None or current[path].exists()
    }
    scene.publish(version, files)


def begin(scene: Scene) -> None:
    """The chart as scaffolded from files that all have the text BASE."""
    scene.repo.git("rm", "-r", "-q", "--ignore-unmatch", "--force", "services")
    scene.repo.git("clean", "-fdq")
    publish(scene, "1.0.0", dict.fromkeys(FILES, BASE))
    scene.scaffold("shop")
    scene.repo.commit("scaffold")


def edit(scene: Scene, path: str, lines: list[str] | None, end: str, *, closed: bool) -> None:
    if lines is None:
        (scene.repo.root / CHART / path).unlink()
    else:
        (scene.repo.root / CHART / path).write_bytes(text(lines, end, closed=closed).encode())


def lines_of(content: bytes | None) -> Counter[str]:
    return Counter((content or b"").decode().replace("\r\n", "\n").split("\n"))


@settings(max_examples=40)
@given(Charts, Charts, Charts, Ends, st.booleans())
def test_no_line_of_the_users_is_lost(
    scene: Scene,
    edits: dict[str, list[str] | None],
    first: dict[str, list[str] | None],
    second: dict[str, list[str] | None],
    end: str,
    closed: bool,  # noqa: FBT001 - hypothesis passes it so
) -> None:
    begin(scene)
    for path, lines in edits.items():
        edit(scene, path, lines, end, closed=closed)
    scene.repo.commit("edit")
    for number, templates in enumerate((first, second), 1):
        before, lock = scene.chart(), scene.read(".helmforge.lock")
        publish(scene, f"1.{number}.0", templates)
        result = scene.update()
        after = scene.chart()
        files = {file.path: file for file in result.charts[0].update.files}
        for path, lines in edits.items():
            published = [BASE, first[path]][:number]  # with such a text a file is as the templates had it
            if lines is None:
                forgotten = number > 1 and first[path] is None  # the templates had dropped it, too
                assert path not in after or forgotten, "what was deleted stays deleted"
            elif lines not in published or not closed:
                added = lines_of(text(lines).encode()) - lines_of(text(BASE).encode())
                assert not added - lines_of(after.get(path)), (path, lock)
            else:
                assert path not in files or not files[path].waits, "nobody edited it"
        again = scene.update()
        assert scene.chart() == after, "a second update changes nothing"
        assert again.waiting == result.waiting
        assert before.keys() - after.keys() <= {path for path in FILES if templates[path] is None}
        scene.repo.commit(f"update {number}")


@settings(max_examples=15)
@given(Charts, Charts)
def test_nobody_edited_means_the_new_templates_exactly(
    scene: Scene, first: dict[str, list[str] | None], second: dict[str, list[str] | None]
) -> None:
    begin(scene)
    for number, templates in enumerate((first, second), 1):
        publish(scene, f"1.{number}.0", templates)
        result = scene.update()
        assert result.waiting == ()
    updated = scene.chart()
    scene.repo.git("rm", "-r", "-q", "--ignore-unmatch", "--force", "services")
    scene.repo.git("clean", "-fdq")
    scene.scaffold("shop")
    assert updated == contents(scene.repo.root / CHART)

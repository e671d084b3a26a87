"""Templates of a repository's own: they go before ours, file by file, and are read with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates import JinjaTemplates
from helmforge.domain.scaffolding import ChartAnswers, EnvironmentAnswers
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = ChartAnswers(
    "shop", "web", "retail", 80, "r", (EnvironmentAnswers("qa", "r/shop", production=False),)
)
OURS = {
    "VERSION": "1.2.3\n",
    "web/parts": "pod\n",
    "web/chart/values.yaml": "a: 1\n",
    "web/chart/values.schema.json": '{"properties": {"a": {}}}',
    "web/chart/templates/x.yaml": "# <% service %>\n",
    "_shared/pod/values.yaml": "b: 2\n",
    "_shared/pod/values.schema.json": '{"properties": {"b": {}}}',
    "_shared/pod/templates/_pod.tpl": "pod\n",
}


class Places:
    def __init__(self, folder: Path) -> None:
        self.ours, self.repository = folder / "ours", folder / "repository"
        self.own = self.repository / "our-charts"
        self.own.mkdir(parents=True)
        write(self.ours, OURS)

    def templates(self, own: str = "our-charts") -> JinjaTemplates:
        return JinjaTemplates(self.ours, repository=self.repository, own=own)

    def render(self, type_name: str = "web") -> dict[str, str]:
        answers = ChartAnswers("shop", type_name, "retail", 80, "r", ANSWERS.environments)
        return self.templates().render(answers)


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_without_own_files_nothing_changes(places: Places) -> None:
    assert places.render() == JinjaTemplates(places.ours).render(ANSWERS)


def test_a_file_of_a_type(places: Places) -> None:
    before = places.render()
    write(places.own, {"web/chart/templates/x.yaml": "# mine: <% port %>\n", "web/chart/more.md": "more\n"})
    changed = {"chart/templates/x.yaml": "# mine: 80\n", "chart/more.md": "more\n"}
    assert places.render() == before | changed


def test_a_file_of_a_part(places: Places) -> None:
    write(places.own, {"_shared/pod/templates/_pod.tpl": "mine\n", "_shared/pod/values.yaml": "c: 3\n"})
    rendered = places.render()
    assert rendered["chart/templates/_pod.tpl"] == "mine\n"
    assert rendered["chart/values.yaml"] == "a: 1\n\nc: 3\n"


def test_a_type_of_its_own_may_use_our_parts(places: Places) -> None:
    write(places.own, {"batch/parts": "pod\n", "batch/chart/values.yaml": "z: 1\n"})
    rendered = places.render("batch")
    assert rendered["chart/values.yaml"] == "z: 1\n\nb: 2\n"
    assert rendered["chart/templates/_pod.tpl"] == "pod\n"
    assert places.templates().types() == ("batch", "web")


def test_a_type_without_values_takes_those_of_its_parts(places: Places) -> None:
    write(places.own, {"batch/parts": "pod\n"})
    assert places.render("batch")["chart/values.yaml"] == "b: 2\n"


def test_the_digest_is_that_of_names_and_contents(places: Places) -> None:
    assert JinjaTemplates(places.ours).overrides == ""
    seen = {places.templates().overrides}
    for files in ({"web/a": "x"}, {"web/b": "x"}, {"web/b": "y"}, {"_shared/pod/a": ""}):
        write(places.own, files)
        seen.add(places.templates().overrides)
    assert len(seen) == 5
    assert places.templates().overrides in seen


RAISING = {
    "a word that nobody knows": ("one\n\n<% surname %>\n", 3, "surname"),
    "a filter that nobody knows": ("<% service|rot13 %>\n", 1, "rot13"),
    "an unfinished block": ("one\n#% if port\n", 2, "end of template|endif|closed"),
    "a wrong type": ("one\n<% service + 1 %>\n", 2, "TypeError"),
    "a division by zero": ("\n\n\n<% port // 0 %>\n", 4, "ZeroDivisionError"),
    "a filter on what it cannot take": ("<% port|join(1, 2, 3, 4) %>\n", 1, "TypeError"),
    "an escape from the sandbox": ("x\n<% ''.__class__.__mro__ %>\n", 2, "unsafe"),
    "a change of the answers": ("x\n<% environments.append(1) %>\n", 2, ""),
}


@pytest.mark.parametrize(("text", "line", "words"), RAISING.values(), ids=RAISING)
def test_a_template_that_raises(places: Places, text: str, line: int, words: str) -> None:
    write(places.own, {"web/chart/templates/x.yaml": text})
    with pytest.raises(StepError) as caught:
        places.render()
    assert caught.value.where == f"our-charts/web/chart/templates/x.yaml:{line}"
    assert any(word in caught.value.why for word in words.split("|"))


def test_the_line_in_a_file_that_was_appended(places: Places) -> None:
    write(places.own, {"_shared/pod/values.yaml": "# one\n# two\nb: <% nobody %>\n"})
    with pytest.raises(StepError) as caught:
        places.render()
    assert caught.value.where == "our-charts/_shared/pod/values.yaml:3"


def test_a_schema_that_is_not_json(places: Places) -> None:
    write(places.own, {"web/chart/values.schema.json": '{\n"a": }\n'})
    with pytest.raises(StepError, match="not JSON") as caught:
        places.render()
    assert caught.value.where == "our-charts/web/chart/values.schema.json:2"


@pytest.mark.parametrize("part", ["nobody", "..", "../web", "/etc", "pod/templates"])
def test_a_part_that_does_not_exist(places: Places, part: str) -> None:
    write(places.own, {"web/parts": f"pod\n{part}\n"})
    with pytest.raises(UsageError, match="there is no part") as caught:
        places.render()
    assert caught.value.where == "our-charts/web/parts"


def test_what_is_not_text(places: Places) -> None:
    (places.own / "web").mkdir()
    (places.own / "web/logo.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(UsageError, match=r"our-charts/web/logo\.png") as caught:
        places.render()
    assert "UTF-8" in caught.value.why


@pytest.mark.parametrize("own", ["none", "a-file"])
def test_a_folder_that_is_none(places: Places, own: str) -> None:
    (places.repository / "a-file").write_text("x")
    with pytest.raises(UsageError, match="there is no folder") as caught:
        places.templates(own)
    assert caught.value.where == "helmforge.yaml templates"


@pytest.mark.parametrize("own", ["away", "../outside", "loop"])
def test_a_folder_outside(places: Places, own: str) -> None:
    (places.repository.parent / "outside").mkdir()
    (places.repository / "away").symlink_to("../outside")
    (places.repository / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match=r"leads out of the repository|there is no folder"):
        places.templates(own)


@pytest.mark.parametrize(
    ("target", "why"),
    [("/etc/hostname", "leads out"), ("../../../none", "leads out"), ("../web", "not followed")],
)
def test_links_in_the_folder(places: Places, target: str, why: str) -> None:
    write(places.own, {"web/x": "x"})
    (places.own / "web/link").symlink_to(target)
    with pytest.raises(UsageError, match="symbolic link") as caught:
        places.render()
    assert why in caught.value.why


def test_a_link_to_a_file_of_the_repository(places: Places) -> None:
    write(places.repository, {"LICENSE": "free\n"})
    write(places.own, {"web/chart/x": "x"})
    (places.own / "web/chart/LICENSE").symlink_to("../../../LICENSE")
    assert places.render()["chart/LICENSE"] == "free\n"


@pytest.mark.parametrize(
    "path",
    [
        "web/chart/templates/my file.yaml",
        "web/chart/.helmforge.lock",
        "web/chart/.helmforge-update.tmp/manifest.json",
        "web/chart/.__environment__/config",
        "web/.__environment__/hooks/pre-commit",
        "_shared/pod/.GIT/config",
    ],
)
def test_a_name_that_no_chart_may_have(places: Places, path: str) -> None:
    write(places.own, {path: "x\n"})
    environments = (EnvironmentAnswers("git", "r/shop", production=False),)
    with pytest.raises(UsageError, match="cannot have that name") as caught:
        places.templates().render(ChartAnswers("shop", "web", "retail", 80, "r", environments))
    assert caught.value.where == f"our-charts/{path}"


@pytest.mark.parametrize("link", ["web", "_shared", "_shared/pod"])
def test_a_linked_folder_is_refused_before_anything_in_it_is_read(places: Places, link: str) -> None:
    outside = places.repository.parent / "outside"
    for folder in ("chart", "templates", "pod"):
        write(outside, {f"{folder}/x.yaml": "<% no such thing %>\n"})
    (places.own / link).parent.mkdir(exist_ok=True)
    (places.own / link).symlink_to(outside)
    with pytest.raises(UsageError, match=f"our-charts/{link} is a symbolic link"):
        places.render()

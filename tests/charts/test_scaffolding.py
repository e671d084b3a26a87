"""What the templates make of the answers, before any Helm looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import semver
from ruamel.yaml import YAML

from helmforge.adapters.templates import JinjaTemplates, template_root
from helmforge.domain.scaffolding import EnvironmentAnswers
from helmforge.errors import StepError, UsageError
from tests.charts.helm import ANSWERS, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

FILES = JinjaTemplates().render(ANSWERS)


def test_the_files_of_a_service() -> None:
    outside_templates = {path for path in FILES if not path.startswith("chart/templates/")}
    assert outside_templates == {
        "Dockerfile",
        "chart/.helmignore",
        "chart/Chart.yaml",
        "chart/values-prod.yaml",
        "chart/values-qa.yaml",
        "chart/values.schema.json",
        "chart/values.yaml",
    }


def test_nothing_of_jinja_is_left() -> None:
    left = [path for path, text in FILES.items() if "<%" in text or "#%" in text or "%>" in text]
    assert left == []


def test_rendering_is_repeatable() -> None:
    assert JinjaTemplates().render(ANSWERS) == FILES


def test_what_a_beginner_edits_comes_first() -> None:
    head = "\n".join(FILES["chart/values.yaml"].splitlines()[:25])
    assert set(read_yaml(head)) >= {"port", "replicas", "resources", "probes", "env", "route"}


def test_the_answers_arrive_in_the_values() -> None:
    answers = replace(ANSWERS, port=9000, registry="localhost:5000/team", service="billing")
    files = JinjaTemplates().render(answers)
    values = read_yaml(files["chart/values.yaml"])
    assert values["port"] == 9000
    assert values["image"]["repository"] == "localhost:5000/team/billing"
    assert read_yaml(files["chart/Chart.yaml"])["name"] == "billing"
    assert "EXPOSE 9000" in files["Dockerfile"]
    assert "my-service" not in "".join(files.values())


def test_environment_files_hold_only_differences() -> None:
    assert read_yaml(FILES["chart/values-qa.yaml"]) is None
    assert read_yaml(FILES["chart/values-prod.yaml"]) == {
        "image": {"repository": "myrepo.cr.io/prod/notification"}
    }


def test_an_environment_gets_a_file_of_its_name() -> None:
    staging = EnvironmentAnswers("staging", "myrepo.cr.io/notification", production=False)
    files = JinjaTemplates().render(replace(ANSWERS, environments=(staging,)))
    assert [path for path in files if path.startswith("chart/values-")] == ["chart/values-staging.yaml"]


@pytest.mark.parametrize("word", ["on", "null", "y", "true", "e1"])
def test_names_that_yaml_reads_as_something_else(word: str) -> None:
    files = JinjaTemplates().render(replace(ANSWERS, service=word, context=word))
    assert _yaml_1_1(files["chart/Chart.yaml"])["name"] == word


def test_an_unknown_type_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="webb") as caught:
        JinjaTemplates().render(replace(ANSWERS, type="webb"))
    assert "web" in caught.value.hint


@pytest.mark.parametrize("type_name", ["_shared", "../web", "web/chart", ""])
def test_only_types_are_types(type_name: str) -> None:
    with pytest.raises(UsageError):
        JinjaTemplates().render(replace(ANSWERS, type=type_name))


def test_a_template_that_asks_for_more_says_where(tmp_path: Path) -> None:
    folder = tmp_path / "odd" / "chart"
    folder.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("name: <% surname %>\n", encoding="utf-8")
    with pytest.raises(StepError, match=r"chart/Chart\.yaml.*surname"):
        JinjaTemplates(tmp_path).render(replace(ANSWERS, type="odd"))


def test_the_version_of_the_templates() -> None:
    assert semver.Version.is_valid(JinjaTemplates().version)
    assert (template_root() / "web" / "chart" / "Chart.yaml").is_file()


def _yaml_1_1(text: str) -> dict[str, object]:
    """As Helm reads it: `on` is true."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    loaded: dict[str, object] = yaml.load(text)
    return loaded

"""Both Helms load, lint and render the chart, with nothing and with everything switched on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.templates import JinjaTemplates
from tests.charts.everything import EVERYTHING
from tests.charts.helm import DIGEST, write_files
from tests.charts.text import as_yaml

if TYPE_CHECKING:
    from tests.charts.helm import Helm, Object

pytestmark = pytest.mark.integration
GOLDEN = Path(__file__).parents[1] / "golden" / "web"
BLUE_GREEN = EVERYTHING | {
    "rollout": {"strategy": "blueGreen"},
    "blueGreen": {"green": {"image": {"tag": "1.3.0"}}},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "everything": EVERYTHING,
    "blue-green": BLUE_GREEN,
}


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_lint_strict(helm: Helm, values: dict[str, Any]) -> None:
    linted = helm.lint(values)
    assert not linted.failed, linted.text
    assert "WARNING" not in linted.text


def test_the_unrendered_templates_are_a_chart(helm: Helm, tmp_path: Path) -> None:
    raw = write_files(JinjaTemplates().unrendered("web"), tmp_path)
    linted = helm.lint(EVERYTHING, chart=raw)
    assert not linted.failed, linted.text
    rendered = helm.render(chart=raw)
    assert not rendered.failed, rendered.text
    assert rendered.of_kind("Deployment")


@pytest.mark.parametrize("name", ["defaults", "everything", "blue-green"])
def test_both_helms_render_the_same_objects(name: str, helm3: Helm, helm4: Helm) -> None:
    """And those of tests/golden. HELMFORGE_UPDATE_GOLDEN=1 writes them anew: read the diff."""
    three, four = helm3.render(VARIANTS[name]), helm4.render(VARIANTS[name])
    assert not three.failed, three.text
    assert not four.failed, four.text
    assert three.by_name() == four.by_name()
    golden = GOLDEN / f"{name}.yaml"
    rendered = as_yaml(four.by_name())
    if os.environ.get("HELMFORGE_UPDATE_GOLDEN") == "1":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_every_object_names_its_namespace(helm4: Helm, values: dict[str, Any]) -> None:
    objects = helm4.render(values).objects
    assert {item["metadata"].get("namespace") for item in objects} == {"shop"}


def test_two_releases_do_not_collide(helm4: Helm) -> None:
    own = _names(helm4.render(EVERYTHING).objects)
    for release in ("a", "notification-b", "b-notification", "n" * 53, "n" * 52 + "m"):
        other = helm4.render(EVERYTHING, release=release)
        assert not other.failed, other.text
        assert not own & _names(other.objects), release
        own |= _names(other.objects)


def test_two_releases_select_only_their_own_pods(helm4: Helm) -> None:
    first, second = helm4.render(), helm4.render(release="second")
    selector = first.named("Service")["spec"]["selector"].items()
    [other] = second.of_kind("Deployment")
    assert not selector <= other["spec"]["template"]["metadata"]["labels"].items()


def test_names_leave_room_for_suffixes(helm4: Helm) -> None:
    """A Service's name is a DNS label; a Job's becomes a label of its pods."""
    rendered = helm4.render(BLUE_GREEN, release="n" * 53)
    names = [item["metadata"]["name"] for kind in ("Service", "Job") for item in rendered.of_kind(kind)]
    assert len(names) == 3
    assert max(map(len, names)) <= 63


def test_the_environment_file_changes_the_repository_only(helm4: Helm) -> None:
    pinned = {"image": {"tag": "v1.1.2", "digest": DIGEST}}
    production = helm4.chart / "values-prod.yaml"
    here = helm4.render(pinned).by_name()
    there = helm4.render(pinned, options=("--values", str(production))).by_name()
    changed = [name for name in here if here[name] != there[name]]
    assert changed == ["Deployment/notification"]
    [container] = there["Deployment/notification"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"myrepo.cr.io/prod/notification:v1.1.2@{DIGEST}"


def _names(objects: tuple[Object, ...]) -> set[tuple[str, str]]:
    return {(item["kind"], item["metadata"]["name"]) for item in objects}

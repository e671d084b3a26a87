"""Both Helms load and render the charts of every type, with nothing and with everything switched on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.templates import JinjaTemplates
from tests.charts.helm import DIGEST, write_files
from tests.charts.text import as_yaml
from tests.charts.types import cases, types, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.charts.helm import HelmOf, Object, Rendered

pytestmark = pytest.mark.integration
GOLDEN = Path(__file__).parents[1] / "golden"
VERSION_LABELS = {"app.kubernetes.io/version", "helm.sh/chart", "app.kubernetes.io/managed-by"}
TRACK = {"channel": "stable", "color": "blue"}
# A namespace is there once: the names of what it holds are not those of a release.
RELEASED = [name for name in types() if name != "namespace"]
RELEASED_CASES = [case for case in cases() if case[0] in RELEASED]
SERVING = ["web", "worker", "stateful", "daemon"]
for_cases = pytest.mark.parametrize(("type_name", "variant"), cases())
for_released = pytest.mark.parametrize("type_name", RELEASED)


@pytest.mark.parametrize("program", ["helm3", "helm4"])
@pytest.mark.parametrize("type_name", types())
def test_the_unrendered_templates_are_a_chart(
    helm_of: HelmOf, tmp_path: Path, type_name: str, program: str
) -> None:
    """Also where a line of Jinja decides: to Helm it is a comment, and both sides stand there."""
    helm = helm_of(type_name, program)
    raw = write_files(JinjaTemplates().unrendered(type_name), tmp_path)
    linted = helm.lint(chart=raw)
    assert not linted.failed, linted.text
    values = variants(type_name)["defaults"]
    rendered = helm.render(values, chart=raw)
    assert not rendered.failed, rendered.text
    assert _kinds(rendered) == _kinds(helm.render(values))


@for_cases
def test_both_helms_render_the_same_objects(helm_of: HelmOf, type_name: str, variant: str) -> None:
    """And those of tests/golden. HELMFORGE_UPDATE_GOLDEN=1 writes them anew: read the diff."""
    values = variants(type_name)[variant]
    three, four = helm_of(type_name, "helm3").render(values), helm_of(type_name).render(values)
    assert not three.failed, three.text
    assert not four.failed, four.text
    assert three.by_name() == four.by_name()
    assert len(four.by_name()) == len(four.objects)
    golden = GOLDEN / type_name / f"{variant}.yaml"
    rendered = as_yaml(four.by_name())
    if os.environ.get("HELMFORGE_UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    found = {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.yaml")}
    assert found == set(cases())


@for_cases
def test_every_object_names_its_namespace(helm_of: HelmOf, type_name: str, variant: str) -> None:
    rendered = helm_of(type_name).render(variants(type_name)[variant])
    of_the_cluster = {"Namespace", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
    found = {
        item["metadata"].get("namespace") for item in rendered.objects if item["kind"] not in of_the_cluster
    }
    assert found == {"shop-qa" if type_name == "namespace" else "shop"}


@for_released
def test_two_releases_do_not_collide(helm_of: HelmOf, type_name: str) -> None:
    values = variants(type_name).get("everything", {})
    helm = helm_of(type_name)
    own = _names(helm.render(values).objects)
    for release in ("a", "notification-b", "b-notification", "n" * 53, "n" * 52 + "m"):
        other = helm.render(values, release=release)
        assert not other.failed, other.text
        assert not own & _names(other.objects), release
        own |= _names(other.objects)


@pytest.mark.parametrize("type_name", SERVING)
def test_two_releases_select_only_their_own_pods(helm_of: HelmOf, type_name: str) -> None:
    first, second = (helm_of(type_name).render(release=name) for name in ("notification", "second"))
    [other] = [template["metadata"]["labels"] for template in _templates(second)]
    selectors = list(_selectors(first))
    assert selectors
    assert not [selector for selector in selectors if selector.items() <= other.items()]


@pytest.mark.parametrize("type_name", SERVING)
def test_every_selector_finds_the_pods(helm_of: HelmOf, type_name: str) -> None:
    rendered = helm_of(type_name).render()
    [own] = [template["metadata"]["labels"] for template in _templates(rendered)]
    assert [selector for selector in _selectors(rendered) if not selector.items() <= own.items()] == []


@pytest.mark.parametrize(("type_name", "variant"), RELEASED_CASES)
def test_nothing_of_a_version_is_in_pods_and_selectors(helm_of: HelmOf, type_name: str, variant: str) -> None:
    """Selectors are immutable, and a new version of the templates must not restart a hundred services."""
    rendered = helm_of(type_name).render(variants(type_name)[variant])
    labels = [template["metadata"]["labels"] for template in _templates(rendered)]
    labels += _selectors(rendered)
    for item in rendered.of_kind("StatefulSet"):
        labels += [claim["metadata"]["labels"] for claim in item["spec"].get("volumeClaimTemplates", [])]
    assert labels
    assert [found for found in labels if VERSION_LABELS & set(found)] == []


@pytest.mark.parametrize("type_name", SERVING)
def test_tracks_are_in_pods_and_selectors_from_day_one(helm_of: HelmOf, type_name: str) -> None:
    [workload] = helm_of(type_name).render().workloads()
    assert TRACK.items() <= workload["spec"]["selector"]["matchLabels"].items()
    assert TRACK.items() <= workload["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("length", [40, 53])
@for_released
def test_names_leave_room_for_suffixes(helm_of: HelmOf, type_name: str, length: int) -> None:
    """A Service's name is a DNS label; a Job's and, with a hash, a StatefulSet's are labels of their pods."""
    values = variants(type_name).get("everything", {})
    rendered = helm_of(type_name).render(values, release="n" * length)
    room = {"StatefulSet": 52, "CronJob": 52, "Service": 63, "Job": 63}
    names = _names(rendered.objects)
    assert names
    assert [(kind, name) for kind, name in names if len(name) > room.get(kind, 253)] == []


@for_released
def test_the_environment_file_changes_the_repository_only(helm_of: HelmOf, type_name: str) -> None:
    helm = helm_of(type_name)
    pinned = {"image": {"tag": "v1.1.2", "digest": DIGEST}}
    production = helm.chart / "values-prod.yaml"
    here = helm.render(pinned)
    there = helm.render(pinned, options=("--values", str(production)))
    assert _others(here) == _others(there)
    images = [
        container["image"] for template in _templates(there) for container in template["spec"]["containers"]
    ]
    assert set(images) == {f"myrepo.cr.io/prod/notification:v1.1.2@{DIGEST}"}


def _others(rendered: Rendered) -> list[Object]:
    """All objects but the workloads."""
    return [item for item in rendered.objects if item not in rendered.workloads()]


def _kinds(rendered: Rendered) -> set[str]:
    return {item["kind"] for item in rendered.objects}


def _names(objects: tuple[Object, ...]) -> set[tuple[str, str]]:
    return {(item["kind"], item["metadata"]["name"]) for item in objects}


def _templates(rendered: Rendered) -> list[Object]:
    """The pod templates of the workloads."""
    specs = [item["spec"] for item in rendered.workloads()]
    return [spec.get("jobTemplate", {"spec": spec})["spec"]["template"] for spec in specs]


def _selectors(rendered: Rendered) -> Iterator[dict[str, Any]]:
    """By which workloads, Services, budgets and policies pick the pods of the release."""
    for item in rendered.objects:
        kind, spec = item["kind"], item.get("spec", {})
        if item["metadata"]["name"].endswith("-test"):
            continue
        if kind == "Service":
            yield spec["selector"]
        elif kind == "NetworkPolicy":
            yield spec["podSelector"]["matchLabels"]
        elif kind in {"Deployment", "StatefulSet", "DaemonSet", "PodDisruptionBudget"}:
            yield spec["selector"]["matchLabels"]

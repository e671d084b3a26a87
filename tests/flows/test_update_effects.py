"""What an update would do to the clusters, with a real Helm, and what is refused because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.adapters.process import Runner
from helmforge.errors import ExitCode, MissingToolError
from tests.support.repositories import isolated_environment
from tests.support.tools import require_tool
from tests.support.updating import DEPLOYMENT, VALUES, Scene

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.update import Update

pytestmark = pytest.mark.integration

TEMPLATE = "web/chart/templates/deployment.yaml"
SELECTOR = "    matchLabels: {app: {{ .Release.Name }}}\n"


class CountingHelm(HelmCli):
    """The real one; counts renderings."""

    renderings = 0

    def template(self, chart: Path, values: tuple[Path, ...], name: str, namespace: str) -> str:
        self.renderings += 1
        return super().template(chart, values, name, namespace)


def helm(folder: Path, program: str) -> CountingHelm:
    return CountingHelm(Runner(isolated_environment(folder / "helm-home")), program)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, helm(tmp_path, str(require_tool("helm4"))))


def effects(result: Update) -> dict[str, str]:
    return {
        each.environment: str(each.effect.disturbance) if each.effect else each.why
        for each in result.charts[0].effects
    }


CHANGES = {
    "none": ({TEMPLATE: DEPLOYMENT + "# a comment\n"}, "none"),
    "metadata only": (
        {TEMPLATE: DEPLOYMENT.replace("metadata:\n  name", "metadata:\n  labels: {a: b}\n  name", 1)},
        "metadata only",
    ),
    "an object": (
        {"web/chart/templates/new.yaml": "kind: ConfigMap\nmetadata: {name: x}\n"},
        "changes objects",
    ),
    "pods": ({TEMPLATE: DEPLOYMENT.replace("- name: main", "- name: app")}, "restarts pods"),
}


@pytest.mark.parametrize(("files", "words"), CHANGES.values(), ids=CHANGES)
def test_the_effect_is_known_before_anything_is_written(
    scene: Scene, files: dict[str, str], words: str
) -> None:
    scene.publish("1.1.0", files)
    before, seen = scene.chart(), []
    result = scene.update(show=lambda shown: seen.append((effects(shown), scene.chart() == before)))
    assert seen == [({"qa": words, "prod": words}, True)]
    assert result.exit_code is ExitCode.DONE
    assert scene.chart() != before


def test_each_environment_has_its_own_effect(scene: Scene) -> None:
    scene.write("values-prod.yaml", "replicas: 5\n")
    scene.repo.commit("prod")
    scene.publish("1.1.0", {"web/chart/values.yaml": VALUES.replace("replicas: 2", "replicas: 3")})
    assert effects(scene.update(check=True)) == {"qa": "changes objects", "prod": "none"}


def test_an_immutable_field_is_refused_by_name(scene: Scene) -> None:
    scene.publish("1.1.0", {TEMPLATE: DEPLOYMENT.replace(SELECTOR, SELECTOR.replace("app", "name"))})
    before = scene.chart()
    result = scene.update()
    assert (result.exit_code, scene.chart()) == (ExitCode.REFUSED, before)
    assert result.charts[0].objections == tuple(
        f"{name}: Deployment/shop spec.selector" for name in ("qa", "prod")
    )
    forced = scene.update(force=True)
    assert forced.exit_code is ExitCode.DONE
    assert scene.chart() != before
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_a_refused_chart_does_not_hold_up_the_others(scene: Scene) -> None:
    scene.scaffold("cart")
    (scene.repo.root / "services/cart/chart/templates/deployment.yaml").unlink()
    scene.repo.commit("cart")
    other_selector = DEPLOYMENT.replace(SELECTOR, SELECTOR.replace("app", "name"))
    scene.publish("1.1.0", {TEMPLATE: other_selector, "web/chart/templates/notes.yaml": "# new\n"})
    before = scene.chart()
    assert scene.update().exit_code is ExitCode.REFUSED
    assert scene.chart() == before
    assert (scene.repo.root / "services/cart/chart/templates/notes.yaml").read_text() == "# new\n"


def test_an_update_that_would_break_the_chart_is_refused(scene: Scene) -> None:
    scene.publish("1.1.0", {"web/chart/templates/new.yaml": "a: {{ .Values.nobody.knows }}\n"})
    before = scene.chart()
    result = scene.update()
    assert (result.exit_code, scene.chart()) == (ExitCode.REFUSED, before)
    assert "would not render any more" in effects(result)["qa"]
    assert scene.update(force=True).exit_code is ExitCode.DONE


@pytest.mark.parametrize(
    "values",
    [
        "replicas: [\n",
        "a: &a [x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
            for old, new in zip("abcdefghi", "bcdefghij", strict=True)
        ),
    ],
    ids=["not YAML", "a bomb"],
)
def test_values_that_helm_cannot_read(scene: Scene, values: str) -> None:
    """The user's chart is broken already: the update neither hides nor worsens it."""
    scene.write("values-qa.yaml", values)
    scene.publish("1.1.0", {TEMPLATE: DEPLOYMENT + "# new\n"})
    result = scene.update()
    assert result.exit_code is ExitCode.DONE
    assert "does not render as it is" in effects(result)["qa"]
    assert effects(result)["prod"] == "none"
    assert scene.read("values-qa.yaml") == values
    assert scene.read("templates/deployment.yaml").endswith("# new\n")


CONFLICT = {"web/chart/values.yaml": VALUES.replace("replicas: 2", "replicas: 3")}


def test_beside_a_conflict_the_effect_is_known_with_the_own_side(scene: Scene) -> None:
    scene.write("values.yaml", scene.read("values.yaml").replace("replicas: 2", "replicas: 9"))
    scene.publish("1.1.0", CONFLICT | {TEMPLATE: DEPLOYMENT.replace("- name: main", "- name: app")})
    [found, _] = scene.update().charts[0].effects
    assert (str(found.effect and found.effect.disturbance), found.why) == (
        "restarts pods",
        "with your side of the conflicts",
    )


def test_a_conflict_does_not_let_an_immutable_field_through(scene: Scene) -> None:
    scene.write("values.yaml", scene.read("values.yaml").replace("replicas: 2", "replicas: 9"))
    scene.publish(
        "1.1.0", CONFLICT | {TEMPLATE: DEPLOYMENT.replace(SELECTOR, SELECTOR.replace("app", "name"))}
    )
    before = scene.chart()
    result = scene.update()
    assert (result.exit_code, scene.chart()) == (ExitCode.REFUSED, before)
    assert "qa: Deployment/shop spec.selector" in result.charts[0].objections


def test_a_chart_that_only_renders_without_the_conflict(scene: Scene) -> None:
    """A new template may need what stands on the other side of the conflict."""
    scene.write("values.yaml", scene.read("values.yaml").replace("replicas: 2", "replicas: 9"))
    needing = {"web/chart/templates/new.yaml": "a: {{ .Values.nobody.knows }}\n"}
    scene.publish("1.1.0", CONFLICT | needing)
    assert effects(scene.update())["qa"] == "not known before the conflicts are resolved"


def test_helm_renders_only_charts_that_change(scene: Scene) -> None:
    scene.scaffold("cart")
    scene.repo.commit("cart")
    scene.update(check=True)
    scene.publish("1.0.1", {})
    scene.update()
    assert isinstance(scene.helm, CountingHelm)
    assert scene.helm.renderings == 0
    scene.publish("1.1.0", {TEMPLATE: DEPLOYMENT + "# new\n"})
    scene.update("cart", check=True)
    assert scene.helm.renderings == 4  # two environments, before and after


def test_without_helm(tmp_path: Path) -> None:
    scene = Scene(tmp_path, helm(tmp_path, str(tmp_path / "no-helm")))
    assert scene.update().exit_code is ExitCode.DONE
    scene.publish("1.1.0", {TEMPLATE: DEPLOYMENT + "# new\n"})
    before = scene.chart()
    with pytest.raises(MissingToolError, match="Helm is not installed"):
        scene.update()
    assert scene.chart() == before
    checked = scene.update(check=True)
    assert checked.exit_code is ExitCode.REFUSED
    assert "Helm is not installed" in effects(checked)["qa"]


def test_the_reason_is_not_general_advice_of_helm(scene: Scene) -> None:
    scene.write("templates/broken.yaml", "a: b: c\n")
    scene.publish("1.1.0", {TEMPLATE: DEPLOYMENT + "# new\n"})
    why = effects(scene.update())["qa"]
    assert why.startswith("the chart does not render as it is")
    assert "broken.yaml" in why
    assert "--debug" not in why

"""A service whose tests, image or chart are broken: the tool's own words, and nothing published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.road.scene import assert_refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration

SERVICE = "services/notification"
CHART = f"{SERVICE}/chart"
AGAIN = "run the same command again"


def replaced(root: Path, path: str, old: str, new: str) -> dict[str, str]:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    return {path: text.replace(old, new, 1)}


def assert_not_released(scene: Scene, version: str, files: dict[str, str], *parts: str) -> None:
    branch = f"release/notification/{version}"
    scene.pushed(branch, files)
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", branch)
    assert_refused(ran, 1, *parts)


def test_failing_tests(scene: Scene) -> None:
    test = "test: [sh, -c, 'echo 3 of 7 failed; echo expected blue >&2; exit 7']\n"
    text = f"context: {scene.shop.place.context}\n{test}"
    assert_not_released(
        scene,
        "1.0.0",
        {f"{SERVICE}/service.yaml": text},
        *("exit code 7", "3 of 7 failed", "expected blue", "mend the service"),
    )


@pytest.mark.parametrize(
    ("number", "old", "new", "said"),
    [
        (0, "USER 10001", "RUN /bin/nothing", "/bin/nothing"),
        (1, "COPY index.html", "COPY nowhere.html", "nowhere.html"),
        (2, "USER 10001", "USR 10001", "USR"),
        (3, "FROM scratch", "FROM 127.0.0.1:1/nothing:1", "127.0.0.1:1"),
    ],
    ids=["command", "file", "instruction", "base"],
)
def test_a_broken_dockerfile(scene: Scene, number: int, old: str, new: str, said: str) -> None:
    files = replaced(scene.shop.repo.root, f"{SERVICE}/Dockerfile", old, new)
    parts = ("cannot be built", "exit code", said, "Dockerfile")
    assert_not_released(scene, f"2.{number}.0", files, *parts)


def test_no_dockerfile(scene: Scene) -> None:
    text = f"context: {scene.shop.place.context}\nbuild: {{dockerfile: {SERVICE}/Nowhere}}\n"
    files = {f"{SERVICE}/service.yaml": text}
    assert_not_released(scene, "2.9.0", files, "cannot be built", f"{SERVICE}/Nowhere")


def test_a_chart_that_does_not_render(scene: Scene) -> None:
    files = {f"{CHART}/templates/broken.yaml": "{{ .Values.nothing.at.all }}\n"}
    assert_not_released(scene, "3.0.0", files, "lint findings", "templates/broken.yaml", "nil pointer")


def test_a_chart_whose_manifests_are_no_yaml(scene: Scene) -> None:
    files = {f"{CHART}/templates/broken.yaml": "kind: ConfigMap\n  data: [\n"}
    assert_not_released(scene, "3.1.0", files, "chart", "templates/broken.yaml", "YAML")


def test_a_misspelt_key_in_the_values(scene: Scene) -> None:
    path = f"{CHART}/values-qa.yaml"
    text = (scene.shop.repo.root / path).read_text(encoding="utf-8")
    assert_not_released(
        scene, "3.2.0", {path: f"{text}\nreplicsa: 3\n"}, "lint findings with values-qa.yaml", "replicsa"
    )


def test_a_chart_against_the_policy(scene: Scene) -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: shell}
spec:
  hostNetwork: true
  containers: [{name: shell, image: busybox}]
"""
    files = {f"{CHART}/templates/shell.yaml": pod}
    parts = ("breaks", "Pod/shell: hostNetwork is set", "privileges", "without a fixed tag")
    assert_not_released(scene, "3.3.0", files, *parts)


def test_a_chart_that_would_lose_its_values_is_not_packaged(scene: Scene) -> None:
    branch = "release/notification/7.0.0"
    scene.pushed(branch, {f"{SERVICE}/chart/.helmignore": "values-*.yaml\n"})
    ran = scene.shop.run("pipeline", "run", "--ref", branch)
    lost = "the packaged chart of notification has no values-prod.yaml, values-qa.yaml"
    assert_refused(ran, 1, lost, f"{SERVICE}/chart/.helmignore", "take the pattern out")
    assert "charts/notification:7.0.0" not in "\n".join(scene.state())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tset: [true]\n", (f"{SERVICE}/service.yaml:1", "tset", "did you mean")),
        ("name: [\n", (f"{SERVICE}/service.yaml:2", "not valid YAML")),
        ("name: orders\n", ("two services are called 'orders'", f"services/orders and {SERVICE}", "`name`")),
        ("chart: ../../../etc\n", (f"{SERVICE}/service.yaml:1", "chart")),
    ],
    ids=["typo", "yaml", "name taken", "path outside"],
)
def test_a_broken_service_file(scene: Scene, text: str, parts: tuple[str, ...]) -> None:
    scene.shop.repo.write({f"{SERVICE}/service.yaml": text})
    with scene.unchanged():
        assert_refused(scene.shop.run("pipeline", "run", "--ref", "feature/x"), 2, *parts)


def test_one_broken_service_does_not_stop_the_other(scene: Scene) -> None:
    scene.pushed(
        "feature/two",
        {
            f"{SERVICE}/service.yaml": f"context: {scene.shop.place.context}\ntest: [sh, -c, 'exit 3']\n",
            "services/orders/index.html": "changed\n",
        },
    )
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", "feature/two")
    assert_refused(ran, 1, "`sh -c 'exit 3'` failed", "exit code 3")
    notification, orders = ran.out.split("orders\n")
    assert "failed    run sh -c exit 3" in notification
    assert "not done" not in orders
    assert orders.count("done ") == 3

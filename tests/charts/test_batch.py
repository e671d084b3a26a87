"""A Job's name changes exactly when its pods would, and what a hook needs is there when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.batch_values import JOB_AFTERWARDS, JOB_HOOK
from tests.charts.helm import DIGEST, OTHER_DIGEST, read_yaml
from tests.charts.types import overlaid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.charts.helm import HelmOf, Object

pytestmark = pytest.mark.integration
Values = dict[str, Any]
PINNED: Values = {"image": {"tag": "1.2.0", "digest": DIGEST}}
HOOK, POLICY = "helm.sh/hook", "helm.sh/hook-delete-policy"
WEIGHT = "helm.sh/hook-weight"


def _job(helm_of: HelmOf, values: Values, *, chart: Path | None = None) -> Object:
    rendered = helm_of("job").render(overlaid(PINNED, values), chart=chart)
    assert not rendered.failed, rendered.text
    [job] = rendered.of_kind("Job")
    return job


def _name(helm_of: HelmOf, values: Values) -> str:
    name: str = _job(helm_of, values)["metadata"]["name"]
    return name


RERUNS: dict[str, Values] = {
    "image": {"image": {"digest": OTHER_DIGEST}},
    "env": {"env": {"LEVEL": "debug"}},
    "config": {"config": {"env": {"LEVEL": "debug"}}},
    "secrets": {"secrets": {"create": {"API_KEY": "another"}}},
    "resources": {"resources": {"limits": {"memory": "256Mi"}}},
    "command": {"command": ["migrate"]},
    "completions": {"completions": 2},
    "completionMode": {"completionMode": "Indexed"},
    "podFailurePolicy": {"podFailurePolicy": {"rules": []}},
    "run": {"run": "again"},
}
KEEPS: dict[str, Values] = {
    "backoffLimit": {"backoffLimit": 1},
    "activeDeadlineSeconds": {"activeDeadlineSeconds": 60},
    "parallelism": {"parallelism": 2},
    "networkPolicy": {"networkPolicy": {"enabled": False}},
    "serviceAccount": {"serviceAccount": {"annotations": {"example.com/identity": "shop"}}},
}


@pytest.mark.parametrize("changed", RERUNS)
def test_another_run_has_another_name(helm_of: HelmOf, changed: str) -> None:
    """Kubernetes would refuse the change of a Job that is there."""
    assert _name(helm_of, RERUNS[changed]) != _name(helm_of, {})


@pytest.mark.parametrize("changed", KEEPS)
def test_what_may_change_in_place_runs_nothing(helm_of: HelmOf, changed: str) -> None:
    assert _name(helm_of, KEEPS[changed]) == _name(helm_of, {})


def test_another_version_of_the_chart_runs_nothing(helm_of: HelmOf, tmp_path: Path) -> None:
    for file in helm_of("job").chart.rglob("*"):
        target = tmp_path / file.relative_to(helm_of("job").chart)
        if file.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(
                file.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 9.9.9"), encoding="utf-8"
            )
    assert read_yaml((tmp_path / "Chart.yaml").read_text(encoding="utf-8"))["version"] == "9.9.9"
    assert _job(helm_of, {}, chart=tmp_path)["metadata"]["name"] == _name(helm_of, {})


def test_a_hook_keeps_its_name(helm_of: HelmOf) -> None:
    """Helm removes the one that was there, by its name."""
    hook: Values = {"hook": {"enabled": True}}
    job = _job(helm_of, hook)
    assert job["metadata"]["name"] == "notification"
    assert job["metadata"]["annotations"].items() >= {
        (HOOK, "pre-install,pre-upgrade"),
        (WEIGHT, "0"),
        (POLICY, "before-hook-creation"),
    }
    assert _name(helm_of, overlaid(hook, RERUNS["image"])) == "notification"


@pytest.mark.parametrize("event", ["pre-install", "pre-upgrade", "pre-rollback", "post-delete"])
def test_all_that_a_hook_needs_comes_before_it(helm_of: HelmOf, event: str) -> None:
    """The objects of the release are not there yet, or not any more."""
    values = overlaid(JOB_HOOK, {"hook": {"events": ["post-upgrade", event]}, "extraObjects": []})
    rendered = helm_of("job").render(overlaid(PINNED, values))
    assert not rendered.failed, rendered.text
    [job] = rendered.of_kind("Job")
    others = [item["metadata"]["annotations"] for item in rendered.objects if item is not job]
    assert len(others) == 10
    assert {one[HOOK] for one in others} == {f"post-upgrade,{event}"}
    assert {one[POLICY] for one in others} == {"before-hook-creation,hook-succeeded"}
    assert {int(one[WEIGHT]) for one in others} == {int(job["metadata"]["annotations"][WEIGHT]) - 1}


def test_a_hook_that_comes_later_finds_the_release(helm_of: HelmOf) -> None:
    rendered = helm_of("job").render(overlaid(PINNED, JOB_AFTERWARDS))
    hooks = {item["kind"] for item in rendered.objects if HOOK in item["metadata"].get("annotations", {})}
    assert hooks == {"Job"}
    assert rendered.of_kind("PersistentVolumeClaim")
    assert rendered.of_kind("ConfigMap")


def test_without_a_hook_nothing_is_one(helm_of: HelmOf) -> None:
    rendered = helm_of("job").render(PINNED)
    assert [item["kind"] for item in rendered.objects if "annotations" in item["metadata"]] == []


@pytest.mark.parametrize(
    "schedule",
    ["@every 1h30m", "@midnight", "0 0 1 1 *", "*/5,30-40/2 ? 31 jan-Mar MON,Fri", "59 23 * 12 0-6/2"],
)
def test_schedules_of_kubernetes(helm_of: HelmOf, schedule: str) -> None:
    rendered = helm_of("cron").render({"schedule": schedule})
    assert not rendered.failed, rendered.text
    assert rendered.named("CronJob")["spec"]["schedule"] == schedule


def test_the_runs_of_a_cron_job_are_found_with_its_release(helm_of: HelmOf) -> None:
    """By which `kubectl get jobs` in NOTES.txt, and a report of a failure, look for them."""
    template = helm_of("cron").render().named("CronJob")["spec"]["jobTemplate"]
    label = {"app.kubernetes.io/instance": "notification"}
    assert label.items() <= template["metadata"]["labels"].items()
    assert label.items() <= template["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("type_name", ["cron", "job"])
def test_what_a_beginner_edits_comes_first(helm_of: HelmOf, type_name: str) -> None:
    lines = (helm_of(type_name).chart / "values.yaml").read_text(encoding="utf-8").splitlines()[:25]
    wanted = {"command", "args", "resources", "env"} | ({"schedule"} if type_name == "cron" else {"hook"})
    assert set(read_yaml("\n".join(lines))) >= wanted

"""History, upgrade, rollback and uninstall: both Helms on the real API, Helm 4 on the emulated one."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.domain.cluster import ReleaseLockedError, RolloutTimeoutError, Upgrade
from helmforge.domain.names import Namespace
from helmforge.errors import StepError
from helmforge.sandbox.emulator.client import set_fault
from tests.adapters.charts import write_chart, write_values
from tests.adapters.clusters import poll
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.cluster import ReleaseKey
    from tests.adapters.clusters import ClusterUnderTest


REAL = [
    pytest.param(("real", "helm3"), marks=pytest.mark.e2e, id="helm3-real"),
    pytest.param(("real", "helm4"), marks=pytest.mark.e2e, id="helm4-real"),
]
EMULATED = pytest.param(("emulated", "helm4"), marks=pytest.mark.integration, id="helm4-emulated")


@pytest.fixture(params=[EMULATED, *REAL])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def cluster(request: pytest.FixtureRequest, pair: tuple[str, str]) -> ClusterUnderTest:
    found: ClusterUnderTest = request.getfixturevalue(pair[0])
    return found


@pytest.fixture
def helm(pair: tuple[str, str], programs: Runner) -> HelmCli:
    return HelmCli(programs, str(require_tool(pair[1])))


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    return write_chart(tmp_path)


def upgrade(key: ReleaseKey, chart: Path, timeout: int = 60, **values: Any) -> Upgrade:
    files = (write_values(chart.parent, **values),) if values else ()
    return Upgrade(
        key, chart, files, 'helmforge {"a":"b, c"}', timeout, {"helmforge.dev/commit": "abc", "x": "y"}
    )


def silent(_: str) -> None: ...


def stuck_pods(cluster: ClusterUnderTest, key: ReleaseKey) -> dict[str, Any]:
    """Values of an upgrade whose pods never become ready."""
    if not cluster.emulator:
        return {"text": "stuck", "pods": True, "nodeSelector": {"helmforge": "nowhere"}}
    set_fault(cluster.emulator, namespace=key.namespace, name=key.name, fault="never-ready")
    return {"text": "stuck", "pods": True}


def config_map(programs: Runner, key: ReleaseKey) -> str:
    jsonpath = "--output=jsonpath={.data.text}"
    argv = ["kubectl", "get", "configmap", key.name, f"--namespace={key.namespace}", jsonpath]
    return programs.check(argv, what="no ConfigMap").out


def test_a_release_that_was_never_installed_has_no_history(helm: HelmCli, key: ReleaseKey) -> None:
    assert helm.history(key) == ()


def test_install_upgrade_and_history(helm: HelmCli, key: ReleaseKey, chart: Path, programs: Runner) -> None:
    lines: list[str] = []

    helm.upgrade(upgrade(key, chart, text="first", pods=True), lines.append)
    helm.upgrade(upgrade(key, chart, text="second"), silent)
    first, second = helm.history(key)

    assert any("STATUS: deployed" in line for line in lines)
    assert (first.revision, first.status, first.chart, first.app_version) == (
        1,
        "superseded",
        "shop-1.2.3",
        "v1",
    )
    assert (second.revision, second.status, second.pending) == (2, "deployed", False)
    assert second.description == 'helmforge {"a":"b, c"}'
    assert second.updated is not None
    assert abs(datetime.now(UTC) - second.updated) < timedelta(minutes=5)
    assert config_map(programs, key) == "second"


def test_values_of_the_last_release_are_not_reused(
    helm: HelmCli, key: ReleaseKey, chart: Path, programs: Runner
) -> None:
    helm.upgrade(upgrade(key, chart, text="special"), silent)

    helm.upgrade(upgrade(key, chart), silent)

    assert config_map(programs, key) == "one"


def test_labels_are_on_the_release_record(
    helm: HelmCli, key: ReleaseKey, chart: Path, programs: Runner
) -> None:
    helm.upgrade(upgrade(key, chart), silent)

    selector = "--selector=owner=helm,helmforge.dev/commit=abc,x=y"
    argv = ["kubectl", "get", "secrets", f"--namespace={key.namespace}", selector, "--output=name"]
    assert programs.check(argv, what="no Secret").out.strip() == f"secret/sh.helm.release.v1.{key.name}.v1"


def test_rollback_restores_and_leaves_a_revision(
    helm: HelmCli, key: ReleaseKey, chart: Path, programs: Runner
) -> None:
    helm.upgrade(upgrade(key, chart, text="good"), silent)
    helm.upgrade(upgrade(key, chart, text="bad"), silent)

    helm.rollback(key, 1, 60)

    last = helm.history(key)[-1]
    assert (last.revision, last.status, last.description) == (3, "deployed", "Rollback to 1")
    assert config_map(programs, key) == "good"


def test_rollback_to_a_revision_that_is_gone(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    helm.upgrade(upgrade(key, chart), silent)

    with pytest.raises(StepError, match="cannot be rolled back to revision 7"):
        helm.rollback(key, 7, 60)


def test_uninstall_can_be_repeated(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    helm.upgrade(upgrade(key, chart), silent)

    helm.uninstall(key, 60)
    helm.uninstall(key, 60)

    assert helm.history(key) == ()


def test_uninstall_can_leave_a_trace_which_the_next_one_removes(
    helm: HelmCli, key: ReleaseKey, chart: Path
) -> None:
    helm.upgrade(upgrade(key, chart), silent)

    helm.uninstall(key, 60, trace='helmforge {"c":"d, e"}')
    left = helm.history(key)
    helm.uninstall(key, 60)

    assert [(one.status, one.description) for one in left] == [("uninstalled", 'helmforge {"c":"d, e"}')]
    assert helm.history(key) == ()


def test_pods_that_never_become_ready(
    helm: HelmCli, key: ReleaseKey, chart: Path, cluster: ClusterUnderTest
) -> None:
    with pytest.raises(RolloutTimeoutError, match="release shop cannot be upgraded") as caught:
        helm.upgrade(upgrade(key, chart, 3, **stuck_pods(cluster, key)), silent)

    assert "context deadline exceeded" in caught.value.why
    assert [revision.status for revision in helm.history(key)] == ["failed"]


def test_a_release_whose_helm_was_killed_is_locked_until_it_is_rolled_back(
    helm: HelmCli, key: ReleaseKey, chart: Path, cluster: ClusterUnderTest, programs: Runner
) -> None:
    helm.upgrade(upgrade(key, chart), silent)
    stuck = upgrade(key, chart, 300, **stuck_pods(cluster, key))
    kill_helm_while_it_waits(helm, stuck, programs)
    assert helm.history(key)[-1].pending

    with pytest.raises(ReleaseLockedError, match="release shop cannot be upgraded"):
        helm.upgrade(upgrade(key, chart), silent)

    helm.rollback(key, 1, 60)
    helm.upgrade(upgrade(key, chart), silent)
    assert helm.history(key)[-1].status == "deployed"


def kill_helm_while_it_waits(helm: HelmCli, stuck: Upgrade, programs: Runner) -> None:
    errors: list[StepError] = []

    def run() -> None:
        try:
            helm.upgrade(stuck, silent)
        except StepError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    poll(lambda: helm.history(stuck.key)[-1].revision == 2, "the second revision")
    for child in list(programs._running):
        child.kill()
    thread.join(30)
    assert "SIGKILL" in errors[0].why


@pytest.mark.parametrize("pair", REAL, indirect=True)
def test_an_immutable_field_has_a_hint(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    helm.upgrade(upgrade(key, chart, pods=True), silent)

    with pytest.raises(StepError) as caught:
        helm.upgrade(upgrade(key, chart, pods=True, selector="other"), silent)

    assert "field is immutable" in caught.value.why
    assert "delete the object" in caught.value.hint


def test_a_namespace_that_does_not_exist(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    elsewhere = replace(key, namespace=Namespace.parse("nowhere-at-all"))

    assert helm.history(elsewhere) == ()
    with pytest.raises(StepError) as caught:
        helm.upgrade(upgrade(elsewhere, chart), silent)

    assert "create the namespace" in caught.value.hint


@pytest.mark.parametrize("pair", REAL[1:], indirect=True)
def test_another_field_manager_is_an_explained_conflict(
    helm: HelmCli, programs: Runner, key: ReleaseKey, chart: Path
) -> None:
    helm.upgrade(upgrade(key, chart), silent)
    where = f"--namespace={key.namespace}"
    patch = ["kubectl", "patch", "configmap", key.name, where, "--patch", '{"data":{"text":"by hand"}}']
    programs.check([*patch, "--field-manager=kubectl"], what="no patch")

    with pytest.raises(StepError) as caught:
        helm.upgrade(upgrade(key, chart, text="two"), silent)

    assert "owns these fields" in caught.value.hint


def test_what_helm_keeps_of_a_revision(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    helm.upgrade(upgrade(key, chart, note="a, b"), silent)
    stored = helm.stored(key, 1)
    assert stored.values == {"note": "a, b"}
    assert stored.labels.items() >= {"helmforge.dev/commit": "abc", "x": "y"}.items()
    files = {f"templates/{file.name}": file.read_bytes() for file in (chart / "templates").iterdir()}
    assert stored.templates == files
    with pytest.raises(StepError, match="cannot read revision 7"):
        helm.stored(key, 7)


def test_the_releases_of_a_namespace(helm: HelmCli, key: ReleaseKey, chart: Path) -> None:
    assert helm.releases(key.cluster, key.namespace) == ()
    helm.upgrade(upgrade(key, chart), silent)
    helm.upgrade(upgrade(replace(key, name="gone"), chart), silent)
    helm.uninstall(replace(key, name="gone"), 60, trace="removed")
    assert helm.releases(key.cluster, key.namespace) == (key.name,)

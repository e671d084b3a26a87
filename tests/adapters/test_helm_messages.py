"""Reading Helm's messages, as recorded from Helm 3.17.3 and 4.3.1, where the real case is hard to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.domain.cluster import (
    ReleaseKey,
    ReleaseLockedError,
    RolloutError,
    RolloutTimeoutError,
    Upgrade,
)
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from helmforge.errors import HelmforgeError, MissingToolError, StepError, ToolError, UnreachableError
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner

KEY = ReleaseKey(Cluster("dev"), Namespace.parse("shop-qa"), "shop")


@pytest.fixture
def recorded(clean_runner: Runner, tmp_path: Path) -> RecordedHelm:
    return RecordedHelm(clean_runner, tmp_path)


class RecordedHelm:
    """Makes HelmCli over a program that gives one recorded answer, after telling its version."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.program = folder / "recorded-helm"
        self._runner = runner
        self._folder = folder

    def answering(
        self,
        err: str = "",
        *,
        out: str = "",
        code: int = 1,
        version: str = "v4.3.1",
        warnings: list[str] | None = None,
    ) -> HelmCli:
        telling = f'[ "$1" = version ] && {{ printf "%s" "{version}"; exit 0; }}'
        recorded_program(self._folder, self.program.name, out=out, err=err, code=code, cases=telling)
        return HelmCli(self._runner, str(self.program), None if warnings is None else warnings.append)


def upgrade(tmp_path: Path) -> Upgrade:
    return Upgrade(KEY, tmp_path / "shop.tgz", (), "why", 30)


@pytest.mark.parametrize(
    ("said", "kind", "hint"),
    [
        (
            "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
            ReleaseLockedError,
            "another Helm works on this release",
        ),
        ("Error: UPGRADE FAILED: release: already exists", ReleaseLockedError, "run the same command again"),
        (
            (
                'level=WARN msg="upgrade failed" name=shop\n'
                "Error: UPGRADE FAILED: resource Deployment/qa/shop not ready. status: InProgress, "
                "message: Available: 0/2\ncontext deadline exceeded"
            ),
            RolloutTimeoutError,
            "allow more time",
        ),
        (
            "Error: UPGRADE FAILED: timed out waiting for the condition",
            RolloutTimeoutError,
            "allow more time",
        ),
        ("Error: context deadline exceeded", RolloutTimeoutError, "allow more time"),
        (
            (
                "Error: UPGRADE FAILED: resource Deployment/qa/shop not ready. "
                "status: Failed, message: Progress deadline exceeded"
            ),
            RolloutError,
            "why the pods fail",
        ),
        (
            (
                "Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred:\n\t* job migrate failed: "
                "BackoffLimitExceeded"
            ),
            RolloutError,
            "why the pods fail",
        ),
        (
            (
                'Error: UPGRADE FAILED: cannot patch "shop" with kind StatefulSet: StatefulSet.apps "shop" '
                "is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
                "'template' are forbidden"
            ),
            StepError,
            "cannot change this field",
        ),
        (
            (
                "Error: UPGRADE FAILED: conflict occurred while applying object qa/shop apps/v1, "
                "Kind=Deployment: Apply failed with 1 conflict: "
                'conflict with "kubectl" using apps/v1: .spec.replicas'
            ),
            StepError,
            "owns these fields",
        ),
        (
            (
                'Error: Unable to continue with install: ConfigMap "shop" in namespace "qa" exists and '
                "cannot be imported into the current release: invalid ownership metadata; "
                "label validation error"
            ),
            StepError,
            "belongs to another release",
        ),
        (
            'Error: UPGRADE FAILED: deployments.apps "shop" is forbidden: User "ci" cannot patch resource',
            StepError,
            "lack a right",
        ),
        (
            (
                "Error: kubernetes cluster unreachable: "
                "the server has asked for the client to provide credentials"
            ),
            StepError,
            "log in to the cluster",
        ),
        (
            'Error: Kubernetes cluster unreachable: Get "https://k8s:6443/version": dial tcp: no such host',
            UnreachableError,
            "check the address",
        ),
        ("Error: UPGRADE FAILED: something new", ToolError, ""),
    ],
)
def test_a_failed_upgrade_is_named(
    recorded: RecordedHelm, tmp_path: Path, said: str, kind: type[HelmforgeError], hint: str
) -> None:
    with pytest.raises(HelmforgeError) as caught:
        recorded.answering(f"{said}\n").upgrade(upgrade(tmp_path), lambda _: None)

    assert type(caught.value) is kind
    assert hint in caught.value.hint
    assert said.splitlines()[-1] in caught.value.why
    assert caught.value.where.startswith(str(recorded.program))


def test_only_the_exact_words_mean_that_there_is_no_release(recorded: RecordedHelm) -> None:
    assert recorded.answering("Error: release: not found\n").history(KEY) == ()
    assert (
        recorded.answering("WARNING: kubeconfig is group-readable\nError: release: not found\n").history(KEY)
        == ()
    )

    for said in (
        "Error: query: failed to query with labels: secrets is forbidden: User cannot list resource",
        "Error: the server could not find the requested resource: not found",
        'Error: plugin "secrets" not found',
        "Error: release: not found: no wait",
    ):
        with pytest.raises(HelmforgeError):
            recorded.answering(f"{said}\n").history(KEY)


def test_history_is_oldest_first_and_reads_nanoseconds(recorded: RecordedHelm) -> None:
    out = """[{"revision":10,"updated":"2026-11-21T11:00:00.123456789+01:00","status":"pending-upgrade",
      "chart":"shop-1.1.0","app_version":"v1.1.0","description":"Preparing upgrade"},
     {"revision":9,"updated":"0001-01-01T00:00:00Z","status":"deployed","chart":"shop-1.0.0",
      "app_version":"","description":"x","apply_method":"ssa"},
     {"revision":8,"updated":"9999-12-31T23:59:59-14:00","status":"superseded","chart":"shop-1.0.0",
      "app_version":"","description":"x"}]"""

    eight, nine, ten = recorded.answering(out=out, code=0).history(KEY)

    assert (eight.revision, eight.updated, nine.revision, nine.updated) == (8, None, 9, None)
    assert ten.pending
    assert str(ten.updated) == "2026-11-21 10:00:00.123456+00:00"


@pytest.mark.parametrize(
    ("version", "wait"), [("v3.17.0", "--wait"), ("v3.20.2", "--wait"), ("v4.0.0", "--wait=watcher")]
)
def test_each_helm_waits_in_its_own_words(
    recorded: RecordedHelm, tmp_path: Path, version: str, wait: str
) -> None:
    recorded.answering(version=version, code=0).upgrade(upgrade(tmp_path), lambda _: None)

    assert {wait, "--wait-for-jobs"} <= set(arguments_of(recorded.program))


def test_without_a_context_the_current_one_is_used(recorded: RecordedHelm, tmp_path: Path) -> None:
    key = ReleaseKey(Cluster(""), Namespace.parse("shop-qa"), "shop")

    recorded.answering(code=0).upgrade(Upgrade(key, tmp_path / "shop.tgz", (), "", 30), lambda _: None)

    assert "--kube-context" not in arguments_of(recorded.program)


@pytest.mark.parametrize(
    ("version", "said"),
    [("v3.16.4", "3.16.4 is too old"), ("v2.17.0", "2.17.0 is too old"), ("v5.0.0", "5.0.0 is too new")],
)
def test_a_helm_that_is_not_supported(recorded: RecordedHelm, version: str, said: str) -> None:
    with pytest.raises(MissingToolError, match=said) as caught:
        recorded.answering(version=version).history(KEY)

    assert "HELMFORGE_HELM" in caught.value.hint


def test_a_program_that_is_not_helm(recorded: RecordedHelm) -> None:
    with pytest.raises(MissingToolError, match="does not tell its version"):
        recorded.answering(version="usage: helm").version()


@pytest.mark.parametrize(
    ("version", "warned"),
    [("v3.20.1", True), ("v3.20.2", False), ("v4.1.3", True), ("v4.1.4", False), ("v4.3.1+g0", False)],
)
def test_known_vulnerabilities_are_warned_about(
    recorded: RecordedHelm, version: str, *, warned: bool
) -> None:
    warnings: list[str] = []

    recorded.answering(version=version, warnings=warnings).version()

    assert bool(warnings) is warned

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.kubernetes import Kubectl
from helmforge.domain.names import Namespace
from helmforge.errors import StepError, StoppedError

if TYPE_CHECKING:
    from helmforge.adapters.process import Runner
    from helmforge.domain.cluster import ReleaseKey

NOW = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def kubectl(programs: Runner) -> Kubectl:
    return Kubectl(programs, now=lambda: NOW)


def document(programs: Runner, key: ReleaseKey) -> Any:
    argv = [
        "kubectl",
        "get",
        "lease",
        f"helmforge-{key.name}",
        f"--namespace={key.namespace}",
        "--output=json",
    ]
    return json.loads(programs.check(argv, what="no Lease").out)


def test_there_is_no_lease_at_first(kubectl: Kubectl, key: ReleaseKey) -> None:
    assert kubectl.lease(key) is None


def test_only_the_first_create_wins(kubectl: Kubectl, key: ReleaseKey) -> None:
    assert kubectl.create_lease(key, "one", 15)
    assert not kubectl.create_lease(key, "two", 15)

    lease = kubectl.lease(key)
    assert lease is not None
    assert (lease.name, lease.holder, lease.duration_seconds) == ("helmforge-shop", "one", 15)
    assert lease.renewed == NOW
    assert not lease.free(NOW + timedelta(seconds=15))
    assert lease.free(NOW + timedelta(seconds=16))


def test_of_many_creates_at_once_one_wins(kubectl: Kubectl, key: ReleaseKey) -> None:
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(lambda number: kubectl.create_lease(key, f"run-{number}", 15), range(6)))

    lease = kubectl.lease(key)
    assert won.count(True) == 1
    assert lease is not None
    assert lease.holder == f"run-{won.index(True)}"


def test_the_lease_is_as_kubernetes_writes_them(kubectl: Kubectl, key: ReleaseKey, programs: Runner) -> None:
    kubectl.create_lease(key, "one", 15)

    lease = document(programs, key)

    assert lease["spec"]["renewTime"] == "2026-11-21T10:00:00.123456Z"
    assert lease["spec"]["acquireTime"] == "2026-11-21T10:00:00.123456Z"
    assert lease["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "helmforge"


def test_renewal_needs_the_version_that_was_read(kubectl: Kubectl, key: ReleaseKey, programs: Runner) -> None:
    kubectl.create_lease(key, "one", 15)
    first = kubectl.lease(key)
    assert first is not None
    later = Kubectl(programs, now=lambda: NOW + timedelta(seconds=9))

    assert later.renew_lease(key, first, "one", 20)
    assert not later.renew_lease(key, first, "two", 20)

    renewed = kubectl.lease(key)
    assert renewed is not None
    assert (renewed.holder, renewed.duration_seconds) == ("one", 20)
    assert renewed.renewed == NOW + timedelta(seconds=9)
    assert later.renew_lease(key, renewed, "two", 20)


def test_a_lease_that_was_deleted_meanwhile_is_made_anew_by_one_only(
    kubectl: Kubectl, key: ReleaseKey, programs: Runner
) -> None:
    kubectl.create_lease(key, "one", 15)
    lease = kubectl.lease(key)
    assert lease is not None
    delete = ["kubectl", "delete", "lease", "helmforge-shop", f"--namespace={key.namespace}"]
    programs.check(delete, what="not deleted")

    assert kubectl.renew_lease(key, lease, "one", 15)
    assert not kubectl.renew_lease(key, lease, "two", 15)
    assert not kubectl.create_lease(key, "three", 15)


def test_only_the_holder_gives_the_lease_back(kubectl: Kubectl, key: ReleaseKey) -> None:
    kubectl.create_lease(key, "one", 15)

    kubectl.release_lease(key, "two")
    held = kubectl.lease(key)
    kubectl.release_lease(key, "one")
    kubectl.release_lease(key, "one")
    given_back = kubectl.lease(key)

    assert held is not None
    assert not held.free(NOW)
    assert given_back is not None
    assert given_back.free(NOW)
    assert kubectl.renew_lease(key, given_back, "two", 15)
    assert not kubectl.renew_lease(key, given_back, "three", 15)


def test_giving_back_a_lease_that_is_not_there(kubectl: Kubectl, key: ReleaseKey) -> None:
    kubectl.release_lease(key, "one")

    assert kubectl.lease(key) is None


def test_a_lease_without_times_is_free(kubectl: Kubectl, key: ReleaseKey, programs: Runner) -> None:
    by_hand = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "helmforge-shop", "namespace": key.namespace},
        "spec": {},
    }
    programs.check(["kubectl", "create", "--filename=-"], what="no", stdin=json.dumps(by_hand).encode())

    lease = kubectl.lease(key)

    assert lease is not None
    assert lease.holder == ""
    assert lease.free(NOW)


def test_a_lease_in_a_namespace_that_does_not_exist(kubectl: Kubectl, key: ReleaseKey) -> None:
    elsewhere = replace(key, namespace=Namespace.parse("nowhere-at-all"))

    assert kubectl.lease(elsewhere) is None
    with pytest.raises(StepError, match="cannot create the Lease") as caught:
        kubectl.create_lease(elsewhere, "one", 15)

    assert caught.value.hint == "create the namespace nowhere-at-all first"


def test_a_lease_is_given_back_after_an_interruption(
    kubectl: Kubectl, key: ReleaseKey, programs: Runner
) -> None:
    kubectl.create_lease(key, "one", 15)
    interrupted = type(programs)(programs.environment)
    interrupted.terminate()
    ours = Kubectl(interrupted)

    ours.release_lease(key, "one")

    with pytest.raises(StoppedError):
        ours.lease(key)
    lease = kubectl.lease(key)
    assert lease is not None
    assert lease.holder == ""

from __future__ import annotations

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.kubernetes import Kubectl
from helmforge.domain.settings import Cluster
from helmforge.errors import HelmforgeError, MissingToolError, StepError, UnreachableError, UsageError
from tests.adapters.clusters import cluster_runner, kubeconfig_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.cluster import ReleaseKey
    from tests.adapters.clusters import ClusterUnderTest

DEV = Cluster("dev")


def test_the_cluster_is_known_by_its_system_namespace(programs: Runner) -> None:
    argv = ["kubectl", "get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}"]
    uid = programs.check(argv, what="no namespace").out

    assert uid
    assert Kubectl(programs).cluster_id(DEV) == uid
    assert Kubectl(programs).cluster_id(Cluster("")) == uid


def test_a_namespace_is_created_once(programs: Runner, key: ReleaseKey) -> None:
    kubectl = Kubectl(programs)
    name = f"{key.namespace}-new"

    kubectl.ensure_namespace(DEV, name)
    kubectl.ensure_namespace(DEV, name)

    programs.check(["kubectl", "delete", "namespace", name, "--wait=false"], what="it was not created")


def make_records(programs: Runner, key: ReleaseKey, *statuses: str, **added: str) -> None:
    """Helm's Secrets of revisions 1, 2, ... with these statuses."""
    for revision, status in enumerate(statuses, start=1):
        labels = {"owner": "helm", "name": "shop", "version": str(revision), "status": status}
        metadata = {
            "name": f"sh.helm.release.v1.shop.v{revision}",
            "namespace": key.namespace,
            "labels": {**labels, **{f"helmforge.dev/{name}": value for name, value in added.items()}},
        }
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "helm.sh/release.v1"}
        programs.check(["kubectl", "create", "--filename=-"], what="no", stdin=json.dumps(secret).encode())


def test_old_revisions_are_forgotten_but_never_the_deployed_one(programs: Runner, key: ReleaseKey) -> None:
    make_records(programs, key, "superseded", "failed", "deployed", "failed")

    Kubectl(programs).forget_revisions(key, (2, 3, 9))

    argv = ["kubectl", "get", "secrets", f"--namespace={key.namespace}", "--output=name"]
    names = programs.check([*argv, "--selector=owner=helm"], what="no list").out.split()
    assert [name.rpartition(".")[2] for name in names] == ["v1", "v3", "v4"]


def test_only_a_pending_record_of_ours_is_forgotten(programs: Runner, key: ReleaseKey) -> None:
    kubectl = Kubectl(programs)
    ours = {"helmforge.dev/commit": "abc"}
    make_records(programs, key, "deployed", "pending-upgrade", commit="abc")

    assert not kubectl.forget_pending(key, 1, ours)
    assert not kubectl.forget_pending(key, 2, {"helmforge.dev/commit": "other"})
    assert not kubectl.forget_pending(key, 3, ours)
    assert kubectl.forget_pending(key, 2, ours)
    assert not kubectl.forget_pending(key, 2, ours)

    listed = programs.check(["kubectl", "get", "secrets", f"--namespace={key.namespace}"], what="no list").out
    assert "shop.v1" in listed
    assert "shop.v2" not in listed


@pytest.mark.integration
class TestTrouble:
    def test_a_context_that_does_not_exist(self, tmp_path: Path) -> None:
        runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)

        with pytest.raises(UsageError) as caught:
            Kubectl(runner).cluster_id(Cluster("staging"))

        assert "no context 'staging'" in caught.value.why
        assert caught.value.hint == "the contexts are: dev, prod"

    def test_no_kubeconfig(self, tmp_path: Path) -> None:
        runner = cluster_runner(tmp_path / "missing", tmp_path)

        with pytest.raises(UsageError) as caught:
            Kubectl(runner).cluster_id(DEV)

        assert "set KUBECONFIG" in caught.value.hint

    def test_a_server_that_does_not_answer_is_asked_three_times(self, tmp_path: Path) -> None:
        runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)
        pauses: list[float] = []

        with pytest.raises(UnreachableError) as caught:
            Kubectl(runner, wait=pauses.append).cluster_id(DEV)

        assert caught.value.where == "http://127.0.0.1:1"
        assert "refused" in caught.value.why
        assert "memcache" not in caught.value.why
        assert len(pauses) == 2

    def test_a_login_that_has_ended(self, tmp_path: Path, refusing_server: str) -> None:
        runner = cluster_runner(kubeconfig_for(tmp_path, refusing_server, token="old"), tmp_path)

        with pytest.raises(StepError) as caught:
            Kubectl(runner).cluster_id(DEV)

        assert caught.value.hint == "log in to the cluster again"

    def test_kubectl_is_not_installed(self, tmp_path: Path) -> None:
        runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)

        with pytest.raises(MissingToolError, match="'no-kubectl'"):
            Kubectl(runner, "no-kubectl").cluster_id(DEV)


@pytest.fixture
def refusing_server() -> Iterator[str]:
    """Answers every request with 401, as an API server does when a token has ended."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "Unauthorized"}
        body = json.dumps({**status, "reason": "Unauthorized", "code": 401}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Not on standard error."""


@pytest.mark.e2e
class TestRights:
    """A user without rights, on the real API: the emulated one gives everybody everything."""

    @pytest.fixture
    def nobody(self, real: ClusterUnderTest, tmp_path: Path) -> Runner:
        document = json.loads(real.kubeconfig.read_text(encoding="utf-8"))
        for user in document["users"]:
            user["user"]["as"] = "nobody"
        config = tmp_path / "as-nobody"
        config.write_text(json.dumps(document), encoding="utf-8")
        return cluster_runner(config, tmp_path)

    def test_identifying_the_cluster_is_explained(self, nobody: Runner) -> None:
        with pytest.raises(StepError, match="cannot identify the cluster") as caught:
            Kubectl(nobody).cluster_id(DEV)

        assert 'User "nobody" cannot get resource "namespaces"' in caught.value.why
        assert "give the user of the context 'dev' this right" in caught.value.hint

    def test_a_namespace_that_may_not_be_seen_is_taken_for_granted(self, nobody: Runner) -> None:
        Kubectl(nobody).ensure_namespace(DEV, f"unseen-{secrets.token_hex(3)}")

    @pytest.mark.parametrize("cluster", ["real"], indirect=True)
    def test_leases_are_never_taken_for_absent(self, nobody: Runner, key: ReleaseKey) -> None:
        kubectl = Kubectl(nobody)

        for call in (
            lambda: kubectl.lease(key),
            lambda: kubectl.create_lease(key, "one", 15),
            lambda: kubectl.release_lease(key, "one"),
            lambda: kubectl.forget_pending(key, 1, {"a": "b"}),
        ):
            with pytest.raises(HelmforgeError, match="cannot"):
                call()

    @pytest.mark.parametrize("cluster", ["real"], indirect=True)
    def test_explaining_does_not_fail(self, nobody: Runner, key: ReleaseKey) -> None:
        report = Kubectl(nobody).explain(key)

        assert report.pods == ()
        assert "pods cannot be read: Forbidden" in report.events

"""Kubernetes as the flows see it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.adapters.kubernetes.client import KubectlClient, reason
from helmforge.adapters.kubernetes.containers import KINDS, containers_of
from helmforge.adapters.kubernetes.explanation import Explanation
from helmforge.adapters.kubernetes.leases import lease_document, lease_from, lease_name
from helmforge.adapters.kubernetes.pods import pod_restarts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from helmforge.adapters.process import Runner
    from helmforge.domain.cluster import Lease, PodRestarts, ReleaseKey, RolloutReport
    from helmforge.domain.containers import Container
    from helmforge.domain.names import Namespace
    from helmforge.domain.settings import Cluster

_PENDING = "pending-install,pending-upgrade"


class Kubectl:
    """KUBECONFIG comes from the runner's environment; an empty context means the current one."""

    def __init__(
        self,
        runner: Runner,
        program: str = "kubectl",
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runner = runner
        self._client = KubectlClient(runner, program, wait)
        self._now = now

    def cluster_id(self, cluster: Cluster) -> str:
        what = f"cannot identify the cluster of the context {cluster.context!r}"
        completed = self._client.read(cluster, "get", "namespace", "kube-system", "--output=json")
        if completed.code != 0:
            raise self._client.failure(cluster, completed, what)
        return str(json.loads(completed.out)["metadata"]["uid"])

    def ensure_namespace(self, cluster: Cluster, namespace: str) -> None:
        """Creates the namespace unless it exists.

        A user who may neither read nor create namespaces is the normal case of a restricted
        deployer: then the namespace is taken for granted, and creating the Lease will tell.
        """
        read = self._client.read(cluster, "get", "namespace", namespace, "--output=name")
        if read.code == 0:
            return
        if reason(read) not in {"NotFound", "Forbidden"}:
            raise self._client.failure(cluster, read, f"cannot read the namespace {namespace}")
        created = self._client.run(cluster, "create", "namespace", namespace)
        if created.code == 0 or reason(created) == "AlreadyExists":
            return
        if reason(read) == reason(created) == "Forbidden":
            return
        raise self._client.failure(cluster, created, f"cannot create the namespace {namespace}")

    def lease(self, key: ReleaseKey) -> Lease | None:
        place = (f"--namespace={key.namespace}", "--output=json")
        completed = self._client.read(key.cluster, "get", "lease", lease_name(key), *place)
        if reason(completed) == "NotFound":
            return None
        if completed.code != 0:
            raise self._client.failure(key.cluster, completed, f"cannot read the Lease of {key.name}")
        return lease_from(json.loads(completed.out))

    def create_lease(self, key: ReleaseKey, holder: str, seconds: int) -> bool:
        document = lease_document(key, holder, seconds, self._now())
        return self._write(key, "create", document, lost={"AlreadyExists"})

    def renew_lease(self, key: ReleaseKey, lease: Lease, holder: str, seconds: int) -> bool:
        document = lease_document(
            key, holder, seconds, self._now(), version=lease.version, acquired=lease.holder != holder
        )
        return self._write(key, "replace", document, lost={"Conflict", "NotFound"})

    def release_lease(self, key: ReleaseKey, holder: str) -> None:
        """The Lease stays, with nobody in it: a replacement cannot hit a Lease that changed since."""
        with self._runner.giving_back():
            lease = self.lease(key)
            if lease is None or lease.holder != holder:
                return
            self.renew_lease(key, lease, "", 1)  # lost: somebody else has it by now

    def forget_pending(self, key: ReleaseKey, revision: int, labels: Mapping[str, str]) -> bool:
        """Helm keeps each revision in a Secret; its status and our labels are labels of that Secret."""
        helms = {"owner": "helm", "name": key.name, "version": str(revision)}
        equal = [f"{label}={value}" for label, value in {**labels, **helms}.items()]
        selector = ",".join([*equal, f"status in ({_PENDING})"])
        completed = self._client.run(
            key.cluster,
            *("delete", "secret", f"--namespace={key.namespace}", f"--selector={selector}", "--output=name"),
        )
        if completed.code != 0:
            what = f"cannot remove the pending revision {revision} of {key.name}"
            raise self._client.failure(key.cluster, completed, what)
        return completed.out.startswith("secret/")  # kubectl says "No resources found" here as well

    def forget_revisions(self, key: ReleaseKey, revisions: Sequence[int]) -> None:
        """By the labels of Helm's Secrets; what runs is never among them, whatever the numbers say."""
        numbers = ",".join(map(str, revisions))
        selector = f"owner=helm,name={key.name},version in ({numbers}),status!=deployed"
        place = (f"--namespace={key.namespace}", f"--selector={selector}", "--output=name")
        completed = self._client.run(key.cluster, "delete", "secret", *place)
        if completed.code != 0:
            what = f"cannot remove old failed revisions of {key.name}"
            raise self._client.failure(key.cluster, completed, what)

    def containers(self, cluster: Cluster, namespace: Namespace) -> tuple[Container, ...]:
        place = (f"--namespace={namespace}", "--output=json")
        completed = self._client.read(cluster, "get", KINDS, *place)
        if completed.code != 0:
            raise self._client.failure(cluster, completed, f"cannot read what runs in {namespace}")
        return tuple(containers_of(json.loads(completed.out)["items"]))

    def explain(self, key: ReleaseKey) -> RolloutReport:
        """Only pods that are not ready are reported. Never fails: what cannot be read is a line
        among the events, because this runs while another error is on its way to the user.
        """
        return Explanation(self._client, key).report()

    def restarts(self, key: ReleaseKey) -> tuple[PodRestarts, ...]:
        place = (f"--namespace={key.namespace}", f"--selector=app.kubernetes.io/instance={key.name}")
        completed = self._client.read(key.cluster, "get", "pods", *place, "--output=json")
        if completed.code != 0:
            raise self._client.failure(key.cluster, completed, f"cannot read the pods of {key.name}")
        return pod_restarts(json.loads(completed.out)["items"])

    def _write(self, key: ReleaseKey, verb: str, document: dict[str, object], *, lost: set[str]) -> bool:
        completed = self._client.run(
            key.cluster,
            *(verb, "--filename=-", "--validate=ignore", "--output=name"),
            stdin=json.dumps(document).encode(),
        )
        if completed.code == 0:
            return True
        if reason(completed) in lost:
            return False
        error = self._client.failure(key.cluster, completed, f"cannot {verb} the Lease of {key.name}")
        if reason(completed) == "NotFound":
            error.hint = f"create the namespace {key.namespace} first"
        raise error

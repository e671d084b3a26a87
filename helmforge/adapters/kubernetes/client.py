"""One call of kubectl, and what its messages mean."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from helmforge.errors import MissingToolError, StepError, UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.settings import Cluster
    from helmforge.errors import HelmforgeError

_STATUS = re.compile(r"^Error from server \((?P<reason>\w+)\)", re.MULTILINE)
_KLOG = re.compile(r"[EIWF]\d{4} \d\d:\d\d:\d\d")
_NO_CONTEXT = re.compile(r"context was not found for specified context|context \"?[^\"\n]*\"? does not exist")
_NO_LOGIN = re.compile(r"You must be logged in|provide credentials|^Please enter Username", re.MULTILINE)
_DOWN = re.compile(
    r"The connection to the server|Unable to connect to the server|dial tcp|i/o timeout"
    r"|Client\.Timeout exceeded|context deadline exceeded|connection reset|unexpected EOF"
    r"|ServiceUnavailable|currently unable to handle|etcdserver: |TooManyRequests|GatewayTimeout"
)
_PAUSES_SECONDS = (1.0, 3.0)
_REQUEST_TIMEOUT = "--request-timeout=30s"


class KubectlClient:
    """Runs kubectl against one cluster after another. `wait` takes seconds."""

    def __init__(self, runner: Runner, program: str, wait: Callable[[float], None] = time.sleep) -> None:
        self._runner = runner
        self._program = program
        self._wait = wait

    def read(self, cluster: Cluster, *arguments: str) -> Completed:
        """Asks again, after a pause, while the API server does not answer."""
        completed = self.run(cluster, *arguments)
        for pause in _PAUSES_SECONDS:
            if not is_unreachable(completed):
                break
            self._wait(pause)
            completed = self.run(cluster, *arguments)
        return completed

    def run(self, cluster: Cluster, *arguments: str, stdin: bytes = b"") -> Completed:
        if self._runner.find(self._program) is None:
            raise MissingToolError(
                f"kubectl is not installed: there is no program {self._program!r}",
                hint="https://kubernetes.io/docs/tasks/tools/#kubectl",
            )
        context = [f"--context={cluster.context}"] if cluster.context else []
        return self._runner.run([self._program, *context, _REQUEST_TIMEOUT, *arguments], stdin=stdin)

    def failure(self, cluster: Cluster, completed: Completed, what: str) -> HelmforgeError:
        """The error for a call that failed."""
        said = completed.error(what)
        why = "\n".join(line for line in said.why.splitlines() if not _KLOG.match(line))
        if _NO_CONTEXT.search(completed.err):
            return UsageError(
                what, why=f"the kubeconfig has no context {cluster.context!r}", hint=self._contexts()
            )
        if _NO_LOGIN.search(completed.err):
            return StepError(what, where=self._server(cluster), why=why, hint="log in to the cluster again")
        if is_unreachable(completed):
            hint = "check the address in the kubeconfig and the network"
            return UnreachableError(what, where=self._server(cluster), why=why, hint=hint)
        if reason(completed) == "Forbidden":
            hint = f"give the user of the context {cluster.context!r} this right, or use another context"
            return StepError(what, where=said.where, why=why, hint=hint)
        said.why = why
        return said

    def _contexts(self) -> str:
        listed = self._runner.run([self._program, "config", "get-contexts", "--output=name"])
        names = ", ".join(listed.out.split())
        return f"the contexts are: {names}" if names else "the kubeconfig is empty or missing: set KUBECONFIG"

    def _server(self, cluster: Cluster) -> str:
        view = ("config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}")
        return self.run(cluster, *view).out.strip() or "no cluster in the kubeconfig"


def reason(completed: Completed) -> str:
    """The API server's reason (NotFound, AlreadyExists, Conflict, Forbidden, …); empty without one."""
    match = _STATUS.search(completed.err)
    return match["reason"] if match and completed.code != 0 else ""


def is_unreachable(completed: Completed) -> bool:
    return completed.code != 0 and bool(_DOWN.search(completed.err))

"""What Helm says when it fails, as errors with a next step.

The texts are those of Helm 3.17 and 4.3; the parts after Helm's prefixes come from the API server.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseLockedError, RolloutError, RolloutTimeoutError
from helmforge.errors import StepError, UnreachableError, UsageError

if TYPE_CHECKING:
    from helmforge.adapters.process import Completed
    from helmforge.errors import HelmforgeError

_NOT_FOUND = re.compile(r"^Error: release: not found$", re.MULTILINE)
_NOT_LOADED = re.compile(r"^Error: uninstall: Release not loaded: .*: release: not found$", re.MULTILINE)
_NO_CONTEXT = re.compile(r"context \"?(?P<name>[^\"\n]*)\"? does not exist")
_UNREACHABLE = re.compile(r"Error:.*[Kk]ubernetes cluster unreachable: ")
_DENIED = re.compile(r"provide credentials|Unauthorized|You must be logged in")
_REGISTRY_DENIES = re.compile(
    r"(?<!:)\b(401|403)\b|unauthorized|denied|no basic auth credentials|basic credential not found",
    re.IGNORECASE,
)
_REGISTRY_DOWN = re.compile(
    r"dial tcp|connection re(fused|set)|no such host|i/o timeout|\bEOF\b|tls: |x509: |(?<!:)\b(429|5\d\d)\b"
)
_REGISTRY_LAGS = re.compile(
    r"blob unknown to registry"
    r"|unexpected status from PUT request to \S+/manifests/\S+ 40[04] "  # Helm 3 does not say why
)

# In order: the first that matches names the error. A timeout can carry any other text with it.
_CAUSES: tuple[tuple[re.Pattern[str], type[HelmforgeError], str], ...] = (
    (
        re.compile(r"another operation \(install/upgrade/rollback\) is in progress"),
        ReleaseLockedError,
        "another Helm works on this release, or one was killed while it did",
    ),
    (
        re.compile(r"Error:.* release: already exists|Error: .*cannot re-use a name that is still in use"),
        ReleaseLockedError,
        "another Helm was faster: run the same command again",
    ),
    (
        re.compile(r"context deadline exceeded|timed out waiting for the condition"),
        RolloutTimeoutError,
        "find out why the pods do not become ready, or allow more time",
    ),
    (
        re.compile(r"field is immutable|Forbidden: updates to statefulset spec for fields other than"),
        StepError,
        "an existing object cannot change this field: keep the old value, or delete the object and repeat",
    ),
    (
        re.compile(r"conflict occurred while applying object|Apply failed with \d+ conflicts?"),
        StepError,
        "kubectl, an autoscaler or an operator owns these fields: take it back, or drop them from the chart",
    ),
    (
        re.compile(r"invalid ownership metadata"),
        StepError,
        "the object belongs to another release or was made by hand: delete it, or choose another name",
    ),
    (
        re.compile(r"namespaces \"[^\"]*\" not found"),
        StepError,
        "create the namespace first",
    ),
    (
        re.compile(r" is forbidden: "),
        StepError,
        "the credentials of this context lack a right, or an admission policy refuses the object",
    ),
    (
        re.compile(r"not ready\. status: Failed|ProgressDeadlineExceeded|job .* failed|hooks? failed"),
        RolloutError,
        "find out why the pods fail",
    ),
)


def is_absent(completed: Completed) -> bool:
    """Whether Helm says that there is no such release: exactly these words, not any "not found"."""
    return bool(_NOT_FOUND.search(completed.err) or _NOT_LOADED.search(completed.err))


def cluster_failure(completed: Completed, what: str) -> HelmforgeError:
    """The error for a failed command that speaks to a cluster."""
    plain = completed.error(what)
    if missing := _NO_CONTEXT.search(completed.err):
        return UsageError(
            what,
            where=plain.where,
            why=f"the kubeconfig has no context {missing['name']!r}",
            hint="see `kubectl config get-contexts`, or set KUBECONFIG",
        )
    if _DENIED.search(completed.err):
        return StepError(what, where=plain.where, why=plain.why, hint="log in to the cluster again")
    if _UNREACHABLE.search(completed.err):
        hint = "check the address in the kubeconfig and the network"
        return UnreachableError(what, where=plain.where, why=plain.why, hint=hint)
    for pattern, kind, hint in _CAUSES:
        if pattern.search(completed.err):
            return kind(what, where=plain.where, why=plain.why, hint=hint)
    return plain


def push_failure(completed: Completed, what: str, host: str) -> HelmforgeError:
    """The error for a failed command that speaks to the registry `host`."""
    plain = completed.error(what)
    if _REGISTRY_DENIES.search(completed.err):
        return StepError(what, where=plain.where, why=plain.why, hint=f"`helm registry login {host}`")
    if _REGISTRY_DOWN.search(completed.err):
        hint = f"check that the registry {host} is up and speaks the expected protocol"
        return UnreachableError(what, where=plain.where, why=plain.why, hint=hint)
    return plain


def may_pass(completed: Completed) -> bool:
    """Whether the same command may succeed a little later. While another run uploads the same blob, a
    registry may tell both that it has the blob before it can find it (docker-registry 2.8 on a file system).
    """
    said = completed.err
    return not _REGISTRY_DENIES.search(said) and bool(
        _REGISTRY_DOWN.search(said) or _REGISTRY_LAGS.search(said)
    )

"""What Git tells: the commits that a promotion brings, and who signed them off."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from helmforge.domain.brief.changes import Changes
from helmforge.domain.brief.decision import SignOffs
from helmforge.errors import HelmforgeError, StepError, StoppedError
from helmforge.flows.release.approvals import gather
from helmforge.flows.release.brief.case import attempt
from helmforge.flows.release.subject import paths_of

if TYPE_CHECKING:
    from helmforge.domain.approval_policy import ApprovalPolicy
    from helmforge.domain.brief import Part
    from helmforge.flows.release.brief.case import Case


def read_history(case: Case) -> tuple[Part[Changes], Part[SignOffs]]:
    """One after the other: two fetches at the same time stand in each other's way."""
    return attempt(lambda: _changes(case)), attempt(lambda: _sign_offs(case))


def _changes(case: Case) -> Changes:
    git, artifact = case.world.git, case.published.artifact
    record = case.production.record
    git.fetch(f"refs/tags/{artifact.claim_tag}")
    paths = paths_of(case.service)
    if record is None:
        return Changes("", git.log(None, artifact.commit, paths))
    base = _base(case, record.commit, record.version)
    return Changes(
        record.version, git.log(base, artifact.commit, paths), git.log(artifact.commit, base, paths)
    )


def _base(case: Case, commit: str, version: str) -> str:
    git = case.world.git
    if git.commit(commit) is None:
        with contextlib.suppress(HelmforgeError):
            git.fetch(f"refs/tags/{case.service.name}/{version}")
    if git.commit(commit) is None:
        raise StepError(f"commit {commit[:12]}, which runs in {case.environment.name}, is not in this clone")
    return commit


def _sign_offs(case: Case) -> SignOffs:
    """As `release promote` judges; where it could not ask the cluster it refuses, and this only warns."""
    since, note = "", ""
    try:
        since = case.production.running.commit
    except StoppedError:
        raise
    except HelmforgeError as error:
        note = f"{error.what}, so everybody who ever changed the service counts as an author"
    found = gather(case.world, case.settings, case.service, case.environment, case.published, since)
    return SignOffs.of(found.verdict, _rule(case.environment.approvals), note)


def _rule(policy: ApprovalPolicy) -> str:
    if policy.by_ci:
        return "by the gate of the CI system"
    rules = [f"from {', '.join(policy.approvers)}" if policy.approvers else "from anybody"]
    rules += ["not from an author of the change"] if policy.not_author else []
    return ", ".join(rules)

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
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.brief import Part
    from helmforge.domain.settings import Service
    from helmforge.flows.ports import Git
    from helmforge.flows.release.brief.case import Case
    from helmforge.flows.release.brief.production import Production


def read_history(case: Case) -> tuple[Part[Changes], Part[SignOffs]]:
    """One after the other: two fetches at the same time stand in each other's way."""
    return attempt(lambda: _changes(case)), attempt(lambda: _sign_offs(case))


def _changes(case: Case) -> Changes:
    production, artifact = case.production, case.published.artifact
    case.world.git.fetch(f"refs/tags/{artifact.claim_tag}")
    return changes_since(case.world.git, case.service, artifact, production)


def changes_since(git: Git, service: Service, artifact: Artifact, production: Production) -> Changes:
    """StepError where the commits are not all in this clone. The claim must have been fetched."""
    record, paths = production.record, paths_of(service)
    if record is None:
        return Changes("", git.log(None, artifact.commit, paths))
    base = _base(git, production, f"{service.name}/{record.version}", record.commit)
    return Changes(
        record.version, git.log(base, artifact.commit, paths), git.log(artifact.commit, base, paths)
    )


def _base(git: Git, production: Production, claim: str, commit: str) -> str:
    if git.commit(commit) is None:
        with contextlib.suppress(HelmforgeError):
            git.fetch(f"refs/tags/{claim}")
    if git.commit(commit) is None:
        raise StepError(f"commit {commit[:12]}, which runs in {production.environment}, is not in this clone")
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
    return SignOffs.of(found.verdict, rule(case.environment.approvals), note)


def rule(policy: ApprovalPolicy) -> str:
    """The policy in words."""
    if policy.by_ci:
        return "by the gate of the CI system"
    rules = [f"from {', '.join(policy.approvers)}" if policy.approvers else "from anybody"]
    rules += ["not from an author of the change"] if policy.not_author else []
    return ", ".join(rules)

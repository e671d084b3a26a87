"""The claim: an annotated tag on the remote that gives a version to one commit for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.git import RefExistsError
from helmforge.domain.version import Version
from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.plan import ClaimVersion
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Git, Log


@dataclass(frozen=True)
class Claims:
    git: Git

    def probe(self, step: ClaimVersion) -> Facts | None:
        """RefusedError when the version, in either spelling, belongs to another commit."""
        holder = claimed_commit(self.git, step.artifact)
        return {"tag": step.artifact.claim_tag, "commit": holder} if holder else None

    def act(self, step: ClaimVersion, log: Log) -> None:
        artifact = step.artifact
        message = (
            f"{artifact.service} {artifact.version}\n\nImage: {artifact.image}\nChart: {artifact.chart}\n"
        )
        try:
            self.git.create_tag(artifact.claim_tag, artifact.commit, message)
        except RefExistsError:
            log(f"{artifact.claim_tag} was created by another run in this moment")


def claimed_commit(git: Git, artifact: Artifact) -> str | None:
    """The claim's commit, None when the version is free.

    Both spellings are looked at: `v1.2.0` and `1.2.0` are one chart version. Of two racing claims
    in different spellings at least one sees the other in the confirmation, and is refused.
    """
    return demand_free(git.remote_refs(*claim_refs(artifact)), artifact)


def claim_refs(artifact: Artifact) -> tuple[str, str]:
    spellings = (artifact.version, Version(artifact.version).other_spelling().tag)
    one, other = (f"refs/tags/{artifact.service}/{spelling}" for spelling in spellings)
    return one, other


def demand_free(remote_refs: Mapping[str, str], artifact: Artifact) -> str | None:
    """As claimed_commit, from what the remote was asked for already."""
    refs = claim_refs(artifact)
    for ref in refs:
        commit = remote_refs.get(ref, artifact.commit)
        if commit != artifact.commit:
            raise RefusedError(
                f"version {artifact.version} of {artifact.service} is already released from another commit",
                where=ref,
                why=f"the tag belongs to {commit[:12]}, this is {artifact.commit[:12]}",
                hint=f"cut the next version: helmforge release cut {artifact.service} --patch",
            )
    return remote_refs.get(refs[0])

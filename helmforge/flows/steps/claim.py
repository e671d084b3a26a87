"""The claim: an annotated tag on the remote that gives a version to one commit for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.claim import demand_claim
from helmforge.domain.git import RefExistsError
from helmforge.domain.version import Version
from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.git import AnnotatedTag
    from helmforge.domain.plan import ClaimVersion
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Git, Log


@dataclass(frozen=True)
class Claims:
    git: Git

    def probe(self, step: ClaimVersion) -> Facts | None:
        """RefusedError when the version, in either spelling, belongs to another commit, or when something
        that is no claim stands at its place.
        """
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
    """The claim's commit, None when the version is free; RefusedError as the probe says.

    Both spellings are looked at: `v1.2.0` and `1.2.0` are one chart version. Of two racing claims
    in different spellings at least one sees the other in the confirmation, and is refused.
    """
    found = {tag.name: tag for tag in git.tags(*_claim_names(artifact), lightweight=True)}
    if mine := found.get(artifact.claim_tag):
        demand_claim(mine, git.remote)
    for tag in found.values():
        if tag.target != artifact.commit:
            demand_claim(tag, git.remote)
            raise _already_released(tag, artifact)
    return mine.target if mine else None


def claim_refs(artifact: Artifact) -> tuple[str, str]:
    one, other = (f"refs/tags/{name}" for name in _claim_names(artifact))
    return one, other


def _claim_names(artifact: Artifact) -> tuple[str, str]:
    spelling = Version(artifact.version).other_spelling().tag
    return artifact.claim_tag, f"{artifact.service}/{spelling}"


def _already_released(tag: AnnotatedTag, artifact: Artifact) -> RefusedError:
    return RefusedError(
        f"version {artifact.version} of {artifact.service} is already released from another commit",
        where=f"refs/tags/{tag.name}",
        why=f"the tag belongs to {tag.target[:12]}, this is {artifact.commit[:12]}",
        hint=f"cut the next version: helmforge release cut {artifact.service} --patch",
    )

"""Which exact artifact a version is: looked up on the remote and in the registry, never remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.approval import Subject
from helmforge.domain.artifact import released
from helmforge.domain.claim import demand_claim, objection
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import running
from helmforge.domain.namespaces import demand_released
from helmforge.errors import RefusedError
from helmforge.flows.steps.chart import pull

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.git import Person
    from helmforge.domain.oci import Digest, ImageRef
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version
    from helmforge.flows.ports import Git
    from helmforge.flows.world import World


@dataclass(frozen=True)
class PublishedVersion:
    artifact: Artifact
    image: Digest
    chart: Digest

    def subject(self, environment: Environment) -> Subject:
        return Subject(
            environment.name, self.artifact.service, self.artifact.version, str(self.image), str(self.chart)
        )


def claimed_artifact(git: Git, settings: Settings, service: Service, version: Version) -> Artifact:
    """The artifact in the spelling under which it was claimed. RefusedError when nobody released it."""
    demand_released(settings, service)
    spellings = (version, version.other_spelling())
    names = {f"{service.name}/{spelling.tag}": spelling for spelling in spellings}
    found = git.tags(*names, lightweight=True)
    for tag in found:
        if not objection(tag):
            return released(settings, service.name, names[tag.name], tag.target)
    for tag in found:
        demand_claim(tag, git.remote)
    raise RefusedError(
        f"{service.name} {version} was never released",
        why=f"there is no tag {service.name}/{version} on {git.remote}",
        hint=f"helmforge release cut {service.name} {version}, and let its pipeline run",
    )


def published_version(
    world: World, settings: Settings, service: Service, version: Version
) -> PublishedVersion:
    """RefusedError while image or chart are not in the registry."""
    artifact = claimed_artifact(world.git, settings, service, version)
    image = _demand(world, settings, artifact, artifact.image)
    chart = _demand(world, settings, artifact, artifact.chart)
    pinned = pull(world, artifact, chart).image_digest
    if pinned != image:
        raise RefusedError(
            f"image and chart of {service.name} {artifact.version} do not belong together",
            why=f"the chart pins {pinned or 'no image'}, {artifact.image} is {image}",
            hint=_again(settings, artifact),
        )
    return PublishedVersion(artifact, image, chart)


def _demand(world: World, settings: Settings, artifact: Artifact, ref: ImageRef) -> Digest:
    found = world.registry.resolve(ref)
    if found is None:
        raise RefusedError(
            f"{artifact.service} {artifact.version} is not completely published",
            why=f"{ref} is not in the registry",
            hint=_again(settings, artifact),
        )
    return found.digest


def _again(settings: Settings, artifact: Artifact) -> str:
    branch = settings.branches.release.format(service=artifact.service, version=artifact.version)
    return f"run the pipeline of its release branch again: helmforge pipeline run --ref {branch}"


def running_commit(world: World, service: Service, environment: Environment) -> str:
    """The commit that runs in `environment`; "" when nothing does, or nothing that helmforge deployed."""
    key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
    deployed = running(world.helm.history(key))
    return deployed.record.commit if deployed and deployed.record else ""


def writers(world: World, service: Service, artifact: Artifact, since: str) -> frozenset[Person]:
    """Everybody who wrote what the artifact would change, and who released it.

    These are authors, co-authors and committers of the commits after `since` that touch the service, and of
    the released commit itself; of all commits that ever did when `since` is empty or not in this clone. Who
    created the release branch Git does not record: it is the tagger of the claim who released.
    """
    world.git.fetch(f"refs/tags/{artifact.claim_tag}")
    base = since if since and world.git.commit(since) else None
    commits = [world.git.commit(artifact.commit), *world.git.log(base, artifact.commit, paths_of(service))]
    wrote = {
        person
        for commit in commits
        if commit
        for person in (commit.author, commit.committer, *commit.co_authors)
    }
    return frozenset(wrote | {claim.tagger for claim in world.git.tags(artifact.claim_tag)})


def paths_of(service: Service) -> tuple[str, ...]:
    """Whose change is a change of the service."""
    return (service.folder, service.chart, service.build.dockerfile, *service.depends_on)

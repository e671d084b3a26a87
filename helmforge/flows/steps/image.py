"""Building and publishing a service's image."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from helmforge.domain.oci import CREATED, REVISION, SOURCE, TITLE, VERSION, Digest
from helmforge.domain.provenance.slsa import BuildTimes
from helmforge.domain.source import source_url
from helmforge.errors import RefusedError, StepError
from helmforge.flows.steps.chart import pinned_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.plan import BuildImage, PushImage
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Images:
    """Of one run: `times` are those of what it has built."""

    world: World
    labels: dict[Artifact, Mapping[str, str]] = field(default_factory=dict)
    times: dict[Artifact, BuildTimes] = field(default_factory=dict)

    def probe_build(self, step: BuildImage) -> Facts | None:
        if step.published:
            facts = self.published(step.artifact)
            if facts:
                return facts
        return None if self._dirty(step) else self.built(step)

    def built(self, step: BuildImage) -> Facts | None:
        """In the builder's store, from the commit or, uncommitted files included, from the work tree."""
        labels = self._labels(step.artifact, dirty=bool(self._dirty(step)))
        if self.world.builder().exists(step.artifact.image, labels):
            return {"image": str(step.artifact.image)}
        return None

    def build(self, step: BuildImage, log: Log) -> None:
        service, root = step.service, self.world.git.root
        dirty = self._dirty(step)
        if step.published and dirty:
            raise RefusedError(
                f"the work tree of {service.name} differs from commit {step.artifact.commit[:12]}",
                why="\n".join(dirty[:10]),
                hint="commit or remove these files: what is published must come from the commit",
            )
        builder = self.world.builder()
        log(f"building with {builder.name}" + (", uncommitted files included" if dirty else ""))
        labels = self._labels(step.artifact, dirty=bool(dirty))
        build = service.build
        if dirty:  # what no commit has must not come back in the build of one
            build = replace(build, cache=replace(build.cache, target=None))
        started = self.world.clock.now()
        builder.build(build, root, step.artifact.image, labels, log)
        self.times[step.artifact] = BuildTimes(started, self.world.clock.now())

    def probe_push(self, step: PushImage) -> Facts | None:
        """None as well when the published chart pins other bytes than the tag names."""
        facts = self.published(step.artifact)
        if facts and pinned_image(self.world, step.artifact) in {"", facts["digest"]}:
            return facts
        return None

    def push(self, step: PushImage, log: Log) -> None:
        """Two runs of one commit at the same time may build different bytes, and the later one moves
        the tag. What the chart pins is what was deployed: the tag goes back to it.
        """
        pinned = pinned_image(self.world, step.artifact)
        if pinned:
            source = step.artifact.images.at(Digest.parse(pinned))
            if self.world.registry.resolve(source) is None:
                raise RefusedError(
                    f"the image of {step.artifact.service} {step.artifact.version} is gone from the registry",
                    why=f"its chart pins {source}, which does not exist any more",
                    hint=f"cut the next version: helmforge release cut {step.artifact.service} --patch",
                )
            log(f"the chart pins {pinned}: the tag goes back to it")
            self.world.registry.copy(source, step.artifact.image, overwrite=True)
        else:
            self.world.builder().push(step.artifact.image, log)

    def published(self, artifact: Artifact) -> Facts | None:
        """Facts of the image in the registry; RefusedError when the tag is another commit's."""
        descriptor = self.world.registry.resolve(artifact.image)
        if descriptor is None:
            return None
        revision = self.world.registry.labels(artifact.image).get(REVISION, "")
        if revision != artifact.commit:
            raise RefusedError(
                f"{artifact.image} exists and is not built from {artifact.commit[:12]}",
                why=f"its label {REVISION} is {revision[:40] or 'missing'}",
                hint=f"cut the next version: helmforge release cut {artifact.service} --patch",
            )
        return {"image": str(artifact.image), "digest": descriptor.digest}

    def _dirty(self, step: BuildImage) -> tuple[str, ...]:
        build = step.service.build
        places = dict.fromkeys((step.service.folder, build.context, build.dockerfile))
        return self.world.git.dirty_paths(*places)

    def _labels(self, artifact: Artifact, *, dirty: bool) -> Mapping[str, str]:
        """Found once: a commit does not change. Uncommitted bytes never pass for those of the commit."""
        if artifact not in self.labels:
            self.labels[artifact] = self._find_labels(artifact)
        labels = self.labels[artifact]
        return {**labels, REVISION: f"{artifact.commit}-dirty"} if dirty else labels

    def _find_labels(self, artifact: Artifact) -> Mapping[str, str]:
        commit = self.world.git.commit(artifact.commit)
        if commit is None:
            raise StepError(
                f"commit {artifact.commit[:12]} is not in this clone",
                hint=f"git fetch {self.world.git.remote}",
            )
        return {
            REVISION: artifact.commit,
            SOURCE: source_url(self.world.git.remote_url()),
            VERSION: artifact.version,
            CREATED: commit.time.isoformat(),
            TITLE: artifact.service,
        }

"""Packaging a service's chart from its commit, and publishing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from helmforge import yamlio
from helmforge.domain.oci import REVISION, SOURCE
from helmforge.domain.oci_manifest import manifest_document
from helmforge.domain.source import source_url
from helmforge.errors import RefusedError, StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.git import Commit
    from helmforge.domain.oci import Digest, Repository
    from helmforge.domain.plan import PackageChart, PushChart
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Charts:
    """`work` is this run's temporary folder: packages stand there between two steps."""

    world: World
    work: Path
    environments: tuple[str, ...]

    def package_of(self, artifact: Artifact) -> Path:
        return self.work / f"{artifact.service}-{artifact.chart_version}.tgz"

    def probe_package(self, step: PackageChart) -> Facts | None:
        return self.published(step.artifact)

    def packaged(self, step: PackageChart) -> Facts | None:
        package = self.package_of(step.artifact)
        return {"package": package.name} if package.is_file() else None

    def package(self, step: PackageChart, log: Log) -> None:
        """Reproducible: only the commit's files, times and the image's digest go in."""
        artifact = step.artifact
        commit = self._commit(artifact)
        files = dict(self.world.git.files(artifact.commit, step.service.chart))
        if "Chart.yaml" not in files or "values.yaml" not in files:
            raise StepError(
                f"{step.service.name} has no chart in commit {artifact.commit[:12]}",
                where=step.service.chart,
                hint=f"helmforge scaffold {step.service.name}, and commit what it writes",
            )
        files["values.yaml"] = self._pin_image(files["values.yaml"], artifact)
        files["Chart.yaml"] = self._set_version(files["Chart.yaml"], artifact)
        staged = self.work / "staged" / artifact.service
        self.world.archives.stage(files, staged, commit.time)
        package = self.world.helm.package(staged, self.work)
        self._require_values(step, files, package)
        self.world.archives.normalise(package, commit.time)
        log(f"{package.name}: {package.stat().st_size} bytes")

    def _require_values(self, step: PackageChart, files: Mapping[str, bytes], package: Path) -> None:
        """Helm leaves out what .helmignore matches, and says nothing: an environment would then get the
        defaults.
        """
        wanted = {f"values-{environment}.yaml" for environment in self.environments} & files.keys()
        lost = sorted(wanted - self.world.archives.members(package.read_bytes()).keys())
        if lost:
            package.unlink()
            raise StepError(
                f"the packaged chart of {step.service.name} has no {', '.join(lost)}",
                where=f"{step.service.chart}/.helmignore",
                why="a pattern there leaves out values of an environment, which are deployed with the chart",
                hint="take the pattern out, and release the commit that does",
            )

    def probe_push(self, step: PushChart) -> Facts | None:
        return self.published(step.artifact)

    def push(self, step: PushChart, log: Log) -> None:
        self.world.helm.push(self.package_of(step.artifact), step.artifact.charts)
        log(f"pushed to oci://{step.artifact.charts}")

    def published(self, artifact: Artifact) -> Facts | None:
        """Facts of the chart in the registry; RefusedError when the version is another commit's."""
        descriptor = self.world.registry.resolve(artifact.chart)
        if descriptor is None:
            return None
        revision = self.world.registry.labels(artifact.chart).get(REVISION, "")
        if revision != artifact.commit:
            raise RefusedError(
                f"chart {artifact.chart} exists and is not packaged from {artifact.commit[:12]}",
                why=f"its annotation {REVISION} is {revision[:40] or 'missing'}",
                hint=f"cut the next version: helmforge release cut {artifact.service} --patch",
            )
        return {"chart": f"oci://{artifact.chart}", "digest": descriptor.digest}

    def _commit(self, artifact: Artifact) -> Commit:
        commit = self.world.git.commit(artifact.commit)
        if commit is None:
            raise StepError(f"commit {artifact.commit[:12]} is not in this clone", hint="git fetch")
        return commit

    def _pin_image(self, values: bytes, artifact: Artifact) -> bytes:
        descriptor = self.world.registry.resolve(artifact.image)
        if descriptor is None:
            raise StepError(f"{artifact.image} is not in the registry", hint="run the whole pipeline again")
        pinned: dict[tuple[str, ...], str] = {
            ("image", "repository"): str(artifact.images),
            ("image", "tag"): artifact.version,
            ("image", "digest"): str(descriptor.digest),
        }
        return yamlio.edit(_editable(values, "values.yaml"), "values.yaml", pinned).encode()

    def _set_version(self, chart: bytes, artifact: Artifact) -> bytes:
        changes: dict[tuple[str, ...], str] = {
            ("version",): artifact.chart_version,
            ("appVersion",): artifact.version,
            ("annotations", REVISION): artifact.commit,
            ("annotations", SOURCE): source_url(self.world.git.remote_url()),
        }
        return yamlio.edit(_editable(chart, "Chart.yaml"), "Chart.yaml", changes).encode()


@dataclass(frozen=True)
class PulledChart:
    """A chart as the registry stores it under `digest`: the archive and what is inside."""

    digest: Digest
    archive: bytes
    members: Mapping[str, bytes]

    @cached_property
    def image_digest(self) -> str:
        """The digest that the chart pins its image to; "" when it pins none."""
        values = yamlio.parse(_text(self.members.get("values.yaml", b"")), "values.yaml").data
        image = values.get("image")
        return str(image.get("digest", "")) if isinstance(image, dict) else ""


def pinned_image(world: World, artifact: Artifact) -> str:
    """The image digest inside the published chart; "" while there is no such chart."""
    descriptor = world.registry.resolve(artifact.chart)
    return pull(world, artifact, descriptor.digest).image_digest if descriptor else ""


def pull(world: World, artifact: Artifact, digest: Digest) -> PulledChart:
    """By digest, verified: what was approved is what runs."""
    return pull_from(world, artifact.charts, digest)


def pull_from(world: World, charts: Repository, digest: Digest) -> PulledChart:
    """StepError when there is nothing, or no chart."""
    manifest = world.registry.manifest(charts.at(digest))
    if manifest is None:
        raise StepError(f"chart {charts}@{digest} is not in the registry")
    try:
        layers = manifest_document(manifest.content)["layers"]
        layer = next(
            type(digest).parse(one["digest"])
            for one in layers
            if one["mediaType"].endswith("chart.content.v1.tar+gzip")
        )
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, UsageError):
        raise StepError(f"{charts}@{digest} is not a Helm chart") from None
    archive = world.registry.blob(charts, layer)
    return PulledChart(digest, archive, world.archives.members(archive))


def _editable(data: bytes, name: str) -> str:
    """Strictly: a character that was replaced would be written back."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StepError(f"{name} is not UTF-8 text", where=name, why=str(error)) from None


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")

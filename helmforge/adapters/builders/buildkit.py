"""BuildKit daemons, wherever they run: with their own client, or as instances of docker buildx."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from abc import ABC, abstractmethod
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from helmforge.adapters.builders.arguments import (
    cache_arguments,
    carries,
    context_argument,
    created_epoch,
    dockerfile_arguments,
    mending,
)
from helmforge.adapters.builders.layouts import Layout
from helmforge.adapters.builders.secrets import secret_arguments
from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.building import BuilderChoice
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Build
    from helmforge.flows.ports import Log

_PROBE_SECONDS = 20.0
Upload: TypeAlias = "Callable[[Path, ImageRef], object]"
"""Pushes the OCI layout in a folder."""


class LayoutBuilder(ABC):
    """The daemon has no store of images. What it builds comes back as an OCI layout below `folder`, for the
    time of this run; that very layout is scanned and pushed.
    """

    name: str

    def __init__(self, runner: Runner, folder: Callable[[], Path], upload: Upload) -> None:
        self._runner = runner
        self._folder = folder
        self._upload = upload

    def build(self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log) -> None:
        place = self._place(image)
        draft = place.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        epoch = created_epoch(labels)
        output = _output(build, image, labels, draft, rewrite=epoch is not None)
        argv = [*self._command(build, root, labels, epoch), "--output", output]
        argv += secret_arguments(build, root, self._runner.environment)
        argv += self._rest(build, root)
        env = {"SOURCE_DATE_EPOCH": epoch} if epoch else {}
        completed = self._runner.run(argv, env=env, on_line=log)
        if completed.code != 0:
            raise completed.error(f"the image {image} cannot be built", hint=mending(build))
        if not draft.is_dir():
            raise completed.error(f"{argv[0]} brought no image back for {image}")
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)  # only the complete image gets the name

    def exists(self, image: ImageRef, labels: Mapping[str, str]) -> bool:
        place = self._place(image)
        return place.is_dir() and carries(Layout(place).labels(), labels)

    def push(self, image: ImageRef, log: Log) -> None:
        log(f"pushing {image}")
        self._upload(self._built(image), image)

    def export(self, image: ImageRef, archive: Path) -> None:
        Layout(self._built(image)).write_archive(image, archive)

    @abstractmethod
    def _command(self, build: Build, root: Path, labels: Mapping[str, str], epoch: str | None) -> list[str]:
        """The command up to where the result goes; secrets and `_rest` follow that."""

    @abstractmethod
    def _rest(self, build: Build, root: Path) -> list[str]:
        """What comes last."""

    def _built(self, image: ImageRef) -> Path:
        place = self._place(image)
        if not place.is_dir():
            raise StepError(f"the image {image} is not built", hint="run the same command again")
        return place

    def _place(self, image: ImageRef) -> Path:
        return self._folder() / hashlib.sha256(str(image).encode()).hexdigest()[:32]


class BuildKit(LayoutBuilder):
    """buildctl. The address is that of the configuration, or BUILDKIT_HOST."""

    name = "buildkit"

    def __init__(
        self, runner: Runner, choice: BuilderChoice, folder: Callable[[], Path], upload: Upload
    ) -> None:
        super().__init__(runner, folder, upload)
        address = ["--addr", choice.address] if choice.address else []
        self._client = ["buildctl", *address, *(["--tlsdir", choice.tls] if choice.tls else [])]

    def obstacle(self) -> str | None:
        """Why it does not work here; None when the daemon answers."""
        if self._runner.find("buildctl") is None:
            return "buildctl is not installed"
        completed = self._runner.run([*self._client, "debug", "workers"], timeout=_PROBE_SECONDS)
        if completed.code == 0:
            return None
        return completed.err.strip().rpartition("\n")[2] or "its daemon does not answer"

    def _command(self, build: Build, root: Path, labels: Mapping[str, str], epoch: str | None) -> list[str]:
        dockerfile = PurePosixPath(build.dockerfile)
        argv = [*self._client, "build", "--progress=plain", "--frontend=dockerfile.v0"]
        argv += ["--local", f"context={root.absolute() / build.context}"]
        argv += ["--local", f"dockerfile={root.absolute() / dockerfile.parent}"]
        options = {"filename": dockerfile.name, "target": build.target, "platform": ",".join(build.platforms)}
        options |= {f"build-arg:{name}": value for name, value in sorted(build.args.items())}
        options |= {"build-arg:SOURCE_DATE_EPOCH": epoch} if epoch else {}
        options |= {f"label:{name}": value for name, value in sorted(labels.items())}
        for name, value in options.items():
            if value or ":" in name:
                argv += ["--opt", f"{name}={value}"]
        return argv

    def _rest(self, build: Build, root: Path) -> list[str]:  # noqa: ARG002 - buildctl has no operands
        return cache_arguments(build, read="--import-cache", write="--export-cache")


class BuildxInstance(LayoutBuilder):
    """An instance of docker buildx. Needs no daemon of Docker on this machine."""

    name = "docker"

    def __init__(self, runner: Runner, instance: str, folder: Callable[[], Path], upload: Upload) -> None:
        super().__init__(runner, folder, upload)
        self._instance = instance

    def obstacle(self) -> str | None:
        """Why it does not work here; None when buildx knows the instance."""
        if self._runner.find(self.name) is None:
            return "not installed"
        if self._runner.run([self.name, "buildx", "version"]).code != 0:
            return "its plugin buildx is not installed"
        argv = [self.name, "buildx", "inspect", self._instance]
        completed = self._runner.run(argv, timeout=_PROBE_SECONDS)
        return None if completed.code == 0 else completed.err.strip().rpartition("\n")[2]

    def _command(
        self,
        build: Build,
        root: Path,
        labels: Mapping[str, str],
        epoch: str | None,  # noqa: ARG002 - buildx reads SOURCE_DATE_EPOCH
    ) -> list[str]:
        # Provenance holds the time of the build: with it, no digest would ever come again
        argv = [self.name, "buildx", "build", "--builder", self._instance, "--provenance=false"]
        argv += ["--progress=plain", *dockerfile_arguments(build, root, labels)]
        return [*argv, *cache_arguments(build, read="--cache-from", write="--cache-to")]

    def _rest(self, build: Build, root: Path) -> list[str]:
        return context_argument(build, root)


def _output(build: Build, image: ImageRef, labels: Mapping[str, str], folder: Path, *, rewrite: bool) -> str:
    """A line of comma-separated values. The times of files that are later than the commit become its time."""
    fields = ["type=oci", "tar=false", f"dest={folder}", f"name={image}"]
    fields += ["rewrite-timestamp=true"] if rewrite else []
    levels = ("annotation", "annotation-index") if len(build.platforms) > 1 else ("annotation",)
    fields += [f"{level}.{name}={value}" for level in levels for name, value in sorted(labels.items())]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()

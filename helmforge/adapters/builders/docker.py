"""Docker with BuildKit (buildx), or its older builder where buildx is not installed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from helmforge.adapters.builders.arguments import (
    cache_arguments,
    carries,
    context_argument,
    created_epoch,
    dockerfile_arguments,
    mending,
)
from helmforge.adapters.builders.failures import push_failure
from helmforge.adapters.builders.secrets import secret_arguments
from helmforge.domain.building import Cache
from helmforge.errors import MissingToolError, StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Build
    from helmforge.flows.ports import Log

_PROBE_SECONDS = 20.0
# What the daemon's own image store cannot do
_BEYOND_THE_DAEMON = {
    re.compile(
        r"does not currently support exporting manifest lists|Multi-platform build is not supported"
    ): "several platforms",
    re.compile(r"Cache export is not supported"): "caches in a registry",
}
_OTHER_BUILDERS = "an instance of buildx (`builder: {name: docker, instance: NAME}`), or buildah"


class Docker:
    """The daemon decides how it speaks to a registry: plain HTTP only to loopback hosts and to those
    in its `insecure-registries`.
    """

    name = "docker"

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def obstacle(self) -> str | None:
        """Why Docker does not work here; None when its daemon answers."""
        if self._runner.find(self.name) is None:
            return "not installed"
        argv = [self.name, "version", "--format", "{{.Server.Version}}"]
        completed = self._runner.run(argv, timeout=_PROBE_SECONDS)
        if completed.code == 0:
            return None
        return completed.err.strip().rpartition("\n")[2] or "its daemon does not answer"

    def build(self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log) -> None:
        what = f"the image {image} cannot be built"
        secrets = secret_arguments(build, root, self._runner.environment)
        content = [*dockerfile_arguments(build, root, labels), *context_argument(build, root)]
        epoch = created_epoch(labels)
        env = {"SOURCE_DATE_EPOCH": epoch} if epoch else {}
        if self._has_buildx():
            # Provenance holds the time of the build: with it, no digest would ever come again
            verb = ["buildx", "build", "--load", "--provenance=false", "--progress=plain", *secrets]
            verb += cache_arguments(build, read="--cache-from", write="--cache-to")
        elif build.platforms or secrets:
            why = f"build.{'platforms' if build.platforms else 'secrets'} needs Docker's buildx"
            raise MissingToolError(what, why=why, hint="install docker-buildx")
        else:
            if build.cache != Cache():
                log("without the cache: it needs Docker's buildx")
            verb, env = ["build"], {**env, "DOCKER_BUILDKIT": "0"}
        argv = [self.name, *verb, "--tag", str(image), *content]
        completed = self._runner.run(argv, env=env, on_line=log)
        if completed.code == 0:
            return
        error = completed.error(what, hint=mending(build))
        for sign, feature in _BEYOND_THE_DAEMON.items():
            if sign.search(error.why):
                hint = f"{feature} need Docker's containerd image store, {_OTHER_BUILDERS}"
                raise StepError(what, where=error.where, why=error.why, hint=hint)
        raise error

    def exists(self, image: ImageRef, labels: Mapping[str, str]) -> bool:
        argv = [self.name, "image", "inspect", "--format", "{{json .Config.Labels}}", str(image)]
        completed = self._runner.run(argv)
        if completed.code == 0:
            return carries(json.loads(completed.out) or {}, labels)
        if "no such image" in completed.err.lower():
            return False
        raise completed.error(f"cannot inspect the image {image}")

    def push(self, image: ImageRef, log: Log) -> None:
        completed = self._runner.run([self.name, "push", str(image)], on_line=log)
        if completed.code != 0:
            raise push_failure(completed, self.name, image)

    def export(self, image: ImageRef, archive: Path) -> None:
        argv = [self.name, "image", "save", "--output", str(archive), str(image)]
        self._runner.check(argv, what=f"the image {image} cannot be written to an archive")

    def _has_buildx(self) -> bool:
        return self._runner.run([self.name, "buildx", "version"]).code == 0

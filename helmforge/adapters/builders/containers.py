"""What buildah and podman share: both build with the same library into the same local store."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.builders.arguments import (
    carries,
    context_argument,
    created_epoch,
    dockerfile_arguments,
    mending,
)
from helmforge.adapters.builders.failures import is_plain, may_pass, push_failure
from helmforge.adapters.builders.secrets import secret_arguments
from helmforge.domain.building import Cache
from helmforge.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Build
    from helmforge.flows.ports import Log

_PAUSES_SECONDS = (1.0, 3.0)
_UNWRITTEN = re.compile(r"failed pushing cache.*")
_OVERLAY = re.compile(r"overlay.*(not supported|operation not permitted|invalid argument)", re.IGNORECASE)


class ContainersBuilder(ABC):
    """Needs no daemon. Several platforms become a manifest list of the image's name."""

    name: str

    def __init__(self, runner: Runner, wait: Callable[[float], None] = time.sleep) -> None:
        self._runner = runner
        self._wait = wait

    def obstacle(self) -> str | None:
        """Why this builder does not work here; None when it does."""
        return None if self._runner.find(self.name) else "not installed"

    def build(self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log) -> None:
        if build.platforms and build.cache != Cache():
            # The layers of one platform would be taken for another's (podman 4.3, buildah 1.28)
            log(f"without the cache: {self.name} does not know layers of different platforms apart")
            build = replace(build, cache=Cache())
        one_each = [replace(build, platforms=(platform,)) for platform in build.platforms]
        if len(one_each) <= 1:
            self._build(build, root, image, labels, log, "--tag", str(image))
            return
        # One after the other: `--manifest` lists them in the order in which they happen to finish
        members = [self._build(each, root, image, labels, log) for each in one_each]
        draft = f"{image.repository}-draft:{image.tag}"
        what = f"the images of {image} cannot be listed"
        self._call("manifest", "rm", draft)  # of a build that was killed; usually there is none
        stored = [f"containers-storage:{member}" for member in members]
        self._checked(["manifest", "create", draft, *stored], what, log)
        self._checked(["tag", draft, str(image)], what, log)  # only the complete list gets the name
        self._call("manifest", "rm", draft)

    def exists(self, image: ImageRef, labels: Mapping[str, str]) -> bool:
        return carries(self._labels(image), labels)

    def push(self, image: ImageRef, log: Log) -> None:
        """An image or a manifest list with all its images."""
        listed = self._call("manifest", "exists", str(image)).code == 0
        argv = ["manifest", "push", "--all"] if listed else ["push"]
        argv += ["--format", "oci"]
        if image.repository.registry.plain_http:
            argv.append("--tls-verify=false")
        argv += [str(image), f"docker://{image}"]
        completed = self._call(*argv, log=log)
        for pause in _PAUSES_SECONDS:
            if completed.code == 0 or not may_pass(completed):
                break
            self._wait(pause)
            completed = self._call(*argv, log=log)
        if completed.code != 0:
            raise push_failure(completed, self.name, image)

    def export(self, image: ImageRef, archive: Path) -> None:
        target = f"docker-archive:{archive}:{image}"
        completed = self._call("push", str(image), target)
        if completed.code != 0:
            raise completed.error(f"the image {image} cannot be written to an archive")

    def _build(
        self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log, *names: str
    ) -> str:
        """Returns the id of the image, the last line of standard output."""
        argv = ["build", "--format", "oci", "--identity-label=false", *_cache_arguments(build.cache)]
        argv += [*self._isolation(), *names]
        if epoch := created_epoch(labels):
            argv += ["--timestamp", epoch]
        for name, value in sorted(labels.items()):
            argv += ["--annotation", f"{name}={value}"]
        argv += secret_arguments(build, root, self._runner.environment)
        argv += [*dockerfile_arguments(build, root, labels), *context_argument(build, root)]
        try:
            completed = self._checked(argv, f"the image {image} cannot be built", log, hint=mending(build))
        except ToolError as error:
            if build.cache.target is None or not (unwritten := _UNWRITTEN.search(error.why)):
                raise
            log(f"the cache cannot be written, going on without: {unwritten[0]}{_plain_hint(error.why)}")
            reading = replace(build, cache=replace(build.cache, target=None))
            return self._build(reading, root, image, labels, log, *names)
        return completed.out.strip().rpartition("\n")[2]

    @abstractmethod
    def _labels(self, image: ImageRef) -> Mapping[str, str] | None:
        """Of the image in the local store, of a list those of this machine's platform; None without one."""

    def _isolation(self) -> list[str]:
        """No runtime: chroot works without privileges and inside CI containers."""
        return [] if "BUILDAH_ISOLATION" in self._runner.environment else ["--isolation", "chroot"]

    def _checked(self, argv: list[str], what: str, log: Log, *, hint: str = "") -> Completed:
        # New buildahs read the variable too, and refuse it together with --timestamp
        env = {"SOURCE_DATE_EPOCH": None, **self._no_logins()}
        completed = self._runner.run([self.name, *argv], env=env, on_line=log)
        if completed.code == 0:
            return completed
        storage = "set STORAGE_DRIVER=vfs: this file system carries no overlay"
        raise completed.error(what, hint=storage if _OVERLAY.search(completed.err) else hint)

    def _call(self, *argv: str, log: Log | None = None) -> Completed:
        return self._runner.run([self.name, *argv], env=self._no_logins(), on_line=log)

    def _no_logins(self) -> dict[str, None]:
        """A DOCKER_CONFIG without config.json means no logins for docker; buildah and podman fail on it."""
        folder = self._runner.environment.get("DOCKER_CONFIG")
        return {} if not folder or (Path(folder) / "config.json").exists() else {"DOCKER_CONFIG": None}


def _plain_hint(why: str) -> str:
    """With --tls-verify=false the base images, too, would come from whoever answers."""
    return " (set `insecure = true` for it in registries.conf)" if is_plain(why) else ""


def _cache_arguments(cache: Cache) -> list[str]:
    """Without a cache no layers of earlier builds: they do not know the time that layers were given, so that
    digests would not come again.
    """
    if cache == Cache():
        return ["--layers=false"]
    argv = ["--layers"]
    for source in cache.sources:
        argv += ["--cache-from", str(source)]
    if cache.target:
        argv += ["--cache-to", str(cache.target)]
    return argv

"""The copy of a promotion: an image gets its production name inside the same registry."""

from __future__ import annotations

import itertools
import math
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.docker_daemon import DockerDaemon
from bench.image import push_image
from bench.processes import BenchError, Command, Sample
from bench.table import Goal, NotMeasured, Row
from bench.tools import require
from tests.adapters.registry.pushing import Pusher
from tests.support.registry import RegistryServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.tools import Bench

_ROOT = Path(__file__).parents[1]
_ROUNDS = 11
_GOAL = Goal(1.5)
_LAYERS, _LAYER_SIZE = 10, 20_000_000
_TITLE = f"promotion copy of {_LAYERS} layers, {_LAYERS * _LAYER_SIZE // 1_000_000} MB"


def measure(bench: Bench) -> list[Row | NotMeasured]:
    with ExitStack() as stack:
        registry = stack.enter_context(RegistryServer(bench.folder("registry")))
        push_image(Pusher(registry.address, "shop"), "1.0.0", layers=_LAYERS, size=_LAYER_SIZE)
        copies = Copies(bench, registry.address)
        runs = {"ours": copies.ours, "skopeo": copies.skopeo}
        docker: DockerDaemon | None = None
        why = ""
        try:
            docker = stack.enter_context(DockerDaemon(bench.folder("docker"), bench.environment))
        except BenchError as error:
            why = str(error).splitlines()[0]
        else:
            runs["docker"] = lambda: copies.docker(docker)
        samples = alternate(runs, Rounds(bench.rounds or _ROUNDS))
    rows: list[Row | NotMeasured] = [Row(_TITLE, "`skopeo copy`", samples["ours"], samples["skopeo"], _GOAL)]
    if docker is None:
        return [*rows, NotMeasured(f"{_TITLE}, against docker pull and push", why)]
    return [*rows, Row(_TITLE, "`docker pull`, `tag` and `push`", samples["ours"], samples["docker"])]


class Copies:
    """Each copy goes to a repository that did not exist before."""

    def __init__(self, bench: Bench, registry: str) -> None:
        self._environment = bench.environment
        self._source = f"{registry}/shop:1.0.0"
        self._targets: Iterator[str] = (f"{registry}/prod/shop-{n}:1.0.0" for n in itertools.count())

    def ours(self) -> Sample:
        return self._measure(sys.executable, "-m", "bench.retag", self._source, next(self._targets))

    def skopeo(self) -> Sample:
        plain = ("--src-tls-verify=false", "--dest-tls-verify=false")
        images = (f"docker://{image}" for image in (self._source, next(self._targets)))
        return self._measure(str(require("skopeo")), "--insecure-policy", "copy", *plain, *images)

    def docker(self, daemon: DockerDaemon) -> Sample:
        """As on a fresh runner: the engine has nothing of the image. Its own CPU time is not seen."""
        target = next(self._targets)
        steps = (("pull", self._source), ("tag", self._source, target), ("push", target))
        wall = sum(daemon.command(*step).measure().wall for step in steps)
        daemon.command("rmi", "--force", self._source, target).output()
        return Sample(wall, math.nan)

    def _measure(self, *argv: str) -> Sample:
        return Command(argv, self._environment, _ROOT).measure()

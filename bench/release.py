"""A whole release, from the pushed release branch to QA, against what its tools take by themselves."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench.comparison import Rounds, alternate
from bench.processes import Command
from bench.shims import Shims, described, total
from bench.table import Goal, Row
from bench.tools import helmforge, require
from helmforge.sandbox.emulator.client import kubeconfig
from tests.support.emulated import emulated_api
from tests.support.registry import RegistryServer
from tests.support.shop import Place, Shop

if TYPE_CHECKING:
    from pathlib import Path

    from bench.processes import Sample
    from bench.table import NotMeasured
    from bench.tools import Bench

_ROUNDS = 7
_GOAL = Goal(1.15)
_STORAGE = '[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'


def measure(bench: Bench) -> list[Row | NotMeasured]:
    with ExitStack() as stack:
        registry = stack.enter_context(RegistryServer(bench.folder("registry")))
        server = stack.enter_context(emulated_api(bench.folder("cluster")))
        config = bench.folder("cluster") / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=("dev", "prod")), encoding="utf-8")
        shop = Shop(bench.folder("shop"), registry.address, Place(config, require("helm4"), "shop"))
        releases = Releases(shop, bench)
        runs = {"release": releases.plain, "tools": releases.tools}
        samples = alternate(runs, Rounds(bench.rounds or _ROUNDS))
        rival = f"the sum of its tools' own times ({releases.started})"
        title = "a release to QA on the emulated cluster: `pipeline run`"
        return [Row(title, rival, samples["release"], samples["tools"], _GOAL)]


class Releases:
    """Each run takes a version of its own, which is cut before the clock runs."""

    def __init__(self, shop: Shop, bench: Bench) -> None:
        self.started = ""
        self._shop = shop
        self._storage = _storage(bench.folder("storage"))
        self._numbers = itertools.count(1)
        real = {name: require(name) for name in ("git", "kubectl", "buildah", "sh")}
        self._shims = Shims(bench.folder("shims"), real | {"helm": shop.place.helm})

    def plain(self) -> Sample:
        """helmforge as it is: no shims that would slow it down."""
        return self._release(self._environment())

    def tools(self) -> Sample:
        """The same with shims, of which only the tools' own times count."""
        self._release(self._shims.environment(self._environment()))
        tools = self._shims.tools()
        self.started = described(tools)
        return total(tools)

    def _release(self, environment: dict[str, str]) -> Sample:
        self._shop.cut(f"1.0.{next(self._numbers)}")
        return Command((helmforge(), "pipeline", "run"), environment, self._shop.repo.root).measure()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in self._shop.environment().items() if "PYTHON" not in name}
        return kept | {"CONTAINERS_STORAGE_CONF": str(self._storage)}


def _storage(folder: Path) -> Path:
    """buildah's images stay in the scratch folder; the driver is vfs, which runs everywhere."""
    file = folder / "storage.conf"
    file.write_text(_STORAGE.format(folder=folder, driver="vfs"), encoding="utf-8")
    return file

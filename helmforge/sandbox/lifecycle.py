"""`helmforge sandbox up`, `down` and `status`: look, act, look again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError, StepError
from helmforge.sandbox import folders
from helmforge.sandbox.clusters import OWN, remove_cluster, require_cluster, start_cluster
from helmforge.sandbox.launching import Launcher, new_run, stop_runs
from helmforge.sandbox.registry import require_registry, start_registry
from helmforge.sandbox.state import Condition, Sandbox, read_state, write_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DEFAULT_CLUSTER = "emulated"
_CLUSTER_FILE = "cluster"


@dataclass(frozen=True)
class Wish:
    """Both empty: whatever is up, or else the emulated cluster. `kubeconfig` is the user's own cluster."""

    cluster: str = ""
    kubeconfig: Path | None = None


@dataclass(frozen=True)
class Status:
    condition: Condition
    folder: Path
    sandbox: Sandbox | None = None
    problems: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Lifecycle:
    """The sandbox in `folder` (absolute). `log` takes lines about what is going on."""

    folder: Path
    environment: Mapping[str, str]
    log: Callable[[str], None]

    def up(self, wish: Wish) -> tuple[Sandbox, bool]:
        """The running sandbox, and whether this call started it.

        What is left of one that was killed or did not survive a reboot is cleared away first. Raises
        RefusedError when a sandbox with another cluster is up.
        """
        with folders.exclusive(self.folder, self.log, create=True):
            found = self._look()
            if found.condition is Condition.UP and found.sandbox:
                self._demand(found.sandbox, wish)
                return found.sandbox, False
            for problem in found.problems:
                self.log(f"{problem}: starting anew")
            self._clear()
            try:
                return self._start(wish), True
            except BaseException:
                self._remove()
                raise

    def down(self) -> bool:
        """False when there was nothing to stop."""
        with folders.exclusive(self.folder, self.log, create=False) as found:
            if found:
                self._remove()
            return found

    def status(self) -> Status:
        if not folders.is_sandbox(self.folder):
            return Status(Condition.DOWN, self.folder)
        if folders.is_locked(self.folder):
            return Status(Condition.BUSY, self.folder)
        return self._look()

    def _look(self) -> Status:
        sandbox = read_state(self.folder)
        if sandbox is None:
            if not folders.contents(self.folder):
                return Status(Condition.DOWN, self.folder)
            half = "a sandbox was started here, but not completely"
            return Status(Condition.BROKEN, self.folder, problems=(half,))
        problems = tuple(sandbox.problems())
        return Status(Condition.BROKEN if problems else Condition.UP, self.folder, sandbox, problems)

    def _start(self, wish: Wish) -> Sandbox:
        kind = OWN if wish.kubeconfig else wish.cluster or DEFAULT_CLUSTER
        kubeconfig = wish.kubeconfig or self.folder / "kubeconfig"
        require_registry(self.environment)
        require_cluster(kind, kubeconfig, self.environment)
        (self.folder / _CLUSTER_FILE).write_text(kind, encoding="utf-8")
        launcher = Launcher(new_run(self.folder), self.environment, self.log)
        cluster = start_cluster(launcher, kind, kubeconfig)
        registry = start_registry(launcher)
        processes = tuple(launcher.processes)
        sandbox = Sandbox(registry, kind, kubeconfig, cluster.contexts, cluster.server, processes)
        write_state(self.folder, sandbox)
        problems = tuple(sandbox.problems())
        if problems:
            raise StepError("the sandbox ended as soon as it was started", why="\n".join(problems))
        return sandbox

    def _clear(self) -> None:
        """Stops and forgets everything; the folder is then as good as new."""
        for name in stop_runs(self.folder):
            self.log(f"stopped the {name}")
        marker = self.folder / _CLUSTER_FILE
        if marker.exists():
            remove_cluster(marker.read_text(encoding="utf-8"), self.folder, self.environment, self.log)
        folders.empty(self.folder)

    def _remove(self) -> None:
        self._clear()
        folders.remove(self.folder)

    @staticmethod
    def _demand(sandbox: Sandbox, wish: Wish) -> None:
        """Refuses another cluster than the one that is wished for."""
        same_kind = not wish.cluster or wish.cluster == sandbox.cluster
        same_file = wish.kubeconfig is None or wish.kubeconfig == sandbox.kubeconfig
        if not (same_kind and same_file):
            raise RefusedError(
                f"a sandbox with another cluster is up: {sandbox.cluster}",
                where=str(sandbox.kubeconfig),
                hint="helmforge sandbox down, or have a second one: --folder DIR",
            )

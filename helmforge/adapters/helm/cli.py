"""Helm as the flows see it: one method per verb."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helmforge.adapters.helm.failures import cluster_failure, is_absent, may_pass, push_failure
from helmforge.adapters.helm.stored import place, releases_in, stored_release
from helmforge.adapters.helm.values import one_record, read_values, values_arguments
from helmforge.adapters.helm.versions import HelmVersion
from helmforge.domain.cluster import ReleaseRevision
from helmforge.errors import MissingToolError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.cluster import ReleaseKey, StoredRelease, Upgrade
    from helmforge.domain.names import Namespace
    from helmforge.domain.oci import Repository
    from helmforge.domain.settings import Cluster
    from helmforge.flows.ports import Log

_HISTORY_MAX = "20"
_JOBS = "--wait-for-jobs"  # without it, a Job that has begun counts as ready
_CHANGING = frozenset({"upgrade", "rollback", "uninstall"})
_SETPRIV = "setpriv"
_PAUSES_SECONDS = (1.0, 3.0)


class HelmCli:
    """Drives the program `program`, or what HELMFORGE_HELM names, or `helm` on PATH.

    The version is checked at the first use; `warn` gets one line when it has known vulnerabilities.
    KUBECONFIG and the registry credentials (HELM_REGISTRY_CONFIG) come from the runner's environment.
    """

    def __init__(
        self,
        runner: Runner,
        program: str = "",
        warn: Callable[[str], None] | None = None,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runner = runner
        self._wait = wait
        self._program = program or runner.environment.get("HELMFORGE_HELM") or "helm"
        self._warn = warn
        self._version: HelmVersion | None = None
        self._checking = threading.Lock()

    def version(self) -> str:
        return self._checked().text

    def lint(self, chart: Path, values: Path | None, log: Log) -> None:
        self._run(
            ["lint", "--strict", *values_arguments([values] if values else []), "--", _path(chart)],
            what=f"the chart {_named(chart)} has lint findings" + (f" with {values.name}" if values else ""),
            log=log,
        )

    def template(self, chart: Path, values: tuple[Path, ...], name: str, namespace: str) -> str:
        return self._run(
            ["template", "--namespace", namespace, *values_arguments(values), "--", name, _path(chart)],
            what=f"the chart {_named(chart)} does not render",
        ).out

    def values(self, files: Sequence[bytes]) -> Mapping[str, object]:
        return read_values(self._call, files)

    def package(self, chart: Path, folder: Path) -> Path:
        out = self._run(
            ["package", "--destination", _path(folder), "--", _path(chart)],
            what=f"the chart {chart.name} cannot be packaged",
        ).out
        package = folder / out.strip().rpartition("/")[2]
        if not package.is_file():
            raise ToolError("helm package does not name the archive it wrote", where=str(folder), why=out)
        return package

    def push(self, package: Path, repository: Repository) -> None:
        registry = repository.registry
        parent, _, _ = repository.path.rpartition("/")
        target = f"oci://{registry.host}/{parent}" if parent else f"oci://{registry.host}"
        argv = ["push", *(["--plain-http"] if registry.plain_http else []), "--", _path(package), target]
        for pause in (*_PAUSES_SECONDS, None):  # Helm 3 gives up at the first 503
            completed = self._call(argv)
            if completed.code == 0:
                return
            if pause is None or not may_pass(completed):
                raise push_failure(completed, f"{package.name} cannot be pushed to {target}", registry.host)
            self._wait(pause)

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        completed = self._call(
            [
                "history",
                *place(key.cluster, key.namespace),
                "--output",
                "json",
                "--max",
                "256",
                "--",
                key.name,
            ]
        )
        if completed.code != 0:
            if is_absent(completed):
                return ()
            raise cluster_failure(completed, f"cannot read the history of the release {key.name}")
        revisions = [_revision(entry) for entry in json.loads(completed.out)]
        return tuple(sorted(revisions, key=lambda revision: revision.revision))

    def stored(self, key: ReleaseKey, revision: int) -> StoredRelease:
        return stored_release(self._call, key, revision)

    def releases(self, cluster: Cluster, namespace: Namespace) -> tuple[str, ...]:
        return releases_in(self._call, self._checked(), cluster, namespace)

    def upgrade(self, upgrade: Upgrade, log: Log) -> None:
        key = upgrade.key
        argv = [
            "upgrade",
            "--install",
            *place(key.cluster, key.namespace),
            *self._waiting(upgrade.timeout_seconds),
            _JOBS,
        ]
        argv += ["--reset-values", "--history-max", _HISTORY_MAX]
        argv += ["--description", upgrade.description]
        if upgrade.labels:
            argv += [
                "--labels",
                one_record(f"{name}={value}" for name, value in sorted(upgrade.labels.items())),
            ]
        completed = self._call(
            [*argv, *values_arguments(upgrade.values), "--", key.name, _path(upgrade.chart)], log
        )
        if completed.code != 0:
            raise cluster_failure(completed, f"the release {key.name} cannot be upgraded in {key.namespace}")

    def rollback(self, key: ReleaseKey, revision: int, timeout_seconds: int) -> None:
        """The new revision's description reads `Rollback to <revision>`, with both Helms."""
        argv = ["rollback", *place(key.cluster, key.namespace), *self._waiting(timeout_seconds), _JOBS]
        argv += ["--history-max", _HISTORY_MAX]
        completed = self._call([*argv, "--", key.name, str(revision)])
        if completed.code != 0:
            what = f"the release {key.name} cannot be rolled back to revision {revision}"
            raise cluster_failure(completed, what)

    def uninstall(self, key: ReleaseKey, timeout_seconds: int, *, trace: str = "") -> None:
        """Does nothing when there is no such release. Without a trace it also forgets one that was kept."""
        kept = ["--keep-history", "--description", trace] if trace else []
        argv = [
            "uninstall",
            *place(key.cluster, key.namespace),
            *self._waiting(timeout_seconds),
            *kept,
            "--",
            key.name,
        ]
        completed = self._call(argv)
        if completed.code != 0 and not is_absent(completed):
            raise cluster_failure(completed, f"the release {key.name} cannot be uninstalled")

    def _waiting(self, timeout_seconds: int) -> list[str]:
        return [*self._checked().wait, "--timeout", f"{timeout_seconds}s"]

    def _run(self, arguments: list[str], *, what: str, log: Log | None = None) -> Completed:
        completed = self._call(arguments, log)
        if completed.code != 0:
            raise completed.error(what, hint="mend what Helm names, then run the same command again")
        return completed

    def _call(self, arguments: list[str], log: Log | None = None) -> Completed:
        self._checked()
        argv = (self._program, *arguments)
        completed = self._runner.run([*self._leash(arguments), *argv], on_line=log)
        return replace(completed, argv=argv)  # the command as the user would type it

    def _leash(self, arguments: list[str]) -> list[str]:
        """What changes a release must not go on when we are killed alone: nobody renews its Lease then.

        setpriv (util-linux) sends Helm SIGTERM when its parent dies, and Helm ends the revision itself.
        """
        alone = arguments[0] in _CHANGING and self._runner.find(_SETPRIV) is not None
        return [_SETPRIV, "--pdeathsig", "TERM"] if alone else []

    def _checked(self) -> HelmVersion:
        with self._checking:
            if self._version is None:
                self._version = self._ask_version()
                if self._warn is not None and self._version.warning:
                    self._warn(self._version.warning)
            return self._version

    def _ask_version(self) -> HelmVersion:
        if self._runner.find(self._program) is None:
            raise MissingToolError(
                f"Helm is not installed: there is no program {self._program!r}",
                hint="install Helm 3.17 or newer, or Helm 4: https://helm.sh/docs/intro/install/",
            )
        argv = [self._program, "version", "--template", "{{.Version}}"]
        hint = "name another program in the environment variable HELMFORGE_HELM"
        completed = self._runner.check(argv, what=f"{self._program} does not tell its version", hint=hint)
        return HelmVersion.parse(completed.out, self._program)


def _named(chart: Path) -> str:
    """Most charts stand in a folder `chart` of their service."""
    return chart.parent.name if chart.name == "chart" else chart.name


def _path(path: Path) -> str:
    """Absolute, or Helm may take a chart's path for a repository's name."""
    return str(path.absolute())


def _revision(entry: dict[str, Any]) -> ReleaseRevision:
    return ReleaseRevision(
        revision=int(entry["revision"]),
        status=str(entry["status"]),
        chart=str(entry.get("chart", "")),
        app_version=str(entry.get("app_version", "")),
        updated=_time(str(entry.get("updated", ""))),
        description=str(entry.get("description", "")),
    )


def _time(text: str) -> datetime | None:
    """RFC 3339 with up to nine fractional digits; Go's zero time means that it is not known."""
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.year == 1 else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

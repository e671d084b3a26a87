"""Files: of the user, of the templates, and of charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.ci_files import ChildAnswers, CiSystem, PipelineAnswers
    from helmforge.domain.scaffolding import ChartAnswers


class Files(Protocol):
    """The work tree of the user. Paths are relative to its root, POSIX, and never leave it."""

    def read(self, path: str) -> bytes | None: ...
    def exists(self, path: str) -> bool: ...
    def find(self, *names: str) -> tuple[str, ...]:
        """Paths of all files with one of these names (of all files when none is given), sorted;
        hidden and ignored folders left out.
        """

    def write_new(self, files: Mapping[str, str]) -> None:
        """All of them or, on any failure, none. RefusedError names those that exist."""

    def replace(self, path: str, expected: bytes | None, content: str) -> None:
        """Writes the whole file or leaves it as it was. RefusedError when what is there is not `expected`
        (None: nothing).
        """


class ChartFolders(Protocol):
    """The folders of charts in the work tree. `chart` is a path from its root, all others are inside the
    chart and were checked with domain.chart_lock.is_chart_path.
    """

    def recover(self, chart: str) -> bool:
        """First of all: finishes what an interrupted `replace` began. Whether it changed anything."""

    def files(self, chart: str, *, largest: int) -> tuple[str, ...]:
        """Every file of up to `largest` bytes, sorted. Symbolic links to folders are not followed, nor those
        that lead out of the repository.
        """

    def read(self, chart: str, paths: Iterable[str]) -> Mapping[str, bytes | None]:
        """Contents of those that exist; None for what is no file of the chart, and where none can be: a
        symbolic link, a folder, a path below a file.
        """

    def copy(self, chart: str, target: Path, changes: Mapping[str, bytes | None]) -> None:
        """To the new folder `target`, with `changes` (None removes a file)."""

    def replace(
        self, chart: str, expected: Mapping[str, bytes | None], changes: Mapping[str, bytes | None]
    ) -> None:
        """Writes `changes` (None removes a file): all of them or, on any failure, none, also when the
        process is killed and `recover` comes later. RefusedError when what is there is not `expected`.
        """


class Templates(Protocol):
    @property
    def version(self) -> str: ...
    @property
    def overrides(self) -> str:
        """The digest of the repository's own templates; empty when it has none."""

    def types(self) -> Sequence[str]: ...
    def render(self, answers: ChartAnswers) -> Mapping[str, str]:
        """Path relative to the service's folder -> text."""


class PipelineTemplates(Protocol):
    def pipeline(self, system: CiSystem, answers: PipelineAnswers) -> str:
        """The text of the file that makes `system` call helmforge."""

    def child(self, answers: ChildAnswers) -> str:
        """The text of the child pipeline for GitLab."""


class Archives(Protocol):
    """Chart archives on disk and in memory."""

    def stage(self, files: Mapping[str, bytes], folder: Path, modified: datetime) -> None:
        """Writes `files` below `folder`, all with the time `modified`."""

    def normalise(self, package: Path, modified: datetime) -> None:
        """Rewrites a chart archive in place so that its bytes depend on names, contents and
        `modified` only, and sets the file's own time.
        """

    def members(self, archive: bytes) -> Mapping[str, bytes]:
        """Regular files by path relative to the chart's folder. Nothing is extracted to disk."""

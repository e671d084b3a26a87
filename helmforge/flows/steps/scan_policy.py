"""The files that a scan goes by, from where `scan` itself was read."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.errors import UsageError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from helmforge.domain.settings import Settings
    from helmforge.domain.waivers import Waiver
    from helmforge.flows.world import World


@dataclass
class ScanPolicy:
    """Where the trunk's rules hold, nothing comes from the branch that they judge: no waivers, no script and
    no configuration of the scanner's own. Read once; steps of several services ask at the same time.
    """

    world: World
    settings: Settings
    work: Path
    lock: threading.Lock
    _waivers: tuple[Waiver, ...] | None = field(default=None, init=False)
    _folder: Path | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """Of the file with waivers, as errors call it."""
        file = self.settings.scan.ignore_file
        return f"{self.settings.trunk}:{file}" if self.settings.revision else file

    def waivers(self) -> tuple[Waiver, ...]:
        """None when no file is named. UsageError when the file is not there, or not valid."""
        with self.lock:
            if self._waivers is None:
                self._waivers = self._read() if self.settings.scan.ignore_file else ()
            return self._waivers

    def _read(self) -> tuple[Waiver, ...]:
        file, revision = self.settings.scan.ignore_file, self.settings.revision
        content = self.world.git.read(revision, file) if revision else self.world.files.read(file)
        if content is None:
            raise UsageError(
                f"{self.name} does not exist",
                where="helmforge.yaml scan.ignoreFile",
                hint=f"write it (`waivers: []`), commit it to {self.settings.trunk}, or take the key out",
            )
        return config.parse_waivers(content.decode("utf-8", errors="replace"), self.name)

    def folder(self) -> Path:
        """Where the scanner runs: the work tree, or a folder that holds what the trunk has of the files and
        folders which its command names. Scanners read configuration from where they run.
        """
        if not self.settings.revision:
            return self.world.git.root
        with self.lock:
            if self._folder is None:
                self._folder = self._filled(self.work / "scanner")
            return self._folder

    def _filled(self, folder: Path) -> Path:
        folder.mkdir()
        for path, content in self._named().items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o755)  # which of them are programs is not known
        return folder

    def _named(self) -> Mapping[str, bytes]:
        git, revision = self.world.git, self.settings.revision
        found: dict[str, bytes] = {}
        for path in _paths(self.settings.scan.command):
            content = git.read(revision, path)
            if content is not None:
                found[path] = content
                continue
            inside = git.files(revision, path)
            found |= {f"{path}/{name}": each for name, each in inside.items()}
        return found


def _paths(command: tuple[str, ...]) -> Iterator[str]:
    """What may be a path: words, and values of options. A script may need what lies beside it."""
    for word in command:
        for text in (word, word.partition("=")[2]):
            try:
                path = config.parse_path(text) if text else "."
            except UsageError:
                continue
            if path != ".":
                yield path
    program = posixpath.dirname(posixpath.normpath(command[0]))
    if program and not program.startswith(("/", "..")):
        yield program

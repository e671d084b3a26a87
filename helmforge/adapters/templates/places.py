"""Where templates lie: those of helmforge, and a repository's own, which are hostile until read with care."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).resolve().parents[2]
_KEY = "helmforge.yaml templates"


def template_root() -> Path:
    """Inside an installed wheel the templates lie in the package, in a checkout beside it."""
    packaged = _PACKAGE / "_chart_templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "chart_templates"


@dataclass(frozen=True)
class Folder:
    """A tree of templates: `<type>/…` and `_shared/<part>/…`. `shown` begins its paths in errors."""

    path: Path
    shown: str = ""
    inside: Path | None = None
    """Files that really lie elsewhere are refused. None: nobody checks, the templates are our own."""

    def types(self) -> set[str]:
        return {child.name for child in self.path.iterdir() if child.is_dir() and child.name[0] not in "._"}

    def files(self, below: str) -> dict[str, str]:
        """Texts by path below the folder `below`; empty when there is no such folder."""
        return {path.removeprefix(f"{below}/"): self._text(path) for path in self._paths(below)}

    def digest(self) -> str:
        """Of all names and contents."""
        found = hashlib.sha256()
        for path in self._paths(""):
            text = self._text(path)
            found.update(f"{path}\0{len(text)}\0{text}".encode())
        return f"sha256:{found.hexdigest()}"

    def _paths(self, below: str) -> Iterator[str]:
        if self.inside is not None:
            for folder in (PurePosixPath(below), *PurePosixPath(below).parents):
                self._demand_inside(self.path / folder, str(folder))
        for path in sorted((self.path / below).rglob("*")):
            shown = path.relative_to(self.path).as_posix()
            if self.inside is not None:
                self._demand_inside(path, shown)
            if path.is_file():
                yield shown

    def _demand_inside(self, path: Path, shown: str) -> None:
        if not path.is_symlink():
            return
        try:
            leaves = not path.resolve(strict=True).is_relative_to(self.inside or path)
        except (OSError, RuntimeError):  # dangling, or a circle
            leaves = True
        if leaves or path.is_dir():
            why = "it leads out of the repository" if leaves else "links to folders are not followed"
            raise UsageError(f"the template {self.shown}{shown} is a symbolic link", where=_KEY, why=why)

    def _text(self, path: str) -> str:
        try:
            return (self.path / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
            raise UsageError(
                f"cannot read the template {self.shown}{path}",
                where=f"{self.shown}{path}",
                why=why,
                hint="templates are text files",
            ) from error


def own_folder(root: Path, path: str) -> Folder:
    """The folder `path` of the repository at `root`. UsageError when it is none, or lies elsewhere."""
    root = root.resolve()
    folder = root / path
    try:
        real = folder.resolve()
    except (OSError, RuntimeError):
        real = Path("/")
    if not real.is_relative_to(root):
        raise UsageError(f"{path!r} leads out of the repository", where=_KEY)
    if not folder.is_dir():
        raise UsageError(f"there is no folder {path!r}", where=_KEY, hint="see docs/templates.md")
    return Folder(real, f"{path}/", root)

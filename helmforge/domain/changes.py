"""What differs between two commits, and which of it is nobody's business."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from helmforge.domain.branches import glob_matches

_SERVICE_FILE = "service.yaml"  # says what a service is: no wildcard means it


@dataclass(frozen=True)
class Changed:
    """A path that was added, deleted, or has other content or another mode; both sides of a rename.

    `opaque`: it is or was a submodule or a symbolic link, so that anything behind it may differ.
    """

    path: str
    opaque: bool = False


@dataclass(frozen=True)
class Ignore:
    """`affected.ignore` of helmforge.yaml. A rule without a wildcard names a file, or a
    folder and all in it.
    """

    globs: tuple[str, ...] = ()

    def skips(self, path: str) -> bool:
        if not self.globs or self.names(path):
            return bool(self.globs)
        if path.rpartition("/")[2] == _SERVICE_FILE:
            return False
        return any(glob_matches(glob, path) for glob in self._patterns)

    def names(self, path: str) -> bool:
        """Whether it is named without wildcards: then not even an image that contains it counts."""
        return any(path == name or path.startswith(f"{name}/") for name in self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(glob.rstrip("/") for glob in self.globs if not set("*?") & set(glob))

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(glob for glob in self.globs if set("*?") & set(glob))

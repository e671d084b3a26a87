"""A service's chart in the work tree: its files, and the values of each environment."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helmforge import yamlio
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from helmforge.domain.settings import Environment, Service
    from helmforge.flows.ports import ChartFolders, Files
    from helmforge.yamlio import Document

_LARGEST = 4 * 1024 * 1024  # bytes: packed dependencies are larger, and hold nothing to read here


@dataclass(frozen=True)
class WorkingChart:
    """Paths are POSIX: `path` turns one of the chart into one of the repository."""

    files: Files
    folders: ChartFolders
    root: Path
    service: Service

    @property
    def exists(self) -> bool:
        return self.has("Chart.yaml")

    @property
    def folder(self) -> Path:
        return self.root / self.service.chart

    def path(self, inner: str) -> str:
        return posixpath.normpath(posixpath.join(self.service.chart, inner))

    def has(self, inner: str) -> bool:
        """Whether there is such a file; a path that leads out of the repository is none."""
        try:
            return self.files.exists(self.path(inner))
        except UsageError:
            return False

    def values_name(self, environment: Environment) -> str:
        """The file with what differs in an environment, "" when there is none."""
        name = f"values-{environment.name}.yaml"
        return name if self.has(name) else ""

    def values(self, environment: Environment) -> tuple[Path, ...]:
        name = self.values_name(environment)
        return (self.folder / name,) if name else ()

    def raw(self, inner: str) -> bytes:
        """A file of the chart; nothing when there is none."""
        return self.files.read(self.path(inner)) or b""

    def text(self, inner: str) -> str:
        return self.raw(inner).decode("utf-8", errors="replace")

    def document(self, inner: str) -> Document:
        """ConfigError, with the path from the repository's root, when it is not plain YAML."""
        return yamlio.parse(self.text(inner), self.path(inner))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every file of the chart that could be text."""
        return self.folders.files(self.service.chart, largest=_LARGEST)


def layered(documents: Sequence[Document]) -> dict[str, Any]:
    """Values as Helm puts them together: later documents win, mappings merge, null deletes a key."""
    result: dict[str, Any] = {}
    for document in documents:
        result = _over(result, _merged(document.data))
    return result


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _over(result[key], value)
        else:
            result[key] = value
    return result


def _merged(data: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """YAML 1.1's merge key `<<`, which Helm's reader still knows: what stands beside it wins."""
    if isinstance(data, list):
        return [_merged(item) for item in data]
    if not isinstance(data, dict):
        return data
    plain = {key: _merged(value) for key, value in data.items() if key != "<<"}
    sources = data.get("<<", [])
    for source in sources if isinstance(sources, list) else [sources]:
        if isinstance(source, dict):
            plain = _merged(source) | plain
    return plain

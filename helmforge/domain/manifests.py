"""Rendered manifests as `helm template` prints them: documents that say which template each came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_SOURCE = re.compile(r"^# Source: (?P<path>[^\n]+)$", re.MULTILINE)
_HOOK = "helm.sh/hook"
_APPLYING = frozenset({"pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install"})


@dataclass(frozen=True)
class Rendered:
    """One document; `source` is its template, relative to the chart: `templates/service.yaml`."""

    source: str
    text: str


def split(stream: str) -> Iterator[Rendered]:
    """The documents that hold more than comments, in Helm's order."""
    for text in _SEPARATOR.split(stream):
        found = _SOURCE.search(text)
        source = found["path"].partition("/")[2] if found else ""
        if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            yield Rendered(source, text.strip("\n") + "\n")


def is_applied(manifest: Mapping[str, Any]) -> bool:
    """Whether `helm upgrade --install` applies the object: tests, and hooks of other events, it does not."""
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    hook = annotations.get(_HOOK) if isinstance(annotations, dict) else None
    return hook is None or not _APPLYING.isdisjoint(word.strip() for word in str(hook).split(","))


def line_of(template: str, text: str) -> int:
    """The only line of a template, from 1, that says `text` (`kind: Service`), whatever its quotes;
    0 when none or several do: then nothing is proven.
    """
    pattern = re.compile(rf"\s*(?:- )?{re.escape(text)}(?![\w.:/-])")
    lines = template.replace('"', "").replace("'", "").splitlines()
    found = [number for number, line in enumerate(lines, 1) if pattern.match(line)]
    return found[0] if len(found) == 1 else 0

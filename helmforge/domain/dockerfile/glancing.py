"""Dockerfiles that need no reading, because whatever they copy is their service's own anyway.

Reading a thousand of them takes longer than all else that a plan does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helmforge.domain.settings import Service

_UNCLEAR = re.compile(r"^[ \t]*FROM\b[^\n]*[$\\`]|from=\S*[$\\`\"']|ONBUILD|<<", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(r"^[ \t]*FROM[ \t]", re.IGNORECASE | re.MULTILINE)


def reads_only_its_own(service: Service, text: str, registries: Iterable[str]) -> bool:
    """Whether the build context is the service's folder, and no image can be one of another service."""
    build, folder = service.build, service.folder
    return (
        folder == build.context
        and build.dockerfile.startswith(f"{folder}/")
        and _FROM.search(text) is not None
        and _UNCLEAR.search(text) is None
        and not any(registry in text for registry in registries)
    )


def parents(folder: str) -> Iterator[str]:
    """The folders around `folder`."""
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder
    if folder != ".":
        yield "."

"""What makes an image, and what looks into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Build, Scan
    from helmforge.flows.ports.log import Log


class Builder(Protocol):
    """docker (buildx), buildah or podman."""

    name: str

    def build(self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log) -> None:
        """Builds and stores the image locally under its name. Raises ToolError."""

    def exists(self, image: ImageRef, labels: Mapping[str, str]) -> bool:
        """Whether the local store has the image with these labels."""

    def push(self, image: ImageRef, log: Log) -> None: ...
    def export(self, image: ImageRef, archive: Path) -> None:
        """Writes the image, as built for this machine's platform, to a new file: docker's archive format."""


class Scanner(Protocol):
    def scan(self, scan: Scan, image: ImageRef, archive: Callable[[], Path], log: Log) -> None:
        """`archive` writes the built image to a file in docker's archive format, for scanners that
        cannot look into the builder's store; it is called only when it is needed.

        Raises StepError when the scanner finds something at or above the severity, and when it is
        missing or fails: never passes silently.
        """

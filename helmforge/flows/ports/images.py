"""What makes an image, and what looks into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from helmforge.domain.scanning import Finding
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
    """Both raise a HelmforgeError when the scanner is missing, fails, takes longer than `scan.timeout` or
    prints no report: never passes silently. It runs in `folder`, from where its command names files.
    """

    def scan(
        self, scan: Scan, image: ImageRef, archive: Callable[[], Path], folder: Path, log: Log
    ) -> tuple[Finding, ...]:
        """`archive` writes the built image to a file in docker's archive format, for scanners that
        cannot look into the builder's store; it is called only when it is needed.
        """

    def scan_published(self, scan: Scan, image: ImageRef, folder: Path, log: Log) -> tuple[Finding, ...]:
        """Of an image that is in its registry."""

"""References and descriptors of the OCI specifications, parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.errors import HelmforgeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

# distribution-spec 1.1, "Pulling manifests"
_REPOSITORY = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_HOST = re.compile(r"(?P<name>[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[::1\])(:(?P<port>[0-9]{1,5}))?")
_LAST_PORT = 65535
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|\[::1\]")


class Digest(str):
    """`sha256:<64 hex>` (or sha512)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Digest:
        if not _DIGEST.fullmatch(text):
            raise UsageError(f"{text!r} is not a digest", why="expected sha256: and 64 hexadecimal digits")
        return cls(text)

    @property
    def short(self) -> str:
        """Twelve hexadecimal digits, for people."""
        return self.partition(":")[2][:12]


class AlteredError(HelmforgeError):
    """The registry sends other bytes than the digest says."""


@dataclass(frozen=True)
class RegistryHost:
    """A registry's host[:port] and how it is spoken to.

    Loopback hosts are spoken to over plain HTTP; any other one only when `insecure` is set
    (docs/security.md). Helm, the builders and our own client follow the same `plain_http`.
    """

    host: str
    insecure: bool = False

    def __post_init__(self) -> None:
        match = _HOST.fullmatch(self.host)
        if not match or int(match["port"] or 0) > _LAST_PORT:
            raise UsageError(f"{self.host!r} is not a registry host", why="expected host or host:port")

    @property
    def plain_http(self) -> bool:
        match = _HOST.fullmatch(self.host)
        return self.insecure or bool(match and _LOOPBACK.fullmatch(match["name"]))


@dataclass(frozen=True)
class Repository:
    """`<registry host>/<path>`, for example `myrepo.cr.io/prod/notification`."""

    registry: RegistryHost
    path: str

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.path):
            raise UsageError(f"{self.path!r} is not a repository path", why="see distribution-spec, <name>")

    def tagged(self, tag: str) -> ImageRef:
        return ImageRef(self, tag=tag)

    def at(self, digest: Digest) -> ImageRef:
        return ImageRef(self, digest=digest)

    def __str__(self) -> str:
        return f"{self.registry.host}/{self.path}"


@dataclass(frozen=True)
class ImageRef:
    """A manifest in a repository, by tag or by digest (exactly one): images and charts alike."""

    repository: Repository
    tag: str | None = None
    digest: Digest | None = None

    def __post_init__(self) -> None:
        if (self.tag is None) == (self.digest is None):
            raise UsageError(f"{self.repository}: a reference has a tag or a digest")
        if self.tag is not None and not _TAG.fullmatch(self.tag):
            raise UsageError(f"{self.tag!r} is not a tag", why="see distribution-spec, <reference>")

    @property
    def reference(self) -> str:
        """The `<reference>` of the distribution spec."""
        return self.tag or str(self.digest)

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}" if self.tag else f"{self.repository}@{self.digest}"


@dataclass(frozen=True)
class Descriptor:
    """OCI content descriptor; `size` in bytes."""

    media_type: str
    digest: Digest
    size: int
    artifact_type: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """A manifest or index exactly as the registry stores it: `digest` is that of `content`."""

    content: bytes
    media_type: str
    digest: Digest


@dataclass(frozen=True)
class CopyReport:
    """What a copy did: how many blobs were mounted, uploaded, or were there already. `referrers` counts
    those that the target did not have; their manifests and blobs are counted as the image's own are.
    `resumed`: how many of the uploads went on where a connection had broken.
    """

    digest: Digest
    manifests: int
    mounted: int
    uploaded: int
    present: int
    referrers: int = 0
    resumed: int = 0


REVISION = "org.opencontainers.image.revision"
SOURCE = "org.opencontainers.image.source"
VERSION = "org.opencontainers.image.version"
CREATED = "org.opencontainers.image.created"
TITLE = "org.opencontainers.image.title"

"""What docker, buildah, podman and BuildKit take alike."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from helmforge.domain.oci import CREATED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.oci import Repository
    from helmforge.domain.settings import Build

_CACHE_TAG = "buildcache"


def dockerfile_arguments(build: Build, root: Path, labels: Mapping[str, str]) -> list[str]:
    """Everything about the image's content; the context comes last, after `--`."""
    argv = ["--file", str(root.absolute() / build.dockerfile)]
    for name, value in sorted(build.args.items()):
        argv += ["--build-arg", f"{name}={value}"]
    for name, value in sorted(labels.items()):
        argv += ["--label", f"{name}={value}"]
    if build.target:
        argv += ["--target", build.target]
    if build.platforms:
        argv += ["--platform", ",".join(build.platforms)]
    return argv


def context_argument(build: Build, root: Path) -> list[str]:
    return ["--", str(root.absolute() / build.context)]


def cache_arguments(build: Build, *, read: str, write: str) -> list[str]:
    """For BuildKit's two clients, which call the options differently. A cache that cannot be written is no
    reason to fail: BuildKit says so in its output.
    """
    argv: list[str] = []
    for source in build.cache.sources:
        argv += [read, _registry_cache(source)]
    if build.cache.target:
        argv += [write, f"{_registry_cache(build.cache.target)},mode=max,ignore-error=true"]
    return argv


def _registry_cache(repository: Repository) -> str:
    insecure = ",registry.insecure=true" if repository.registry.insecure else ""
    return f"type=registry,ref={repository}:{_CACHE_TAG}{insecure}"


def created_epoch(labels: Mapping[str, str]) -> str | None:
    """Seconds since 1970 of the label org.opencontainers.image.created (RFC 3339, see the image-spec)."""
    created = labels.get(CREATED)
    return str(int(datetime.fromisoformat(created).timestamp())) if created else None


def carries(found: Mapping[str, str] | None, wanted: Mapping[str, str]) -> bool:
    return found is not None and all(found.get(name) == value for name, value in wanted.items())


def mending(build: Build) -> str:
    """The next step when a build failed."""
    return f"mend {build.dockerfile} or what it needs, then run the same command again"

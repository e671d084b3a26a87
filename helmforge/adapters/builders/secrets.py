"""Secrets of a build: given to the builder by the name of a variable or file, never by their content."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.dockerfile.ignoring import Ignored
from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.domain.building import BuildSecret
    from helmforge.domain.settings import Build

_FORK = "pull requests from forks get no secrets, since anybody can open one"


def secret_arguments(build: Build, root: Path, environment: Mapping[str, str]) -> list[str]:
    """`--secret` options, which docker buildx, buildctl, buildah and podman read alike.

    Raises UsageError for a secret that is missing or would become part of the image, and RefusedError when
    this event must not have one that the build cannot do without.
    """
    argv: list[str] = []
    for name, secret in sorted(build.secrets.items()):
        source = _source(name, secret, build, root, environment)
        if source:
            argv += ["--secret", f"id={name},{source}"]
    return argv


def _source(
    name: str, secret: BuildSecret, build: Build, root: Path, environment: Mapping[str, str]
) -> str | None:
    """None: the build goes on without it."""
    if build.secrets_withheld:
        if secret.required:
            hint = f"let somebody push the branch to this repository, or set build.secrets.{name}.required"
            raise RefusedError(
                f"{build.dockerfile} needs the secret {name!r}",
                why=_FORK,
                hint=f"{hint}: false in service.yaml",
            )
        return None
    if secret.env:
        found, missing = bool(environment.get(secret.env)), f"the variable {secret.env} is not set"
        source = f"env={secret.env}"
    else:
        path = _path(secret.file, root, environment)
        found, missing = _readable(path), f"the file {path} does not exist, or cannot be read"
        source = f"src={path}"
        if found:
            _demand_outside(name, path, build, root)
    if found:
        return source
    if secret.required:
        raise UsageError(
            f"the secret {name!r} for {build.dockerfile} is missing",
            where=f"service.yaml build.secrets.{name}",
            why=missing,
            hint=f"set {secret.env}, in CI from its secrets" if secret.env else f"put it at {secret.file}",
        )
    return None


def _path(file: str, root: Path, environment: Mapping[str, str]) -> Path:
    if file.startswith("~/"):
        return Path(environment.get("HOME") or "/", file[2:])
    return root.absolute() / file


def _readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _demand_outside(name: str, path: Path, build: Build, root: Path) -> None:
    """A file in the build context is one `COPY .` away from being a layer of the image."""
    context = (root / build.context).resolve()
    for place in (path.resolve(), path):
        if place.is_relative_to(context) and not _hidden(place.relative_to(context), build, root):
            raise UsageError(
                f"the file of the secret {name!r} lies in the build context",
                where=str(path),
                why="`COPY .` would make it part of the image, where everybody can read it",
                hint="keep it outside of the repository, or name it in .dockerignore",
            )


def _hidden(path: Path, build: Build, root: Path) -> bool:
    """By every file that some builder reads: which of them this one reads is its own affair."""
    rules = list(_ignore_files(build, root))
    return bool(rules) and all(rule.hides(path.as_posix()) for rule in rules)


def _ignore_files(build: Build, root: Path) -> Iterator[Ignored]:
    own = f"{build.dockerfile}.dockerignore"
    for name in (".dockerignore", ".containerignore"):
        yield from _ignored(root / posixpath.join(build.context, name))
    yield from _ignored(root / own)


def _ignored(file: Path) -> Iterator[Ignored]:
    if file.is_file():
        yield Ignored(file.read_text(encoding="utf-8", errors="replace"))

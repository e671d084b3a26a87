"""`helmforge release cut`: a release branch from the trunk, created on the remote in one atomic step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.branches import release_branch
from helmforge.domain.claim import demand_claim
from helmforge.domain.git import RefExistsError
from helmforge.domain.namespaces import demand_released
from helmforge.domain.version import Bump, Version
from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Git


@dataclass(frozen=True)
class Cut:
    """A release branch, on the remote unless it is a hotfix. `created` is False when the same cut was
    made before, and for a hotfix: its branch begins with the commit that mends something, because a
    pipeline of the old commit would claim the version for it.
    """

    service: str
    version: str
    branch: str
    commit: str
    created: bool
    hotfix: bool = False


@dataclass(frozen=True)
class Wish:
    """What is asked for: `version`, or a `bump` (PATCH when neither is given). A hotfix starts from the
    newest version of its own line instead of the trunk.
    """

    version: Version | None = None
    bump: Bump | None = None
    hotfix: bool = False


def cut(git: Git, settings: Settings, service: Service, wish: Wish) -> Cut:
    demand_released(settings, service)
    taken = _taken(git, settings, service)
    version = wish.version or _next(taken, wish.bump or Bump.PATCH)
    line = _line(taken, version)
    if wish.hotfix and not line:
        raise RefusedError(
            f"there is no version of {service.name} that {version} could be a hotfix of",
            hint="leave --hotfix out to release from the trunk",
        )
    commit = _claimed(git, service, max(line)) if wish.hotfix else _trunk_tip(git, settings)
    branch = release_branch(settings, service.name, version)
    if git.remote_refs(f"refs/heads/{branch}").get(f"refs/heads/{branch}") == commit:
        return Cut(service.name, version.tag, branch, commit, created=False)
    _demand_newer(service, version, line if wish.hotfix else taken)
    if wish.hotfix:
        return Cut(service.name, version.tag, branch, commit, created=False, hotfix=True)
    try:
        git.create_branch(branch, commit)
    except RefExistsError as error:
        raise _taken_error(service, version, error.oid) from error
    return Cut(service.name, version.tag, branch, commit, created=True)


def _line(taken: tuple[Version, ...], version: Version) -> tuple[Version, ...]:
    """The earlier versions with the same major and minor number."""
    number = (version.semver.major, version.semver.minor)
    return tuple(one for one in taken if one < version and (one.semver.major, one.semver.minor) == number)


def _claimed(git: Git, service: Service, version: Version) -> str:
    for claim in git.tags(f"{service.name}/{version}", lightweight=True):
        demand_claim(claim, git.remote)
        git.fetch(f"refs/tags/{claim.name}")
        return claim.target
    raise RefusedError(
        f"{service.name} {version} has a release branch but was never released",
        hint="let its pipeline run first, or cut from the trunk",
    )


def _taken(git: Git, settings: Settings, service: Service) -> tuple[Version, ...]:
    """Every version of the service that has a claim or a release branch."""
    prefix = f"refs/tags/{service.name}/"
    heads = "refs/heads/" + settings.branches.release.replace("{service}", service.name)
    before, after = heads.split("{version}")
    refs = git.remote_refs(prefix + "*", before + "*")
    names = [ref.removeprefix(prefix) for ref in refs if ref.startswith(prefix)]
    names += [
        ref.removeprefix(before).removesuffix(after)
        for ref in refs
        if ref.startswith(before) and ref.endswith(after)
    ]
    return tuple(_versions(names))


def _versions(names: Iterable[str]) -> Iterable[Version]:
    """Skips tags and branches of other people that are no versions."""
    for name in names:
        try:
            yield Version.parse(name)
        except UsageError:
            continue


def _next(taken: tuple[Version, ...], bump: Bump) -> Version:
    return max(taken).bump(bump) if taken else Version("0.0.0").bump(bump)


def _trunk_tip(git: Git, settings: Settings) -> str:
    ref = f"refs/heads/{settings.trunk}"
    tip = git.remote_refs(ref).get(ref)
    if tip is None:
        raise UsageError(
            f"the trunk {settings.trunk!r} is not on {git.remote}",
            where="helmforge.yaml trunk",
            hint=f"git push {git.remote} {settings.trunk}, or correct `trunk:`",
        )
    git.fetch(ref)
    return tip


def _demand_newer(service: Service, version: Version, taken: tuple[Version, ...]) -> None:
    if version in taken:
        raise _taken_error(service, version, "")
    newest = max(taken, default=None)
    if newest is not None and version < newest:
        raise RefusedError(
            f"{service.name} {version} would go backwards",
            why=f"{newest} exists already",
            hint=f"the next patch is {newest.bump(Bump.PATCH)}; to mend an older line use --hotfix",
        )


def _taken_error(service: Service, version: Version, oid: str) -> RefusedError:
    return RefusedError(
        f"version {version} of {service.name} exists already",
        why=f"it belongs to {oid[:12]}" if oid else "its release branch or its tag is on the remote",
        hint=f"helmforge release cut {service.name} --patch",
    )

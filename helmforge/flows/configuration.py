"""Where the configuration of a run comes from: the work tree, or the trunk where a rule must hold."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.branches import glob_matches
from helmforge.domain.names import ServiceName, nearest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Git

SETTINGS_FILE = "helmforge.yaml"
SERVICE_FILE = "service.yaml"


def trunk_settings(git: Git, local: Settings) -> Settings:
    """helmforge.yaml as the remote's trunk has it now: a branch cannot relax the rules that judge it.

    Which branch is the trunk is read from the remote's default branch, not from the work tree.
    """
    anchor = git.default_branch()
    if anchor is None:
        raise UsageError(
            f"the default branch of {git.remote} does not exist",
            why="which branch is the trunk, whose rules hold, is read from the remote's HEAD",
            hint=f"on the Git server make {local.trunk} the default branch "
            f"(a bare repository: git symbolic-ref HEAD refs/heads/{local.trunk})",
        )
    settings = _settings_of(git, anchor)
    return settings if settings.trunk == anchor else _settings_of(git, settings.trunk)


def _settings_of(git: Git, branch: str) -> Settings:
    git.fetch(f"refs/heads/{branch}")
    commit = git.commit(f"refs/remotes/{git.remote}/{branch}")
    text = git.read(commit.oid, SETTINGS_FILE) if commit else None
    if commit is None or text is None:
        raise UsageError(
            f"{SETTINGS_FILE} is not on {git.remote}/{branch}",
            why="rules for releases are read from the trunk, so that a release branch cannot change them",
            hint=f"commit {SETTINGS_FILE} to {branch} and push it",
        )
    settings = config.parse_settings(text.decode("utf-8", errors="replace"), f"{branch}:{SETTINGS_FILE}")
    return replace(settings, revision=commit.oid)


def load_services(git: Git, settings: Settings) -> tuple[Service, ...]:
    """Every service of the work tree. UsageError when two have one name."""
    folders = git.folders_with(SERVICE_FILE, settings.services)
    return config.scan_services({folder: _text(f"{git.root}/{folder}/{SERVICE_FILE}") for folder in folders})


def trunk_services(git: Git, settings: Settings) -> tuple[Service, ...]:
    """Every service as the trunk has it; call trunk_settings first, it fetches.

    Where a service runs (its `context`) and whose change it is (folder, `dependsOn`) are rules, too.
    """
    files = git.named_files(f"refs/remotes/{git.remote}/{settings.trunk}", SERVICE_FILE)
    return config.scan_services(
        {
            folder: content.decode("utf-8", errors="replace")
            for folder, content in sorted(files.items())
            if any(glob_matches(glob, folder) for glob in settings.services)
        }
    )


def _text(path: str) -> str:
    # A Path for each of a thousand files takes longer than reading them
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        return file.read()


def find_service(git: Git, settings: Settings, services: tuple[Service, ...], name: str) -> Service:
    """UsageError, with the nearest name or with what its folder lacks, when there is no such service."""
    for service in services:
        if service.name == name:
            return service
    names = [service.name for service in services]
    guess = nearest(name, names)
    known = (
        f"known services: {', '.join(names[:20])}" if names else "there are no services yet: helmforge init"
    )
    hint = _folder_hint(git, settings, services, name)
    raise UsageError(
        f"there is no service {name!r}", hint=hint or (f"did you mean {guess!r}?" if guess else known)
    )


def _folder_hint(git: Git, settings: Settings, services: tuple[Service, ...], name: str) -> str:
    """What stands between the folder called `name`, if there is one, and a service."""
    try:
        ServiceName.parse(name)
    except UsageError:
        return ""  # nothing that could stand in a path
    for service in services:
        if posixpath.basename(service.folder) == name:
            return f"the folder {service.folder} holds the service {service.name!r}"
    for glob in settings.services:
        folder = posixpath.join(posixpath.dirname(glob), name)
        if not glob_matches(glob, folder) or not (git.root / folder).is_dir():
            continue
        if (git.root / folder / SERVICE_FILE).exists():
            return f"{folder}/{SERVICE_FILE} is not on {git.remote}/{settings.trunk}: merge and push it"
        return f"the folder {folder} has no {SERVICE_FILE}: helmforge scaffold {name} writes one"
    return ""

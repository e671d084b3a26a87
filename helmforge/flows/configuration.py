"""Where the configuration of a run comes from: the work tree, or the trunk where a rule must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.names import nearest
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
    anchor = git.default_branch() or local.trunk
    settings = _settings_of(git, anchor)
    return settings if settings.trunk == anchor else _settings_of(git, settings.trunk)


def _settings_of(git: Git, branch: str) -> Settings:
    git.fetch(f"refs/heads/{branch}")
    revision = f"refs/remotes/{git.remote}/{branch}"
    text = git.read(revision, SETTINGS_FILE)
    if text is None:
        raise UsageError(
            f"{SETTINGS_FILE} is not on {git.remote}/{branch}",
            why="rules for releases are read from the trunk, so that a release branch cannot change them",
            hint=f"commit {SETTINGS_FILE} to {branch} and push it",
        )
    return config.parse_settings(text.decode("utf-8", errors="replace"), f"{branch}:{SETTINGS_FILE}")


def load_services(git: Git, settings: Settings) -> tuple[Service, ...]:
    """Every service of the work tree. UsageError when two have one name."""
    folders = git.folders_with(SERVICE_FILE, settings.services)
    texts = {
        folder: (git.root / folder / SERVICE_FILE).read_text(encoding="utf-8", errors="replace")
        for folder in folders
    }
    services = config.scan_services(texts)
    seen: dict[str, Service] = {}
    for service in services:
        other = seen.setdefault(service.name, service)
        if other is not service:
            raise UsageError(
                f"two services are named {service.name!r}",
                where=f"{other.folder}/{SERVICE_FILE} and {service.folder}/{SERVICE_FILE}",
                hint="give one of them another `name:`",
            )
    return services


def find_service(services: tuple[Service, ...], name: str) -> Service:
    """UsageError, with the nearest name, when there is no such service."""
    for service in services:
        if service.name == name:
            return service
    names = [service.name for service in services]
    guess = nearest(name, names)
    known = (
        f"known services: {', '.join(names[:20])}" if names else "there are no services yet: helmforge init"
    )
    raise UsageError(f"there is no service {name!r}", hint=f"did you mean {guess!r}?" if guess else known)

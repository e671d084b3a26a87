"""What a branch's name says: which flow it belongs to, and for releases, of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.event import EventKind, Flow
from helmforge.domain.names import ServiceName
from helmforge.domain.version import Version
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.event import Event
    from helmforge.domain.settings import Branches, Settings

_PLACE = re.compile(r"\{(service|version)\}")
_GLOB_PARTS = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*\*|\*|\?")


@dataclass(frozen=True)
class BranchRef:
    """A recognised branch. `service` and `version` are set for releases; `why` tells why it is ignored."""

    flow: Flow
    service: ServiceName | None = None
    version: Version | None = None
    why: str = ""


def recognise(event: Event, settings: Settings) -> BranchRef:
    """Raises UsageError for a name with the prefix of release branches that is not one."""
    if event.nothing:
        return _ignored(event.nothing)
    if event.kind is EventKind.PULL_REQUEST:
        if event.target == settings.trunk:
            return BranchRef(Flow.PULL_REQUEST)
        return _ignored(f"the pull request goes to {event.target!r}, not to the trunk {settings.trunk!r}")
    if event.branch == settings.trunk:
        return BranchRef(Flow.TRUNK)
    return _release(event.branch, settings.branches.release) or _feature(event.branch, settings.branches)


def release_branch(settings: Settings, service: ServiceName, version: Version) -> str:
    """The name of the branch that releases `version` of `service`."""
    values = {"service": str(service), "version": version.tag}
    return _PLACE.sub(lambda place: values[place[1]], settings.branches.release)


def glob_matches(glob: str, name: str) -> bool:
    """`*` and `?` stay within one part of the name; `**` crosses slashes, as in .gitignore:
    a trailing `/**` needs something below.
    """
    return _glob(glob).fullmatch(name) is not None


def _glob(glob: str) -> re.Pattern[str]:
    meaning = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.+", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pattern, end = "", 0
    for part in _GLOB_PARTS.finditer(glob):
        pattern += re.escape(glob[end : part.start()]) + meaning[part[0]]
        end = part.end()
    return re.compile(pattern + re.escape(glob[end:]), re.DOTALL)


def _any(globs: Iterable[str], name: str) -> bool:
    return any(glob_matches(glob, name) for glob in globs)


def _ignored(why: str) -> BranchRef:
    return BranchRef(Flow.IGNORED, why=why)


def _feature(branch: str, branches: Branches) -> BranchRef:
    if _any(branches.ignore, branch):
        return _ignored(f"{branch!r} matches `branches.ignore`")
    if _any(branches.feature, branch):
        return BranchRef(Flow.FEATURE)
    return _ignored(f"{branch!r} is neither the trunk nor a feature or release branch")


def _release(branch: str, template: str) -> BranchRef | None:
    """None when nothing says that `branch` wants to be a release. The two types judge the parts."""
    pieces = _PLACE.split(template)
    pattern = "".join(
        f"(?P<{piece}>[^/]*)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    )
    found = re.fullmatch(pattern, branch)
    if found is None:
        if pieces[0] and branch.startswith(pieces[0]):
            raise _misfit(branch, template, f"it does not have the form {template}")
        return None
    try:
        service, version = ServiceName.parse(found["service"]), Version.parse(found["version"])
    except UsageError as error:
        if not pieces[0]:
            return None
        raise _misfit(branch, template, f"{error.what}: {error.why}", error.hint) from error
    return BranchRef(Flow.RELEASE, service, version)


def _misfit(branch: str, template: str, why: str, hint: str = "") -> UsageError:
    return UsageError(
        f"{branch!r} is not a release branch",
        where="helmforge.yaml branches.release",
        why=why,
        hint=hint or f"name it {template}, for example with: helmforge release cut SERVICE",
    )

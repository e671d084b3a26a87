"""The file in which GitHub Actions tells what happened. It holds what strangers wrote."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

from helmforge.adapters.ci.variables import HINT
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 25 * 1024 * 1024  # bytes; GitHub sends no larger payload


def event_file(path: str) -> Mapping[str, object]:
    """Raises UsageError for whatever is not a JSON object in a regular file."""
    content = _content(path)
    if len(content) > _LARGEST:
        raise _unusable(path, f"it is larger than {_LARGEST} bytes")
    try:
        event = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, f"it is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise _unusable(path, "it is not a JSON object")
    return event


def table(event: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object called `name`; an empty one for whatever else stands there."""
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _content(path: str) -> bytes:
    try:
        # O_NONBLOCK: a named pipe that nobody writes to must not hold the job
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unusable(path, "it cannot be read: it is not a regular file")
            return file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise _unusable(path, f"it cannot be read: {error}") from error


def _unusable(path: str, why: str) -> UsageError:
    what = "the event file of GitHub Actions is unusable"
    return UsageError(what, where=f"GITHUB_EVENT_PATH={path!r}", why=why, hint=HINT)

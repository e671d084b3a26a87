"""The file that an internal error leaves: enough to mend it, nothing that could be a secret."""

from __future__ import annotations

import os
import platform
import re
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def write_report(error: Exception, arguments: Sequence[str]) -> Path:
    """A file for its owner only, in the folder for temporary files.

    It has the stack, and the command without the values of its options; no variables, no environment.
    """
    stack = "".join(traceback.format_exception(error))
    text = (
        f"helmforge {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"command: helmforge {' '.join(_without_values(arguments))}\n\n"
        f"{_CREDENTIALS.sub('***@', stack)}"
    )
    handle, name = tempfile.mkstemp(prefix="helmforge-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)


def _without_values(arguments: Sequence[str]) -> list[str]:
    """The words before the first option, and the names of the options: `release approve shop --env`."""
    first = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    options = [word.partition("=")[0] for word in arguments[first:] if word.startswith("-")]
    return [ascii(word)[1:-1] for word in [*arguments[:first], *options]]

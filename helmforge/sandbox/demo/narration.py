"""What the audience of the demo sees, and in which role."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


class Role(Enum):
    CHAPTER = auto()
    REMARK = auto()
    COMMAND = auto()  # as a user would type it, behind a prompt
    OUTPUT = auto()  # one line of a command's real output; hostile text


Narrate: TypeAlias = "Callable[[Role, str], None]"

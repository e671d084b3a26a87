"""The text of a chart's file: its line ends, and the markers that an update leaves in it."""

from __future__ import annotations

import re

MINE, PRISTINE, THEIRS = "yours", "pristine", "template"
"""What stands behind the markers of a conflict; the versions of the templates follow the last two."""

_MARKERS = re.compile(
    rf"^(?:<{{7}} {MINE}|\|{{7}} {PRISTINE} \S+|>{{7}} {THEIRS} \S+)\r?$".encode(), re.MULTILINE
)


def has_markers(content: bytes) -> bool:
    """Whether a conflict of an update stands in it."""
    return _MARKERS.search(content) is not None


def plain(content: bytes) -> bytes:
    """With the line ends that Git's blobs and the templates have."""
    return content.replace(b"\r\n", b"\n") if _has_carriage_returns(content) else content


def in_line_ends_of(before: bytes, content: bytes) -> bytes:
    """The plain `content` with the line ends of `before`."""
    return content.replace(b"\n", b"\r\n") if _has_carriage_returns(before) else content


def _has_carriage_returns(content: bytes) -> bool:
    """In all line ends, as in a work tree with `eol=crlf`; what is mixed was somebody's decision."""
    return b"\r\n" in content and content.count(b"\r\n") == content.count(b"\n")

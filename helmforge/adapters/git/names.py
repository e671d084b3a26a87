"""Names from outside, checked before git sees them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from helmforge.errors import UsageError

# git help check-ref-format
_BAD_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|/$|\.$")
# git help revisions, without what names files (`:`), ranges (`..`) and spaces
_EXPRESSION = re.compile(r"[\w@][\w./@{}^~+#=-]{0,250}")
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_NEVER = re.compile(r"0+")


def is_ref(name: str) -> bool:
    return name.startswith("refs/") and not _BAD_REF.search(name)


def is_revision(name: str) -> bool:
    """HEAD, an object id or a full ref name: nothing that git would parse as an expression."""
    return name == "HEAD" or bool(_OID.fullmatch(name)) or is_ref(name)


def is_expression(text: str) -> bool:
    """Something for `git rev-parse` that can name one commit, and cannot be an option."""
    return bool(_EXPRESSION.fullmatch(text)) and ".." not in text


def ref(name: str) -> str:
    """A full ref name. Raises UsageError when git could not have such a ref."""
    if not is_ref(name):
        raise UsageError(f"{name!r} is not a ref name", why="see git help check-ref-format")
    return name


def ref_pattern(name: str) -> str:
    """A full ref name that may end in `*`."""
    if name.endswith("*"):
        ref(name[:-1] + "x")
        return name
    return ref(name)


def revision(name: str) -> str:
    return name if is_revision(name) else ref(name)


def oid(text: str) -> str:
    if not _OID.fullmatch(text) or _NEVER.fullmatch(text):
        raise UsageError(f"{text!r} is not a commit id", why="expected 40 hexadecimal digits")
    return text


def remote(name: str) -> str:
    """No colon and no leading dash: neither a URL, nor a transport helper, nor an option."""
    if not _REMOTE.fullmatch(name) or ".." in name:
        raise UsageError(f"{name!r} is not the name of a Git remote", hint="fix `remote:` in helmforge.yaml")
    return name


def folder(path: str) -> str:
    """A path inside the repository without `.` parts, "" for the root."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise UsageError(f"{path!r} is not a path inside the repository")
    return "" if str(pure) == "." else str(pure)

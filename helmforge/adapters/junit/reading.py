"""One JUnit XML file -> numbers and names. What it says is hostile: it comes from the tests of a branch.

The format is that of Ant's junitreport, as Surefire, Gradle, pytest, gotestsum, Jest and others write it:
`testcase` elements, with `failure`, `error` or `skipped` inside. The sums in attributes of `testsuite` are
not believed, since runners disagree about them.
"""

from __future__ import annotations

from typing import BinaryIO
from xml.parsers import expat

from helmforge.domain.testing import Results

LARGEST = 32 << 20  # bytes
_MOST_NAMES = 50
_LONGEST_NAME = 200
_PIECE = 1 << 16


class UnreadableError(Exception):
    """Why the file cannot be read."""


def read_results(file: BinaryIO) -> Results:
    """Raises UnreadableError for what is too large, no XML, or has a document type (XML bombs need one)."""
    reader = _Reader()
    try:
        size = 0
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > LARGEST:
                raise UnreadableError(f"it is larger than {LARGEST >> 20} MiB")
            reader.parser.Parse(piece)
        reader.parser.Parse(b"", True)  # noqa: FBT003 - expat's own interface
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableError(f"it is no XML: {error}") from error
    if reader.root not in {"testsuites", "testsuite"}:
        raise UnreadableError(f"its root element is {_plain(reader.root)!r}, not testsuites or testsuite")
    return Results(1, reader.tests, reader.failures, reader.skipped, tuple(reader.names))


class _Reader:
    """Keeps nothing of the document but numbers and the first names. Entities need a document type."""

    def __init__(self) -> None:
        self.root = ""
        self.tests = self.failures = self.skipped = 0
        self.names: list[str] = []
        self._case = ""
        self._verdict = ""
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse(self, *_: object) -> None:
        raise UnreadableError("it has a document type, which no test runner writes")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        if name == "testcase":
            parts = (attributes.get("classname", ""), attributes.get("name", ""))
            self._case, self._verdict = _plain(".".join(filter(None, parts))) or "(without a name)", ""
        elif name in {"failure", "error"} or (name == "skipped" and not self._verdict):
            self._verdict = name

    def _end(self, name: str) -> None:
        if name != "testcase" or not self._case:
            return
        self.tests += 1
        if self._verdict == "skipped":
            self.skipped += 1
        elif self._verdict:
            self.failures += 1
            if len(self.names) < _MOST_NAMES:
                self.names.append(self._case)
        self._case = self._verdict = ""


def _plain(text: str) -> str:
    """On one line, without control characters."""
    cut = text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"
    return "".join(each if each.isprintable() else " " for each in cut).strip()

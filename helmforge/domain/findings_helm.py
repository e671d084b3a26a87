"""What Helm says about a chart, as problems with a place.

The texts are those of Helm 3.17 and 4.3, which differ in layout and in how they write a values key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from helmforge.domain.findings_schema import schema_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINT = re.compile(r"^\[(?P<level>INFO|WARNING|ERROR)\] (?P<path>[^:]*): ?(?P<text>.*)$")
_END_OF_LINT = re.compile(r"^(Error: |==> |\d+ chart\(s\) linted|engine\.go:|level=)")
_SCHEMA = re.compile(
    r"\Avalues don't meet the specifications of the schema\(s\) in the following chart\(s\):\n"
)
_PLACE = re.compile(
    r"(?P<file>[^\s:()<>\"]+/(?:templates|charts)/[^:()<>\"\n]+):(?P<line>\d+)(?::(?P<column>\d+))?"
)
_EXECUTING = re.compile(r"executing \"[^\"]*\" at <(?P<what>[^\n]*?)>:\s*", re.DOTALL)
_ON_PURPOSE = re.compile(r"execution error at \([^)\n]*\): ")
_PARSE = re.compile(r"parse error at \([^)\n]*\): ")
_NOT_YAML = re.compile(
    r"(?:YAML parse error on (?P<file>[^:\n]+): |unable to parse YAML: )"
    r"(?:error converting YAML to JSON: )?(?:yaml: )?(?P<text>.*)",
    re.DOTALL,
)
_REFUSED = re.compile(
    r"<include \. \.>:\s*error calling include:\s*template: no template (?P<said>\"[^\n]*\") associated with "
)
_VALUES = re.compile(r"\.Values\.(?P<key>[A-Za-z0-9_.]+)")
_NAMED_KEY = re.compile(r"\A(?P<key>[A-Za-z_][\w-]*(?:\.[\w-]+|\[[\w-]+\])*): ")
_NOISE = re.compile(r"\n*Use --debug flag to render out invalid YAML\s*\Z")
_CONSEQUENCES = re.compile(r"\A(unable to load chart|(chart\.metadata|validation: chart\.metadata)[. ])")


class ProblemKind(Enum):
    SCHEMA = "schema"
    TEMPLATE = "template"
    NOT_YAML = "not yaml"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class ChartProblem:
    """`path` is relative to the chart, "" when Helm names no file. Line and column are from 1; 0: not told.

    `key` is the values key that Helm names, dotted. `chart` is the name of the chart whose schema
    complains: another one than the service's is a dependency.
    """

    kind: ProblemKind
    text: str
    path: str = ""
    line: int = 0
    column: int = 0
    key: str = ""
    chart: str = ""


def lint_problems(lines: Iterable[str]) -> tuple[ChartProblem, ...]:
    """From the output of `helm lint --strict`, line by line."""
    return tuple(dict.fromkeys(problem for one in _messages(lines) for problem in _of_lint(*one)))


def render_problems(text: str) -> tuple[ChartProblem, ...]:
    """From what `helm template` printed when it failed."""
    _, mark, said = f"\n{text}".partition("\nError: ")
    return tuple(dict.fromkeys(_explained(_NOISE.sub("", said if mark else text).strip(), "")))


def causes(problems: Iterable[ChartProblem]) -> tuple[ChartProblem, ...]:
    """Each once, without those that Helm tells in better words as well."""
    found = tuple(dict.fromkeys(problems))
    return tuple(one for one in found if not _is_said_better(one, found)) or found


def _is_said_better(problem: ChartProblem, among: Iterable[ChartProblem]) -> bool:
    """Helm 4 warns in nearly the same words of what it calls an error a line above."""
    shorter = (one.text for one in among if one != problem and one.path == problem.path)
    same = problem.kind is ProblemKind.WARNING and any(problem.text.startswith(text) for text in shorter)
    return same or _CONSEQUENCES.match(problem.text) is not None


def _messages(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Level, path and the whole text of each message: it goes on until the next one begins."""
    level, path, text = "", "", [""]
    for line in lines:
        begin = _LINT.match(line)
        if begin or _END_OF_LINT.match(line):
            if level:
                yield level, path, "\n".join(text).strip()
            level, path = begin.group("level", "path") if begin else ("", "")
            text = [begin["text"] if begin else ""]
        else:
            text.append(line)
    if level:
        yield level, path, "\n".join(text).strip()


def _of_lint(level: str, path: str, text: str) -> Iterator[ChartProblem]:
    if level == "WARNING":
        yield ChartProblem(ProblemKind.WARNING, text, _inside(path))
    elif level == "ERROR" and path == "values.yaml":
        yield from _of_schema(text, "")
    elif level == "ERROR":
        yield from _explained(text, _inside(path))


def _inside(path: str) -> str:
    """Helm names the chart's folder itself by its absolute path, and all templates as `templates/`."""
    return "" if path.startswith("/") or path.endswith("/") else path


def _explained(text: str, path: str) -> Iterator[ChartProblem]:
    if _SCHEMA.match(text):
        yield from _sections(_SCHEMA.sub("", text))
    elif broken := _NOT_YAML.search(text):
        yield ChartProblem(
            ProblemKind.NOT_YAML, broken["text"].strip(), path or _relative(broken["file"] or "")
        )
    else:
        placed = _EXECUTING.search(text) or _ON_PURPOSE.search(text) or _PARSE.search(text)
        known = placed and _PLACE.search(text[: placed.end()])
        yield _of_template(text) if known else ChartProblem(ProblemKind.ERROR, text, path)


def _sections(text: str) -> Iterator[ChartProblem]:
    """One for each chart whose schema complains: its name and a colon, then the complaints."""
    parts = re.split(r"^([A-Za-z0-9][\w.-]*):$", text, flags=re.MULTILINE)
    for name, said in zip(parts[1::2], parts[2::2], strict=True):
        yield from _of_schema(said.strip(), name)


def _of_schema(text: str, chart: str) -> Iterator[ChartProblem]:
    for key, said in schema_problems(text):
        yield ChartProblem(ProblemKind.SCHEMA, said, "values.yaml", key=key, chart=chart)


def _as_refusal(text: str) -> str:
    """What `helm lint` prints of a chart's `refuse`, in the words of `helm template`.

    While linting, Helm only notes a `fail`. So `refuse` also includes a template that does not exist and
    whose name, quoted as Go does it, is the message.
    """
    refused, place = _REFUSED.search(text), _PLACE.search(text)
    if refused is None or place is None:
        return text
    try:
        said = json.loads(refused["said"])
    except ValueError:  # Go escapes a few characters that JSON does not
        said = refused["said"][1:-1]
    return f"execution error at ({place[0]}): {said}"


def _of_template(text: str) -> ChartProblem:
    """The innermost place is where the mistake is; those before it led there. What a template says
    itself is no place, whatever it looks like.
    """
    text = _as_refusal(text)
    at = list(_EXECUTING.finditer(text))
    opening = at[-1] if at else _ON_PURPOSE.search(text) or _PARSE.search(text)
    start = opening.end() if opening else 0
    said = text[start:]
    place = list(_PLACE.finditer(text[:start] or text))[-1]
    key = _VALUES.search(at[-1]["what"]) if at else _NAMED_KEY.match(said)
    return ChartProblem(
        ProblemKind.TEMPLATE,
        " ".join(said.split()),
        _relative(place["file"]),
        int(place["line"]),
        int(place["column"]) + 1 if place["column"] else 0,
        key["key"] if key else "",
    )


def _relative(path: str) -> str:
    """`shop/templates/service.yaml` -> `templates/service.yaml`: Helm begins with the chart's name."""
    return path.partition("/")[2]

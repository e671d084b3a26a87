"""What CI systems make of a job's log: small models of their parsers, after their sources.

GitHub: actions/runner ActionCommand.cs, ActionCommandManager.cs and FileCommandManager.cs. act:
pkg/runner/command.go. Azure: azure-pipelines-agent Command.cs. GitLab: build_trace_section_regex of
Gitlab::Regex.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Of both GitHub and act, retired ones as well
KNOWN = {
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"),
    *("internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output"),
    *("stop-commands", "warning"),
}
_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_WHITE += "\u2028\u2029\u202f\u205f\u3000"  # .NET's Char.IsWhiteSpace
_ACT = (
    re.compile(r"^::([^ ]+)( (.+))?::([^\r\n]*)[\r\n]+$"),
    re.compile(r"^##\[([^ ]+)( (.+))?\]([^\r\n]*)[\r\n]+$"),
)
SECTION = re.compile(
    r"section_((?:start)|(?:end)):(\d+):([a-zA-Z0-9_.-]+)(\[(?:\w+=\w+)(?:, ?\w+=\w+)*\])?\r\x1b\[0K"
)


@dataclass(frozen=True)
class Command:
    name: str
    text: str
    properties: dict[str, str] = field(default_factory=dict)


def lines_of(log: str) -> list[str]:
    """As .NET's StreamReader.ReadLine finds them in UTF-8."""
    text = log.encode(errors="replace").decode()
    return re.split(r"\r\n|\r|\n", text)


def github(log: str) -> list[Command]:
    """The commands that the runner obeys, those that stop and resume it included."""
    obeyed: list[Command] = []
    known, stopped = set(KNOWN), ""
    for line in lines_of(log):
        found = _github_new(line, known) or _github_old(line, known)
        if found is None or (stopped and found.name.lower() != stopped.lower()):
            continue
        if stopped:
            known.discard(stopped)
            stopped = ""
        elif found.name.lower() == "stop-commands":
            stopped = found.text
            known.add(stopped)
        obeyed.append(found)
    assert not stopped, "the runner was left deaf"
    return obeyed


def _github_new(line: str, known: set[str]) -> Command | None:
    line = line.lstrip(_WHITE)
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, listed = line[2:end].partition(" ")
    if name.lower() not in {one.lower() for one in known}:
        return None
    pairs = (one.split("=", 1) for one in listed.strip().split(",") if "=" in one)
    properties = {key: _unescaped(value, "\r\n:,%") for key, value in pairs}
    return Command(name, _unescaped(line[end + 2 :], "\r\n%"), properties)


def _github_old(line: str, known: set[str]) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    if name.lower() not in {one.lower() for one in known}:
        return None
    return Command(name, line[end + 1 :])


def act(log: str) -> list[str]:
    """Names of the commands that act knows, as far as it is not stopped."""
    obeyed, stopped = [], ""
    for line in log.encode(errors="replace").decode().split("\n"):
        found = _ACT[0].match(f"{line}\n") or _ACT[1].match(f"{line}\n")
        if not found or (stopped and found[1] != stopped):
            continue
        if stopped:
            stopped = ""
        elif found[1] == "stop-commands":
            stopped = found[4]
        if found[1] in KNOWN:
            obeyed.append(found[1])
    return obeyed


def azure(log: str) -> list[Command]:
    """The agent's commands, and the marks that the page of the log knows (`##[group]`)."""
    found = []
    for line in lines_of(log):
        for mark in re.finditer(r"##(vso)?\[([^\]]*)\]?", line, re.IGNORECASE):
            name, _, listed = mark[2].partition(" ")
            pairs = (one.split("=", 1) for one in listed.split(";") if "=" in one)
            properties = {key: _decoded(value) for key, value in pairs}
            found.append(Command(name, _decoded(line[mark.end() :]), properties))
    return found


def _decoded(text: str) -> str:
    for token, code in ((";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"), ("%", "%AZP25")):
        text = text.replace(code, token)
    return text


def _unescaped(text: str, tokens: str) -> str:
    for token in tokens:
        text = text.replace(f"%{ord(token):02X}", token)
    return text


def sections(log: str) -> list[tuple[str, str]]:
    """(start or end, name), in order."""
    return [(found[1], found[3]) for found in SECTION.finditer(log)]


def anything(log: str) -> list[str]:
    """The names of all that any of these systems finds."""
    return [
        *(one.name for one in (*github(log), *azure(log))),
        *(name for _, name in sections(log)),
        *act(log),
    ]


def outputs(content: str) -> dict[str, str]:
    """What $GITHUB_OUTPUT says. Raises ValueError for what the runner refuses."""
    found, lines = {}, iter(content.split("\n"))
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if not line:
            continue
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
        elif heredoc > 0:
            mark, value = line[heredoc + 2 :], []
            while (line_of_value := next(lines)) != mark:
                value.append(line_of_value)
            found[line[:heredoc]] = "\n".join(value)
        else:
            raise ValueError(line)
    return found

"""The log of Azure Pipelines.

Source: Azure Pipelines "Logging commands"; azure-pipelines-agent Command.cs, which finds `##vso[` anywhere in
a line and gives `%3B`, `%0D`, `%0A`, `%5D` and `%AZP25` their meaning in properties and texts alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.printing import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.annotations import Annotation


class Azure:
    def begin(self, step: str, title: str) -> list[str]:
        del step
        return [f"##[group]{clean(title)}"]

    def end(self, step: str) -> list[str]:
        del step
        return ["##[endgroup]"]

    def annotation(self, one: Annotation) -> list[str]:
        properties = {"type": "warning" if one.warning else "error", "sourcepath": "", "linenumber": ""}
        if one.place:
            line, column = (str(number) if number else "" for number in (one.place.line, one.place.column))
            properties |= {"sourcepath": one.place.file, "linenumber": line, "columnnumber": column}
        text = f"{one.title}: {one.text}" if one.title else one.text
        return [command("task.logissue", properties, text)]

    def outputs(self, facts: Mapping[str, str]) -> list[str]:
        return [set_variable(name, value) for name, value in facts.items()]

    def summary(self, file: str) -> list[str]:
        return [command("task.uploadsummary", {}, file)]


def set_variable(name: str, value: str) -> str:
    """For later jobs: `name` is ours."""
    return command("task.setvariable", {"variable": name, "isOutput": "true"}, value)


def command(name: str, properties: Mapping[str, str], text: str) -> str:
    listed = ";".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"##vso[{name}{' ' if listed else ''}{listed}]" + "%0A".join(map(_escaped, clean_lines(text)))


def _property(text: str) -> str:
    return _escaped(clean(" ".join(text.splitlines())))


def _escaped(line: str) -> str:
    return line.replace("%", "%AZP25").replace(";", "%3B").replace("]", "%5D")

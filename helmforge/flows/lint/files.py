"""What is wrong with the files of a chart before Helm is asked: conflicts, YAML, names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge.domain.findings import Finding, Place
from helmforge.domain.names import nearest
from helmforge.errors import ConfigError
from helmforge.schemas.charts import remote_references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.settings import Settings
    from helmforge.flows.charts import WorkingChart

SCHEMA = "values.schema.json"
# Helm need not be asked about these, and would fetch what a schema refers to
UNREADABLE = frozenset({"file/yaml", "file/conflict-marker", "values/schema-file"})
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>|\|\|\|\|\|\|\|)( |$)")
_WHERE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?: (?P<key>.*))?")
_VALUES = re.compile(r"values-(?P<environment>[^/]+)\.ya?ml")


def file_findings(chart: WorkingChart, settings: Settings) -> tuple[Finding, ...]:
    """None of a file twice: what holds conflict markers is not asked whether it is YAML."""
    conflicts = tuple(finding for name in chart.names for finding in _conflict(chart, name))
    marked = {finding.place.file for finding in conflicts}
    names = [name for name in chart.names if chart.path(name) not in marked]
    return (
        *conflicts,
        *(finding for name in names if _is_yaml(name) for finding in _broken_yaml(chart, name)),
        *(_chart_name(chart) if "Chart.yaml" in names else ()),
        *(_schema(chart) if SCHEMA in names else ()),
        *(finding for name in names for finding in _orphan(chart, settings, name)),
    )


def _is_yaml(name: str) -> bool:
    return name == "Chart.yaml" or re.fullmatch(r"values(-[^/]*)?\.ya?ml", name) is not None


def _conflict(chart: WorkingChart, name: str) -> Iterator[Finding]:
    """The first marker of a file: one who mends it sees the others."""
    text = chart.text(name)
    if "\0" in text[:8000]:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if _CONFLICT.match(line):
            yield Finding(
                "file/conflict-marker",
                Place(chart.path(name), number, 1),
                f"an unresolved merge conflict: {line[:60]}",
                "keep what is right, delete the lines with <<<<<<<, ======= and >>>>>>>",
                service=chart.service.name,
            )
            return


def _broken_yaml(chart: WorkingChart, name: str) -> Iterator[Finding]:
    try:
        chart.raw(name).decode("utf-8")
        chart.document(name)
    except UnicodeDecodeError as error:
        line = chart.raw(name).count(b"\n", 0, error.start) + 1
        place, hint = Place(chart.path(name), line), "save the file as UTF-8"
        yield Finding("file/yaml", place, f"not UTF-8 text: {error.reason}", hint, service=chart.service.name)
    except ConfigError as error:
        yield of_error(error, "file/yaml", chart.path(name), service=chart.service.name)


def of_error(error: ConfigError, rule: str, file: str, service: str = "") -> Finding:
    """The error of a reader, whose `where` is `file:line key.path`, as a finding."""
    found = _WHERE.fullmatch(error.where)
    line = int(found["line"]) if found else 1
    key = (found["key"] or "") if found else ""
    return Finding(rule, Place(file, line), error.why or error.what, error.hint, key=key, service=service)


def of_lines(error: ConfigError, rule: str, file: str) -> Iterator[Finding]:
    """One for each line of the error that names its place, `file:line key: problem`."""
    line = re.compile(rf"{re.escape(file)}:(?P<line>\d+)(?: (?P<key>\S+))?: (?P<text>.*)")
    said = error.why.splitlines()
    found = [line.fullmatch(each) for each in said]
    if not any(found):
        whole = of_error(error, rule, file)
        yield replace(whole, reason=f"{whole.key}: {whole.reason}" if whole.key else whole.reason)
        return
    for one, text in zip(found, said, strict=True):
        key = (one["key"] or "") if one else ""
        reason = f"{key}: {one['text']}" if one and key else one["text"] if one else text
        yield Finding(rule, Place(file, int(one["line"]) if one else 1), reason, error.hint, key=key)


def _chart_name(chart: WorkingChart) -> Iterator[Finding]:
    """The chart is pushed under its own name, and looked for under the service's."""
    service = chart.service.name
    try:
        document = chart.document("Chart.yaml")
    except ConfigError:
        return  # told already
    name = document.data.get("name")
    if name is not None and name != service:
        line, column = document.place_of(("name",)) or (1, 1)
        yield Finding(
            "chart/name",
            Place(document.name, line, column),
            f"the chart of {service} is named {name!r}",
            f"name it {service}, as its service",
            key="name",
            service=service,
        )


def _schema(chart: WorkingChart) -> Iterator[Finding]:
    place = Place(chart.path(SCHEMA), 1, 1)
    try:
        schema = json.loads(chart.text(SCHEMA))
    except json.JSONDecodeError as error:
        at = Place(place.file, error.lineno, error.colno)
        yield _of_schema(chart, at, f"it is not JSON: {error.msg}", "mend the syntax at this place")
        return
    except RecursionError:
        yield _of_schema(chart, place, "it is nested too deeply", "make it flatter")
        return
    for reference in dict.fromkeys(remote_references(schema)):
        why = f"it refers to {reference!r}, which is not in this file: Helm fetches it at every rendering"
        yield _of_schema(chart, place, why, "copy the definition into this file and refer to it with '#/…'")


def _of_schema(chart: WorkingChart, place: Place, reason: str, remedy: str) -> Finding:
    return Finding("values/schema-file", place, reason, remedy, service=chart.service.name)


def _orphan(chart: WorkingChart, settings: Settings, name: str) -> Iterator[Finding]:
    """Only where a typo is likely: other tools may read other values files."""
    found = _VALUES.fullmatch(name)
    known = {environment.name: environment for environment in settings.environments}
    if found is None or found["environment"] in known:
        return
    guess = nearest(found["environment"], known)
    if guess is not None and not chart.values_name(known[guess]):  # type: ignore[index]  # one of its own keys
        yield Finding(
            "values/no-environment",
            Place(chart.path(name), 1, 1),
            f"there is no environment {found['environment']!r}: nothing reads this file",
            f"did you mean values-{guess}.yaml?",
            service=chart.service.name,
        )

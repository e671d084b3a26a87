"""No key is dead, none is read that is not promised, and every one is set by some variant of its type."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import UNCOLLECTED, scaffold
from tests.charts.schema_walk import contract
from tests.charts.template_reads import reads
from tests.charts.types import answers, probes, types, variants
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tests.charts.schema_walk import Contract
    from tests.charts.schema_walk import Path as KeyPath

pytestmark = pytest.mark.integration
for_types = pytest.mark.parametrize("type_name", types())
# The keys of an umbrella chart: allowed, and read by Helm itself.
UMBRELLA = {("global",), ("enabled",)}


@for_types
def test_every_key_is_set_by_a_variant(type_name: str) -> None:
    """Otherwise nothing proves what it does: add it to the type's values (tests/charts/types.py)."""
    promised = contract(answers(type_name))
    assert _lines(set(promised.keys()) - set(_settings(promised, type_name)) - UMBRELLA) == ""


@for_types
def test_no_key_is_dead(
    type_name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Without the key, a variant that sets it renders something else, or a template refuses it."""
    promised = contract(answers(type_name))
    read = {promised.name_of(path) for places in reads(promised.templates) for path in places}
    probe = _Probe(scaffold(answers(type_name), tmp_path / "service"), tmp_path / "values.json")
    settings = _settings(promised, type_name)
    leaves = {
        name: settings[name]
        for name, schema in promised.keys().items()
        if name in settings and "properties" not in schema
    }
    dead = [name for name, found in leaves.items() if not probe.lives(found, read=name in read)]
    assert _lines(dead) == ""
    record_property("evidence", f"{type_name}: each of {len(leaves)} keys changes what is rendered")


@for_types
def test_templates_read_what_is_promised(type_name: str) -> None:
    promised = contract(answers(type_name))
    odd = [places for places in reads(promised.templates) if not any(map(promised.promises, places))]
    assert _lines(path for places in odd for path in places) == ""


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{{ .Values.a.b }}", "a.b"),
        ('{{ if and .Values.a (eq "x" $.Values.b) }}{{ end }}', "a b"),
        ("{{ with .Values.a }}{{ .b }}{{ else }}{{ .Values.c }}{{ end }}", "a.b c"),
        ("{{ range $k, $v := .Values.a }}{{ $v.b }}{{ end }}", "a.*.b"),
        ("{{ $a := .Values.a }}{{ range .Values.b }}{{ $a.c }}{{ end }}", "a.c b"),
        ('{{ range $k := list "a" "b" }}{{ get $.Values $k }}{{ end }}', "a b"),
        ('{{ pick .Values.a "b" "c" | toYaml }}', "a.b a.c"),
        ('{{ dig "a" "b" 1 .Values }}', "a.b"),
        ('{{ (index .Values "a").b }}', "a.b"),
        ('{{ include "x" (dict "in" .Values.a) }}{{ define "x" }}{{ .in.b }}{{ end }}', "a.b"),
        ("{{ if .Values.a }}{{ else if .Values.b }}{{ .Values.c }}{{ end }}{{ .Values.d }}", "a b c d"),
        ("{{/* .Values.a */}}{{- (.Values.b | default .Values.c).d -}}", "b.d c.d"),
    ],
)
def test_what_a_template_reads(template: str, found: str) -> None:
    paths = {".".join(path) for places in reads({"a.yaml": template}) for path in places}
    whole = {path for path in paths if not any(other.startswith(f"{path}.") for other in paths)}
    assert whole == set(found.split())


class _Probe:
    """Renders a chart again and again, and compares texts: one call of Helm takes a tenth of a second."""

    def __init__(self, chart: Path, file: Path) -> None:
        self._chart, self._file = chart, file
        self._rendered: dict[str, str] = {}

    def lives(self, settings: list[tuple[dict[str, Any], KeyPath]], *, read: bool) -> bool:
        return any(self._changes(values, path, read=read) for values, path in settings)

    def _changes(self, values: dict[str, Any], path: KeyPath, *, read: bool) -> bool:
        text = self._text(_without(values, path))
        if "specifications of the schema" in text:
            # Required where it stands: then it is enough that a template asks for it.
            return read
        return text != self._text(values)

    def _text(self, values: Mapping[str, Any]) -> str:
        document = json.dumps(values)
        if document not in self._rendered:
            self._file.write_text(document, encoding="utf-8")
            argv = ["template", "notification", str(self._chart), "--namespace", "shop"]
            done = subprocess.run(
                [str(require_tool("helm4")), *argv, "--values", str(self._file)],
                env={"HOME": str(self._file.parent), "PATH": os.defpath, **UNCOLLECTED},
                capture_output=True,
                text=True,
                check=False,
            )
            self._rendered[document] = done.stdout or done.stderr
        return self._rendered[document]


def _settings(promised: Contract, type_name: str) -> dict[KeyPath, list[tuple[dict[str, Any], KeyPath]]]:
    """Which variants set a key, and where."""
    found: dict[KeyPath, list[tuple[dict[str, Any], KeyPath]]] = {}
    for values in (*variants(type_name).values(), *probes(type_name)):
        for place in promised.places(values):
            for key in place.values:
                found.setdefault((*place.name, key), []).append((values, (*place.path, key)))
    return found


def _without(values: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    changed = copy.deepcopy(values)
    node: Any = changed
    for step in path[:-1]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    del node[path[-1]]
    return changed


def _lines(paths: Iterable[KeyPath]) -> str:
    """A text, because pytest shows all of it."""
    return "\n".join(sorted(".".join(path) for path in paths))

"""A wrong value fails at `helm lint`, `helm template` and `helm upgrade`, and the message names the key."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from helmforge.sandbox.emulator.client import kubeconfig
from tests.charts.helm import UNCOLLECTED, scaffold
from tests.charts.schema_walk import contract
from tests.charts.types import answers, overlaid, types, variants
from tests.charts.wrong_values import DANGEROUS, MISSPELT, WRONG
from tests.support.emulated import emulated_api
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.charts.helm import Helm
    from tests.charts.schema_walk import Path as KeyPath
    from tests.charts.wrong_values import Row

pytestmark = pytest.mark.integration


def _named(tables: dict[str, list[Row]]) -> list[Any]:
    """(type, key, values), for parametrize."""
    rows = [(type_name, *row) for type_name, table in tables.items() for row in table]
    return [pytest.param(*row, id=f"{row[0]}-{row[1]}-{number}") for number, row in enumerate(rows)]


TYPES = sorted(MISSPELT.keys() | WRONG.keys() | DANGEROUS.keys())
for_schema_rows = pytest.mark.parametrize(("type_name", "key", "values"), _named(MISSPELT) + _named(WRONG))
for_dangerous = pytest.mark.parametrize(("type_name", "key", "values"), _named(DANGEROUS))
for_types = pytest.mark.parametrize("type_name", TYPES)


@pytest.fixture(scope="session")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: scaffold(answers(name), tmp_path_factory.mktemp(name)) for name in TYPES}


@for_schema_rows
def test_template_refuses(
    helm4: Helm, charts: dict[str, Path], type_name: str, key: str, values: dict[str, Any]
) -> None:
    """With Helm 4; that Helm 3 reads the schema in the same way, test_lint_refuses shows for every row."""
    rendered = helm4.render(values, chart=charts[type_name])
    assert rendered.failed
    assert "specifications of the schema" in rendered.text
    assert re.search(rf"\b{re.escape(key)}\b", rendered.text), rendered.text


@for_dangerous
def test_template_refuses_a_dangerous_combination(
    helm: Helm, charts: dict[str, Path], type_name: str, key: str, values: dict[str, Any]
) -> None:
    rendered = helm.render(values, chart=charts[type_name])
    assert rendered.failed
    assert key in rendered.text


@for_types
def test_lint_refuses(helm: Helm, charts: dict[str, Path], type_name: str, tmp_path: Path) -> None:
    """One call for all rows: a copy of the chart for each, with the wrong values among its own."""
    rows = [*MISSPELT.get(type_name, ()), *WRONG.get(type_name, ())]
    own = contract(answers(type_name)).values
    complaints = _lint(helm, charts[type_name], [overlaid(own, values) for _, values in rows], tmp_path)
    for (key, _), complaint in zip(rows, complaints[1:], strict=True):
        assert "[ERROR] values.yaml: " in complaint, complaint
        assert re.search(rf"\b{re.escape(key)}\b", complaint), complaint


@for_types
def test_lint_refuses_a_dangerous_combination(
    helm: Helm, charts: dict[str, Path], type_name: str, tmp_path: Path
) -> None:
    """A namespace that is not set yet is none: `helm lint` without the values of an environment passes."""
    rows = [row for row in DANGEROUS.get(type_name, []) if row[0] != "namespace: is not set"]
    own = contract(answers(type_name)).values
    complaints = _lint(helm, charts[type_name], [overlaid(own, values) for _, values in rows], tmp_path)
    for (key, _), complaint in zip(rows, complaints[1:], strict=True):
        assert "[ERROR] templates/" in complaint, complaint
        assert key in complaint, complaint


@pytest.mark.parametrize("type_name", types())
def test_a_misspelt_key_at_every_level(type_name: str) -> None:
    promised = contract(answers(type_name))
    judge = jsonschema.Draft7Validator(promised.schema)
    levels: set[tuple[str, ...]] = set()
    for values in variants(type_name).values():
        whole = overlaid(promised.values, values)
        for place in promised.places(whole):
            if place.name not in levels and place.schema.get("additionalProperties") is False:
                levels.add(place.name)
                errors = list(judge.iter_errors(_with_key(whole, place.path, "mispelt")))
                assert [error for error in errors if "mispelt" in error.message], ".".join(place.path)
    assert len(levels) > 1


def test_there_are_rows_enough() -> None:
    assert sum(len(table) for tables in (MISSPELT, WRONG, DANGEROUS) for table in tables.values()) >= 60


def test_an_umbrella_chart_may_set_its_own_keys(helm4: Helm) -> None:
    assert not helm4.render({"global": {"any": "thing"}, "enabled": True}).failed


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kubeconfig of the emulated API."""
    folder = tmp_path_factory.mktemp("emulated")
    with emulated_api(folder) as server:
        config = folder / "kubeconfig"
        config.write_text(kubeconfig(server, contexts=("dev",)), encoding="utf-8")
        yield config


@pytest.mark.parametrize("program", ["helm3", "helm4"])
def test_upgrade_refuses(program: str, cluster: Path, charts: dict[str, Path], tmp_path: Path) -> None:
    """And the release stays as it was."""
    samples = [table["web"][0] for table in (MISSPELT, WRONG, DANGEROUS)]
    where = ["--namespace", program, "--kubeconfig", str(cluster)]
    upgrade = ["upgrade", "--install", "web", str(charts["web"]), *where, "--create-namespace"]
    done = _run(program, *upgrade, home=tmp_path)
    assert done.returncode == 0, done.stderr
    for key, values in samples:
        file = tmp_path / "values.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        refused = _run(program, *upgrade, "--values", str(file), home=tmp_path)
        assert refused.returncode == 1
        assert key in refused.stderr
    history = _run(program, "history", "web", *where, "--output", "json", home=tmp_path)
    assert [(one["revision"], one["status"]) for one in json.loads(history.stdout)] == [(1, "deployed")]


def _run(program: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    argv = [str(require_tool(program)), *arguments]
    environment = {"PATH": os.defpath, "HOME": str(home), **UNCOLLECTED}
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=120)


def _lint(helm: Helm, chart: Path, rows: list[dict[str, Any]], folder: Path) -> list[str]:
    """What Helm says about the chart with each of these values.yaml; what it logged comes first."""
    copies = []
    for number, values in enumerate(rows):
        copied = folder / f"{number}"
        shutil.copytree(chart, copied)
        (copied / "values.yaml").write_text(json.dumps(values), encoding="utf-8")
        copies.append(str(copied))
    argv = [str(helm.program), "lint", "--strict", "--namespace", "shop", *copies]
    environment = {**os.environ, **UNCOLLECTED}
    done = subprocess.run(
        argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout.split("==> Linting ")


def _with_key(values: dict[str, Any], path: KeyPath, key: str) -> dict[str, Any]:
    changed = copy.deepcopy(values)
    node: Any = changed
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[key] = 1
    return changed

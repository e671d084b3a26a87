from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.helm import ANSWERS, Helm, scaffold
from tests.charts.types import answers
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.charts.helm import HelmOf


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart of the service `notification`; nobody writes to it."""
    return scaffold(ANSWERS, tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="session")
def helm3(chart: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(require_tool("helm3"), chart, tmp_path_factory.mktemp("helm3"))


@pytest.fixture(scope="session")
def helm4(chart: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """For what only the templates decide; test_rendering proves that both Helms render the same objects."""
    return Helm(require_tool("helm4"), chart, tmp_path_factory.mktemp("helm4"))


@pytest.fixture(scope="session")
def helm_of(tmp_path_factory: pytest.TempPathFactory) -> HelmOf:
    """By type and program; each chart is scaffolded once."""
    charts: dict[str, Path] = {}
    helms: dict[tuple[str, str], Helm] = {}

    def of(type_name: str, program: str = "helm4") -> Helm:
        if type_name not in charts:
            charts[type_name] = scaffold(answers(type_name), tmp_path_factory.mktemp(type_name))
        if (type_name, program) not in helms:
            tool = require_tool(program)
            helms[type_name, program] = Helm(tool, charts[type_name], tmp_path_factory.mktemp(program))
        return helms[type_name, program]

    return of


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Helm:
    """For what the two Helms might judge differently."""
    chosen: Helm = request.getfixturevalue(request.param)
    return chosen

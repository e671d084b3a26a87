from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.helm import ANSWERS, Helm, scaffold
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Helm:
    """For what the two Helms might judge differently."""
    chosen: Helm = request.getfixturevalue(request.param)
    return chosen

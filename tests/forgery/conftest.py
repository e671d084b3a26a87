from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forgery.court import Court

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def _court(tmp_path_factory: pytest.TempPathFactory) -> Court:
    return Court(tmp_path_factory.mktemp("court"))


@pytest.fixture
def court(_court: Court) -> Iterator[Court]:
    yield _court
    _court.reset()

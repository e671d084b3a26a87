from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helmforge.domain.soak import not_soaked
from tests.flows.releases import chart_of, history, record

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("entries", "age", "reason"),
    [
        ([("deployed", record("1.0.0"))], timedelta(days=1), ""),
        ([("deployed", record("1.0.0"))], timedelta(hours=23), "1 h 1 min are missing"),
        ([], DAY, "nothing runs there"),
        ([("deployed", record("1.1.0"))], DAY, "what runs there is 1.1.0"),
        ([("deployed", record("1.0.0")), ("failed", record("1.0.0"))], DAY, "the release there is failed"),
        ([("deployed", record("1.0.0")), ("pending-upgrade", record("1.1.0"))], DAY, "is pending-upgrade"),
        ([("superseded", record("1.0.0")), ("deployed", record("1.1.0"))], DAY, "what runs there is 1.1.0"),
        ([("deployed", "Upgrade complete")], DAY, "deployed by hand"),
    ],
)
def test_how_long_it_has_run(entries: list[tuple[str, str]], age: timedelta, reason: str) -> None:
    revisions = [replace(one, updated=NOW - age) for one in history(*entries)]
    said = not_soaked(revisions, chart_of("1.0.0"), DAY, NOW)
    assert (reason in said) if reason else said == ""


def test_a_revision_without_a_time_has_not_run() -> None:
    assert "by hand" in not_soaked(history(("deployed", record("1.0.0"))), chart_of("1.0.0"), DAY, NOW)


def test_a_revision_of_a_far_future_has_not_run() -> None:
    (last,) = history(("deployed", record("1.0.0")))
    far = replace(last, updated=datetime.max.replace(tzinfo=UTC))
    assert "are missing" in not_soaked([far], chart_of("1.0.0"), DAY, NOW)

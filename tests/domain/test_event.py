"""Which checkouts are what a CI's event is about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helmforge.domain.event import Event, EventKind
from helmforge.domain.git import Commit, Person

SOURCE, MERGE, TARGET, OTHER = "a" * 40, "b" * 40, "c" * 40, "d" * 40
ADA = Person("Ada", "ada@example.com")


def head(oid: str, *parents: str) -> Commit:
    return Commit(oid, ADA, ADA, datetime(2026, 11, 21, tzinfo=UTC), "subject", parents)


def push(commit: str) -> Event:
    return Event(EventKind.PUSH, "main", commit, provider="github")


def pull_request(commit: str, source: str = "") -> Event:
    return Event(EventKind.PULL_REQUEST, "feature/a", commit, target="main", source=source)


@pytest.mark.parametrize(
    ("event", "checkout", "same"),
    [
        pytest.param(push(SOURCE), head(SOURCE, TARGET), True, id="a push"),
        pytest.param(push(""), head(OTHER), True, id="no commit is named"),
        pytest.param(push(SOURCE), head(OTHER, TARGET), False, id="a push, something else"),
        pytest.param(push(SOURCE), head(OTHER, SOURCE), False, id="a push, a later commit"),
        pytest.param(push(SOURCE), head(MERGE, TARGET, SOURCE), False, id="a push, a merge of it"),
        pytest.param(pull_request(MERGE, SOURCE), head(MERGE, TARGET, SOURCE), True, id="GitHub, Azure"),
        pytest.param(pull_request(MERGE, SOURCE), head(SOURCE, OTHER), True, id="GitHub, the source"),
        pytest.param(
            pull_request(MERGE, SOURCE), head(OTHER, TARGET, SOURCE), True, id="GitHub, the merge made anew"
        ),
        pytest.param(pull_request(MERGE, SOURCE), head(OTHER, TARGET), False, id="GitHub, something else"),
        pytest.param(pull_request(MERGE), head(MERGE), True, id="GitLab merged results, shallow"),
        pytest.param(pull_request(SOURCE), head(SOURCE), True, id="GitLab"),
        pytest.param(pull_request(SOURCE), head(MERGE, TARGET, SOURCE), True, id="Jenkins merges by itself"),
        pytest.param(pull_request(MERGE), head(MERGE, TARGET, SOURCE), True, id="Jenkins names its merge"),
        pytest.param(pull_request(SOURCE), head(OTHER, SOURCE), False, id="a later commit is no merge"),
        pytest.param(pull_request(SOURCE), head(OTHER, TARGET, OTHER), False, id="a merge of something else"),
    ],
)
def test_what_an_event_is_about(event: Event, checkout: Commit, *, same: bool) -> None:
    assert event.is_about(checkout) is same

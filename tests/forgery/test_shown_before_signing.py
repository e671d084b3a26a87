"""What an approver is shown before the tag is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.brief import Running, Unknown
from helmforge.domain.brief.changes import Changes
from helmforge.domain.brief.decision import SignOffs
from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord
from helmforge.errors import RefusedError, UnreachableError
from tests.forgery.court import ADA, AUTHOR, BO, CHART, IMAGE, NOW, PREFIX, Outside

if TYPE_CHECKING:
    from helmforge.domain.brief import Summary
    from helmforge.domain.cluster import ReleaseKey
    from tests.forgery.court import Court

pytestmark = pytest.mark.integration


@dataclass
class Screen:
    """`tags` are the approvals on the remote at the time of looking."""

    court: Court
    seen: list[Summary] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def show(self, summary: Summary) -> None:
        self.seen.append(summary)
        self.tags = [ref for ref in self.court.repo.remote_refs() if PREFIX in ref and ref[-1] != "}"]


@dataclass
class Unreachable(Outside):
    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        raise UnreachableError("the cluster does not answer")


@pytest.fixture
def screen(court: Court) -> Screen:
    return Screen(court)


def test_it_is_shown_before_anything_is_signed(screen: Screen) -> None:
    screen.court.approve_looking(ADA, screen.show)
    (summary,) = screen.seen
    assert screen.tags == []
    assert (summary.subject.version, summary.subject.commit) == ("1.0.0", screen.court.commit)
    assert (summary.subject.image, summary.subject.chart) == (
        f"r.example/shop@{IMAGE}",
        f"r.example/charts/shop@{CHART}",
    )
    assert summary.running == Running("", "", None)
    assert isinstance(summary.changes, Changes)
    assert [person.email for person, _ in summary.changes.authors] == [AUTHOR]
    assert isinstance(summary.approvals, SignOffs)
    assert (summary.approvals.required, summary.approvals.valid) == (1, ())


def test_the_commits_are_those_since_what_runs(screen: Screen) -> None:
    court = screen.court
    record = DeploymentRecord("shop", "0.9.0", court.commit, CHART, IMAGE, "r.example/shop", "promote")
    court.outside.history_of["default-prod"] = (
        ReleaseRevision(1, "deployed", "shop", "", NOW - timedelta(days=3), record.to_description()),
    )
    court.approve_looking(ADA, screen.show)
    (summary,) = screen.seen
    assert summary.running == Running("0.9.0", court.commit, NOW - timedelta(days=3))
    assert summary.changes == Changes("0.9.0", ())


def test_who_approved_before_is_counted(screen: Screen) -> None:
    screen.court.sign_off(BO)
    screen.court.approve_looking(ADA, screen.show)
    (summary,) = screen.seen
    assert isinstance(summary.approvals, SignOffs)
    assert summary.approvals.valid == (PREFIX + BO,)


def test_a_cluster_that_cannot_be_reached_stops_nobody(screen: Screen) -> None:
    screen.court.outside = Unreachable()
    assert screen.court.approve_looking(ADA, screen.show).created
    (summary,) = screen.seen
    assert summary.running == Unknown("the cluster does not answer")
    assert summary.changes == Unknown("what runs in prod is not known")


def test_nothing_is_shown_where_nothing_is_signed(screen: Screen) -> None:
    with pytest.raises(RefusedError):
        screen.court.approve_looking(AUTHOR, screen.show)
    assert screen.court.approve(ADA).created
    assert not screen.court.approve_looking(ADA, screen.show).created
    assert screen.seen == []

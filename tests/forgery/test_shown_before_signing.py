"""What an approver is shown before the tag is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.brief import Running, Unknown
from helmforge.domain.brief.changes import Changes
from helmforge.domain.brief.decision import SignOffs
from helmforge.errors import RefusedError, UnreachableError
from tests.forgery.court import ADA, AUTHOR, BO, CHART, CI, EVE, IMAGE, NOW, PREFIX, Outside, rules

if TYPE_CHECKING:
    from helmforge.domain.brief import Summary
    from helmforge.domain.cluster import ReleaseKey, ReleaseRevision
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
    court.outside.runs_in("prod", court.commit)
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


def test_without_a_cluster_only_who_is_certain_to_have_written_it_is_refused(screen: Screen) -> None:
    """Bo changed the service once, and so did kim, whose commit is released."""
    court = screen.court
    with court.trunk(rules("{}")):
        court.repo.git("config", "user.email", BO)
        court.repo.write({"services/shop/notes.txt": "bo\n"})
        old = court.repo.commit("by bo")
        court.repo.git("config", "user.email", AUTHOR)
        court.repo.write({"services/shop/notes.txt": "kim\n"})
        new = court.repo.commit("by kim")
        court.repo.push("main")
        court.push("shop/2.0.0", court.raw("shop/2.0.0", "claim", CI, target=new))
        court.outside = Unreachable()
        for author in (AUTHOR, CI):
            with pytest.raises(RefusedError, match="may not approve") as caught:
                court.approve(author, version="2.0.0")
            assert caught.value.why == f"{author} is an author of the change"
        for created in (True, False):
            approved = court.approve(BO, version="2.0.0")
            assert approved.created is created
            assert "the cluster does not answer. If it is, release promote will not count" in approved.note
        assert court.approve(EVE, version="2.0.0").note == ""
        court.outside = Outside()
        with pytest.raises(RefusedError, match="may not approve"):
            court.approve(BO, version="2.0.0")
        assert court.promote(version="2.0.0") == ("approvals/prod/shop/2.0.0/" + EVE,)
        court.outside.runs_in("prod", old)
        assert len(court.promote(version="2.0.0")) == 2
        assert court.approve(BO, version="2.0.0").note == ""


def test_nothing_is_shown_where_nothing_is_signed(screen: Screen) -> None:
    with pytest.raises(RefusedError):
        screen.court.approve_looking(AUTHOR, screen.show)
    assert screen.court.approve(ADA).created
    assert not screen.court.approve_looking(ADA, screen.show).created
    assert screen.seen == []

"""Commits and approvals in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.pieces import Outside, Section, Table, not_known, say
from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block, Sentence
    from helmforge.domain.brief import Brief, Summary
    from helmforge.domain.brief.changes import Changes
    from helmforge.domain.brief.decision import SignOffs
    from helmforge.domain.git import Commit

_MOST = 50


def changes_section(brief: Brief) -> Section:
    changes = brief.changes
    if isinstance(changes, Unknown):
        return Section("Changes", (not_known(changes.why),))
    since = f"since {brief.subject.environment}'s version" if changes.since else "of the service so far"
    return Section(f"Changes {since}", tuple(_changes(changes)))


def _changes(changes: Changes) -> Iterator[Block]:
    if not changes.commits:
        yield say("no commit touches the service")
    else:
        yield _counted(changes)
        yield _commits(changes.commits)
        if len(changes.commits) > _MOST:
            yield say(f"and {len(changes.commits) - _MOST} older ones")
    if changes.lost:
        yield _taken_back(changes)
        yield _commits(changes.lost)


def changes_in_short(summary: Summary) -> Iterator[Sentence]:
    """Without the commits themselves."""
    changes = summary.changes
    if isinstance(changes, Unknown):
        yield not_known(changes.why)
        return
    yield _counted(changes) if changes.commits else say("no commit touches the service")
    if changes.lost:
        yield _taken_back(changes)


def _counted(changes: Changes) -> Sentence:
    people = [f"{person} ({number})" for person, number in changes.authors]
    commits, by = _count(len(changes.commits), "commit"), _count(len(people), "author")
    return say(f"{commits} by {by}: ", Outside(", ".join(people)))


def _taken_back(changes: Changes) -> Sentence:
    return say(f"taken back: {_count(len(changes.lost), 'commit')} of what runs now, not in this version")


def _commits(commits: tuple[Commit, ...]) -> Table:
    rows = (
        (
            Outside(one.oid[:12]),
            one.time.date().isoformat(),
            Outside(one.author.name),
            Outside(one.subject),
        )
        for one in commits[:_MOST]
    )
    return Table(("commit", "date", "author", "subject"), tuple(rows))


def approvals_section(brief: Brief) -> Section:
    approvals = brief.approvals
    if isinstance(approvals, Unknown):
        return Section("Approvals", (not_known(approvals.why),))
    return Section("Approvals", tuple(_approvals(approvals)))


def approvals_in_short(approvals: SignOffs) -> Sentence:
    counts = f"{len(approvals.valid)} of {approvals.required} needed, {approvals.remaining} to go; "
    return say(counts, Outside(approvals.rule))


def _approvals(approvals: SignOffs) -> Iterator[Block]:
    yield approvals_in_short(approvals)
    if approvals.note:
        yield say("note: ", Outside(approvals.note))
    rows = [(Outside(_person(tag)), "counts") for tag in approvals.valid]
    rows += [
        (Outside(_person(tag)), Outside(f"does not count: {reason}")) for tag, reason in approvals.rejected
    ]
    if rows:
        yield Table(("by", "approval"), tuple(rows))


def _person(tag: str) -> str:
    """All that stands where the address should: a part of it could pretend to be one."""
    return tag.split("/", 4)[-1]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

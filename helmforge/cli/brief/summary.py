"""What is about to be signed, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.history import approvals_in_short, changes_in_short
from helmforge.cli.brief.page import subject_of
from helmforge.cli.brief.pieces import Command, Page, Section, say
from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block
    from helmforge.domain.brief import Summary


def summary_page(summary: Summary) -> Page:
    subject = summary.subject
    title = f"{subject.service} {subject.version} for {subject.environment}"
    return Page(title, (Section("What is to be approved", tuple(_blocks(summary))),))


def _blocks(summary: Summary) -> Iterator[Block]:
    yield from subject_of(summary)
    for sentence in changes_in_short(summary):
        yield say("changes: ", *sentence.pieces)
    if not isinstance(summary.approvals, Unknown):
        yield say("approvals: ", *approvals_in_short(summary.approvals).pieces)
    yield say("differences, vulnerabilities, and how to undo it:")
    subject = summary.subject
    yield Command(f"helmforge release brief {subject.service} {subject.version} --env {subject.environment}")

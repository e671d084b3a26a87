"""The order of a brief: what decides first, the long differences last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.artifact import findings_section, image_section, values_section
from helmforge.cli.brief.cluster import before_section, diff_section, objects_section
from helmforge.cli.brief.history import approvals_section, changes_section
from helmforge.cli.brief.pieces import Command, Outside, Page, Section, not_known, say
from helmforge.cli.printing import age
from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block, Sentence
    from helmforge.domain.brief import Brief, Summary


def page_of(brief: Brief) -> Page:
    subject = brief.subject
    sections = (
        Section("What is to be approved", tuple(subject_of(brief))),
        approvals_section(brief),
        changes_section(brief),
        before_section(brief),
        image_section(brief),
        findings_section(brief),
        values_section(brief),
        objects_section(brief),
        Section("What happens", tuple(_outcome(brief))),
        Section("How to undo it", tuple(_undo(brief))),
        diff_section(brief),
    )
    title = f"{subject.service} {subject.version} for {subject.environment}"
    return Page(title, tuple(one for one in sections if one.blocks))


def subject_of(brief: Summary) -> Iterator[Block]:
    yield _running(brief)
    yield say("commit ", Outside(brief.subject.commit[:12]))
    yield say("image ", Outside(brief.subject.image))
    yield say("chart ", Outside(brief.subject.chart))


def _running(brief: Summary) -> Sentence:
    running, name = brief.running, brief.subject.environment
    if isinstance(running, Unknown):
        return say(f"what runs in {name} is not known: ", Outside(running.why))
    if not running.version:
        return say(f"nothing runs in {name}")
    since = age(running.since, brief.made)
    commit = (", commit ", Outside(running.commit[:12])) if running.commit else (", deployed by hand",)
    return say(f"{name} runs ", Outside(running.version), *commit, f", for {since}" if since else "")


def _outcome(brief: Brief) -> Iterator[Block]:
    outcome, approvals = brief.outcome, brief.approvals
    if isinstance(outcome, Unknown):
        yield not_known(outcome.why)
        return
    for obstacle in outcome.obstacles:
        yield say("refused, whoever approves: ", Outside(obstacle))
    remaining = 1 if isinstance(approvals, Unknown) else approvals.remaining
    if remaining:
        yield Command(outcome.approve)
    if remaining > 1:
        yield say(f"{remaining - 1} more approvals are needed then")
    yield say("with enough approvals somebody promotes it:" if remaining else "approved; to promote it:")
    yield Command(outcome.promote)
    for number, step in enumerate(outcome.steps, start=1):
        yield say(f"step {number}: ", Outside(step))


def _undo(brief: Brief) -> Iterator[Block]:
    undo = brief.outcome.undo if not isinstance(brief.outcome, Unknown) else brief.outcome
    if isinstance(undo, Unknown):
        yield not_known(undo.why)
    elif undo:
        yield Command(undo)
    else:
        yield say(
            f"nothing ran in {brief.subject.environment} before: there is no version to go back to. "
            "A first deployment that fails is removed again."
        )

"""For programs: docs/events.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from helmforge.domain.brief import Brief, Running
    from helmforge.domain.brief.before import Stay
    from helmforge.domain.brief.changes import Changes
    from helmforge.domain.brief.decision import Outcome, SignOffs
    from helmforge.domain.brief.findings import FindingsChange
    from helmforge.domain.brief.image import ImageChange
    from helmforge.domain.brief.objects import Difference
    from helmforge.domain.git import Commit


def document(brief: Brief) -> dict[str, Any]:
    """A part that is not known is `{"unknown": why}`."""
    return {
        **asdict(brief.subject),
        "made": brief.made.isoformat(),
        "running": _part(brief.running, _running),
        "changes": _part(brief.changes, _changes),
        "difference": _part(brief.difference, _difference),
        "values": _part(brief.lone_keys, lambda keys: {"onlyIn": [asdict(one) for one in keys]}),
        "imageSize": _part(brief.image, _image),
        "vulnerabilities": _part(brief.findings, _findings),
        "before": _part(brief.before, _before) if brief.before else None,
        "approvals": _part(brief.approvals, _approvals),
        "outcome": _part(brief.outcome, _outcome),
    }


def _part(part: Any, form: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:  # noqa: ANN401 - any part
    return {"unknown": part.why} if isinstance(part, Unknown) else form(part)


def _running(running: Running) -> dict[str, Any]:
    return {"version": running.version, "commit": running.commit, "since": _time(running.since)}


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "since": changes.since,
        "commits": list(map(_commit, changes.commits)),
        "takenBack": list(map(_commit, changes.lost)),
        "authors": [
            {"name": person.name, "email": person.email, "commits": number}
            for person, number in changes.authors
        ],
    }


def _commit(commit: Commit) -> dict[str, Any]:
    return {
        "commit": commit.oid,
        "time": commit.time.isoformat(),
        "author": commit.author.name,
        "email": commit.author.email,
        "subject": commit.subject,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    objects = [asdict(one) | {"action": str(one.action)} for one in difference.objects]
    return {"since": difference.since, "objects": objects, "unchanged": difference.unchanged}


def _image(image: ImageChange) -> dict[str, Any]:
    return {
        "platform": image.platform,
        "bytes": image.size,
        "bytesBefore": image.before,
        "bytesAdded": image.added,
        "bytesRemoved": image.removed,
        "blobsAdded": image.layers_added,
        "blobsRemoved": image.layers_removed,
    }


def _findings(change: FindingsChange) -> dict[str, Any]:
    added = [asdict(one.finding) | {"standing": one.standing.value} for one in change.added]
    return {
        "scanner": change.scanner,
        "compared": change.compared,
        "added": added,
        "removed": [asdict(one) for one in change.removed],
        "kept": change.kept,
    }


def _before(stay: Stay) -> dict[str, Any]:
    return {
        "environment": stay.environment,
        "version": stay.version,
        "same": stay.same,
        "since": _time(stay.since),
        "pods": _part(stay.pods, lambda pods: {"list": [asdict(pod) for pod in pods]}),
    }


def _approvals(approvals: SignOffs) -> dict[str, Any]:
    return {
        "required": approvals.required,
        "remaining": approvals.remaining,
        "valid": list(approvals.valid),
        "rejected": [{"tag": tag, "reason": reason} for tag, reason in approvals.rejected],
        "rule": approvals.rule,
        "note": approvals.note,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    undo = {"unknown": outcome.undo.why} if isinstance(outcome.undo, Unknown) else {"command": outcome.undo}
    return {
        "steps": list(outcome.steps),
        "obstacles": list(outcome.obstacles),
        "approve": outcome.approve,
        "promote": outcome.promote,
        "undo": undo,
    }


def _time(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""

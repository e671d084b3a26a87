"""The job summary: one page of Markdown that says what a run did, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.boundary import render_error
from helmforge.cli.output.markdown import block, code, link, row, table
from helmforge.cli.pipeline.orphans import orphan_lines
from helmforge.cli.reasons import why
from helmforge.flows.events import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from helmforge.cli.output.report import Report, Subject
    from helmforge.domain.ci import Ci
    from helmforge.errors import HelmforgeError
    from helmforge.flows.events import Outcome

LIMIT = 1024 * 1024 - 4096
"""Bytes: GitHub refuses a step's summary of more than 1 MiB. Some are left for others."""

_CUT = "\n_The rest is left out: a summary holds 1 MiB._\n"
_FEW = 4  # services that fit beside each other
_MOST_ERROR_LINES = 60
_WORDS = {Status.FAILED: "**failed**", Status.INTERRUPTED: "**interrupted**"}


def summary_page(report: Report, ci: Ci, limit: int = LIMIT) -> str:
    """At most `limit` bytes; what does not fit is cut between lines of a table or between sections."""
    page: list[str] = []
    room = limit - len(_CUT.encode())
    for part in _parts(report, ci):
        room -= len(part.encode(errors="replace")) + 1
        if room < 0:
            return "\n".join([*page, _CUT]) if page else ""
        page.append(part)
    return "\n".join([*page, ""])


def _parts(report: Report, ci: Ci) -> Iterator[str]:
    yield from _opening(report, ci)
    yield from _results(report)
    yield from _errors(report.errors)
    yield from _notes(report.summary.notes)
    yield from _artifacts(report)
    yield from reasons_and_orphans(report.subject)


def _opening(report: Report, ci: Ci) -> Iterator[str]:
    subject = report.subject
    yield f"## helmforge {subject.command}: {report.verdict}\n"
    about = [code(subject.title)] if subject.title else []
    if subject.commit:
        address = f"{ci.commit_url}{subject.commit}" if ci.commit_url else ""
        about.append(f"commit {link(subject.commit[:12], address)}")
    about += [f"flow {subject.flow}"] if subject.flow else []
    about += [link("this run", ci.run_url)] if ci.run_url else []
    if about:
        yield ", ".join(about) + "\n"
    if report.verdict == "nothing to do":
        yield f"Nothing to do: {code(subject.idle)}\n" if subject.idle else "Nothing to do.\n"


def _results(report: Report) -> list[str]:
    """Services and steps, with the longer of the two going down."""
    cells = {
        (str(service), planned.id.partition("/")[2]): _cell(report.summary.outcomes[planned.id])
        for service, steps in report.summary.plan.by_service.items()
        for planned in steps
    }
    services = list(dict.fromkeys(service for service, _ in cells))
    steps = list(dict.fromkeys(step for _, step in cells))
    if not cells:
        return []
    if len(services) <= _FEW:
        rows: list[list[str]] = [
            [code(step), *(cells.get((service, step), "") for service in services)] for step in steps
        ]
        return [*table(["Step", *map(code, services)], rows), ""]
    rows = [[code(service), *(cells.get((service, step), "") for step in steps)] for service in services]
    return [*table(["Service", *map(code, steps)], rows), ""]


def _cell(outcome: Outcome) -> str:
    word = _WORDS.get(outcome.status, outcome.status.value)
    took = outcome.status in {Status.DONE, Status.FAILED, Status.INTERRUPTED}
    return f"{word} {outcome.seconds:.1f} s" if took else word


def _errors(errors: Sequence[HelmforgeError]) -> Iterator[str]:
    if errors:
        yield "### Errors\n"
    for error in errors:
        lines = render_error(error).splitlines()
        cut = [f"... ({len(lines) - _MOST_ERROR_LINES} lines more in the log)"]
        yield block(lines[:_MOST_ERROR_LINES] + (cut if len(lines) > _MOST_ERROR_LINES else [])) + "\n"


def _notes(notes: Sequence[str]) -> Iterator[str]:
    if notes:
        yield "### Notes\n"
        yield from (f"- {code(note)}" for note in notes)
        yield ""


def _artifacts(report: Report) -> Iterator[str]:
    known = {service: facts for service, facts in report.artifacts.items() if facts}
    if not known:
        return
    yield "### Artifacts\n"
    yield from table(["Service", "Image", "Digest", "Chart", "Chart digest"], ())
    for service, facts in known.items():
        names = ("image", "digest", "chart", "chart_digest")
        yield row([code(service), *(code(facts.get(name, "")) for name in names)])
    yield ""


def reasons_and_orphans(subject: Subject) -> Iterator[str]:
    if subject.orphans:
        yield "### Orphaned releases\n"
        yield from (f"- {code(line)}" for line in orphan_lines(subject.orphans))
        yield ""
    if subject.reasons:
        yield "### Why these services\n"
        yield from table(["Service", "Because of"], ())
        yield from (row([code(reason.service), code(why(reason))]) for reason in subject.reasons)
        yield ""

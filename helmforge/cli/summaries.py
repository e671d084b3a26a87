"""The end of a run: what was done, skipped and not done for each service, and the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from helmforge.domain.plan import Plan
    from helmforge.flows.summary import Summary


_STATUS_WIDTH = 9


def print_summary(summary: Summary, output: str, idle: str = "") -> None:
    """On stdout: the result. `idle` says why there is no step."""
    if output == "json":
        from helmforge.cli.output.json_lines import summary_line  # noqa: PLC0415 - a plan is printed without it

        click.echo(summary_line(summary))
        return
    width = max([_STATUS_WIDTH, *(len(outcome.status.value) for outcome in summary.outcomes.values())])
    for service, steps in summary.plan.by_service.items():
        click.echo(service)
        for planned in steps:
            outcome = summary.outcomes[planned.id]
            facts = ", ".join(f"{key}={value}" for key, value in outcome.facts.items() if "digest" in key)
            note = "; ".join(part for part in (outcome.reason, facts) if part)
            click.echo(
                f"  {outcome.status.value:<{width}} {clean(planned.step.title)}"
                + (f"  [{clean(note)}]" if note else "")
            )
    if not summary.plan.steps:
        click.echo(f"nothing to do: {clean(idle)}" if idle else "nothing to do")
    elif summary.settled:
        click.echo("nothing to do: everything is as it should be")


def plan_lines(plan: Plan) -> list[str]:
    lines: list[str] = []
    for service, steps in plan.by_service.items():
        lines.append(service)
        lines += [f"  {planned.step.verb:<12} {clean(planned.step.title)}" for planned in steps]
    return lines


def plan_document(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "id": planned.id,
            "service": planned.step.service.name,
            "verb": planned.step.verb,
            "title": planned.step.title,
            "needs": list(planned.needs),
        }
        for planned in plan
    ]

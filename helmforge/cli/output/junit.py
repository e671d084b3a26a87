"""Steps as JUnit XML, which Jenkins, GitLab and Azure show as test results.

Cleaned text has none of the characters that XML 1.0 forbids even when they are escaped (production 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from helmforge.cli.boundary import render_error
from helmforge.cli.printing import clean
from helmforge.errors import ExitCode
from helmforge.flows.events import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.cli.output.report import Report
    from helmforge.domain.plan import PlannedStep
    from helmforge.errors import HelmforgeError
    from helmforge.flows.events import Outcome

_OURS = "helmforge"
_JUDGED = {ExitCode.FAILED, ExitCode.REFUSED}


def junit(report: Report) -> bytes:
    """One suite for each service, one case for each step. A step that said no is a failure, one that could
    not tell (an outside system, a defect, an interruption) an error. There is at least one case: Jenkins
    takes a file without any for a broken one.
    """
    root = ET.Element("testsuites", name=_OURS)
    for service, steps in report.summary.plan.by_service.items():
        root.append(_suite(service, steps, report.summary.outcomes))
    if report.failure is not None:
        root.append(_single(report, _problem(report.failure)))
    elif not len(root):
        root.append(_single(report, ET.Element("skipped", message=clean(f"nothing to do: {_idle(report)}"))))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _suite(name: str, steps: Sequence[PlannedStep], outcomes: Mapping[str, Outcome]) -> ET.Element:
    suite = ET.Element("testsuite", name=name)
    for planned in steps:
        outcome = outcomes[planned.id]
        case = _case(suite, name, planned.id.partition("/")[2], outcome.seconds)
        case.extend(_result(outcome))
    return _counted(suite, sum(outcomes[planned.id].seconds for planned in steps))


def _single(report: Report, result: ET.Element) -> ET.Element:
    suite = ET.Element("testsuite", name=_OURS)
    _case(suite, _OURS, report.subject.command, 0.0).append(result)
    return _counted(suite, 0.0)


def _case(suite: ET.Element, service: str, step: str, seconds: float) -> ET.Element:
    """Named by the step's kind, not its title: with versions in names no CI sees a history."""
    return ET.SubElement(suite, "testcase", classname=f"{_OURS}.{service}", name=step, time=f"{seconds:.3f}")


def _counted(suite: ET.Element, seconds: float) -> ET.Element:
    suite.set("tests", str(len(suite)))
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{seconds:.3f}")
    return suite


def _result(outcome: Outcome) -> list[ET.Element]:
    if outcome.status is Status.DONE:
        return []
    if outcome.error is not None:
        return [_problem(outcome.error)]
    if outcome.status is Status.INTERRUPTED:
        return [ET.Element("error", type="Interrupted", message="interrupted while it ran")]
    reason = f"{outcome.status.value}: {outcome.reason}" if outcome.reason else outcome.status.value
    return [ET.Element("skipped", message=clean(reason))]


def _problem(error: HelmforgeError) -> ET.Element:
    tag = "failure" if error.exit_code in _JUDGED else "error"
    problem = ET.Element(tag, type=type(error).__name__, message=clean(error.what))
    problem.text = "\n".join(clean(line) for line in render_error(error).splitlines())
    return problem


def _idle(report: Report) -> str:
    return report.subject.idle or "no step"

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# Which CI system runs the tests is not what they are about.
for mark in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"):
    os.environ.pop(mark, None)

# A shell's background jobs ignore Ctrl-C, and so would what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Time limits say something about the machine and its other guests, not about the code.
settings.register_profile("helmforge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("helmforge")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what tests counted with `record_property("evidence", ...)`, also under xdist."""
    lines = sorted(_evidence(terminalreporter))
    if lines:
        terminalreporter.section("evidence")
        for line in lines:
            terminalreporter.write_line(line)


def _evidence(reporter: pytest.TerminalReporter) -> Iterator[str]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, ()):
            if isinstance(report, pytest.TestReport):
                yield from (str(value) for name, value in report.user_properties if name == "evidence")

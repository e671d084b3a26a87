"""Shims record what a tool took by itself, and change nothing for whoever calls it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.processes import Sample
from bench.shims import Shims, Tool, described, read, total

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/usr/bin:/bin"


@pytest.fixture
def shims(tmp_path: Path) -> Shims:
    return Shims(tmp_path, {"sh": Path("/bin/sh"), "cat": Path("/bin/cat")})


def run(environment: Mapping[str, str], *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, env=dict(environment), input=stdin, capture_output=True, text=True, check=False
    )


def test_streams_and_exit_codes_pass(shims: Shims) -> None:
    environment = shims.environment({"PATH": PATH})
    done = run(environment, "env", "sh", "-c", "cat; echo oops >&2; exit 3", stdin="a\nb")
    assert (done.returncode, done.stdout, done.stderr) == (3, "a\nb", "oops\n")


def test_a_tool_within_a_tool_is_part_of_it(shims: Shims) -> None:
    environment = shims.environment({"PATH": PATH})
    run(environment, "env", "sh", "-c", "cat; cat")
    run(environment, "env", "cat")
    assert described(shims.tools()) in {"1 sh, 1 cat", "1 cat, 1 sh"}


def test_each_run_starts_anew(shims: Shims) -> None:
    run(shims.environment({"PATH": PATH}), "env", "cat")
    shims.environment({"PATH": PATH})
    assert shims.tools() == []


def test_what_a_shim_writes() -> None:
    recorded = "helm 1790000000.250000 1790000001.750000\n0m0.001s 0m0.002s\n1m0.500s 0m0.250s\n"
    assert read(recorded) == Tool("helm", Sample(1.5, 60.75))


def test_times_are_summed() -> None:
    assert total([Tool("a", Sample(1, 2)), Tool("b", Sample(3, 4))]) == Sample(4, 6)

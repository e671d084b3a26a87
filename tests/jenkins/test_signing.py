"""What signs images in Jenkins: only `helmforge pipeline run` of the trunk and of releases sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.jenkins.jenkinsfiles import ALLOWED, BRIEF, PROMOTE, RUN, build, generated
from tests.support.jenkins import run_builds

if TYPE_CHECKING:
    from pathlib import Path

_SECTION = "    // begin yours: sign-credentials\n    body()\n"
_OWN = "    // begin yours: sign-credentials\n    withEnv(['COSIGN_PRIVATE_KEY=the key']) { body() }\n"


def _signing(folder: Path) -> Path:
    file = generated(folder)
    text = file.read_text(encoding="utf-8")
    assert _SECTION in text
    file.write_text(text.replace(_SECTION, _OWN), encoding="utf-8")
    return file


@pytest.mark.integration
def test_only_what_publishes_is_wrapped(tmp_path: Path) -> None:
    file = _signing(tmp_path / "signing")
    release = build(file, "release/billing/v1.2.0", "release", ["billing"], inputs=["ada", "bob"])
    scenarios = (
        release,
        build(file, "main", "trunk", ["billing"]),
        build(file, "PR-7", "pull-request", ["billing"], env={"CHANGE_ID": "7"}),
        build(file, "feature/x", "feature", ["billing"]),
    )
    results, calls = run_builds(tmp_path, [replace(each, keys=["COSIGN_PRIVATE_KEY"]) for each in scenarios])
    assert calls <= ALLOWED
    assert [result.failure for result in results] == [""] * len(results)
    seen = [
        {event.script for event in result.of("sh") if event.env["COSIGN_PRIVATE_KEY"]} for result in results
    ]
    assert seen == [{RUN}, {RUN}, set(), set()]
    assert {BRIEF, PROMOTE} <= set(results[0].scripts())

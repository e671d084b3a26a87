"""Branch names as an attacker or a slip of the finger makes them: judged, shown harmlessly, never run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.output.logs import github
from tests.road.scene import assert_refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.commands import Ran

pytestmark = pytest.mark.integration

CANARY = "canary"
RUN_IT = f"touch${{IFS}}{CANARY}"
# Git takes all of these, on the remote too
PUSHABLE = [
    f"release/$({RUN_IT})/1.0.0",
    f"release/`{RUN_IT}`/1.0.0",
    f"release/notification/1.0.0;{RUN_IT}",
    f"release/notification/$({RUN_IT})",
    f"release/'\"&&{RUN_IT}&&\"'/1.0.0",
    "release/notification/1.0.0'",
    'release/"notification"/1.0.0',
    "release/-x/1.0.0",
    "release/notification/-1.0.0",
    "release/notification/1.0.0/more",
    "release/unknown/1.0.0",
    "release/notification/not-a-version",
    "release/approvals/1.0.0",
    "release/notificat\u0131on/1.0.0",
    "release/notification/1.0.0\u202e",
]
# Git refuses these, but a variable can hold anything
UNPUSHABLE = [
    "release/../../x/1.0.0",
    "release/notification/..",
    "release/notification/1.0.0\nflow=trunk",
    "release/notification/1.0.0\n::error::fooled",
    "release/notification/1.0.0\x1b]0;fooled\x07",
    "release/noti fication/1.0.0",
    "release//1.0.0",
    "release/",
]


def on_github(scene: Scene, branch: str, tmp_path: Path, *arguments: str) -> Ran:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": "0" * 40}), encoding="utf-8")
    return scene.shop.run(
        *(arguments or ("pipeline", "run")),
        GITHUB_ACTIONS="true",
        GITHUB_EVENT_NAME="push",
        GITHUB_REF=f"refs/heads/{branch}",
        GITHUB_SHA=scene.shop.repo.head(),
        GITHUB_EVENT_PATH=str(event),
    )


def assert_nothing_ran(scene: Scene) -> None:
    assert list(scene.shop.folder.rglob(CANARY)) == []


def assert_harmless(ran: Ran) -> None:
    """Nothing that a terminal would obey, and nothing for the runner but helmforge's own annotation."""
    text = ran.out + ran.err
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
    (obeyed,) = github(text)
    assert obeyed.name == "error"
    assert ran.err.startswith(f"error: {obeyed.properties['title']}\n")


@pytest.mark.parametrize("branch", PUSHABLE)
def test_a_pushed_branch_with_a_bad_name_is_refused(scene: Scene, branch: str, tmp_path: Path) -> None:
    scene.pushed(branch)
    with scene.unchanged():
        ran = on_github(scene, branch, tmp_path)
    assert_refused(ran, 2)
    assert_harmless(ran)
    assert_nothing_ran(scene)


@pytest.mark.parametrize("branch", UNPUSHABLE)
def test_a_name_that_git_could_not_have_is_refused(scene: Scene, branch: str, tmp_path: Path) -> None:
    with scene.unchanged():
        ran = on_github(scene, branch, tmp_path)
    assert_refused(ran, 2, "is not a release branch")
    assert_harmless(ran)


@pytest.mark.parametrize(
    ("branch", "parts"),
    [
        ("release/unknown/1.0.0", ("there is no service 'unknown'", "known services: notification, orders")),
        ("release/notifcation/1.0.0", ("did you mean 'notification'?",)),
        ("release/notification/not-a-version", ("'not-a-version' is not a version", "MAJOR.MINOR.PATCH")),
        ("release/../../x/1.0.0", ("does not have the form release/{service}/{version}",)),
        ("release/-x/1.0.0", ("'-x' is not a service name", "release cut")),
    ],
)
def test_the_error_says_what_is_wrong_with_the_name(
    scene: Scene, branch: str, parts: tuple[str, ...]
) -> None:
    with scene.unchanged():
        assert_refused(scene.shop.run("pipeline", "run", "--ref", branch), 2, *parts)


def test_a_feature_branch_with_a_hostile_name_is_checked_and_its_name_never_run(
    scene: Scene, tmp_path: Path
) -> None:
    branch = f"feature/$({RUN_IT});'\"`{RUN_IT}`|{RUN_IT}"
    scene.pushed(branch, {"services/notification/index.html": "changed\n"})
    with scene.unchanged():
        ran = on_github(scene, branch, tmp_path, "pipeline", "run", "-o", "json")
    assert ran.code == 0, ran.err
    assert ran.statuses == {"test": "done", "lint": "done", "render": "done"}
    assert_nothing_ran(scene)


def test_a_branch_that_looks_like_an_option_is_nobodys_business(scene: Scene, tmp_path: Path) -> None:
    branch = f"--upload-pack={RUN_IT}"
    scene.pushed(branch)
    with scene.unchanged():
        ran = on_github(scene, branch, tmp_path)
    assert (ran.code, "nothing to do" in ran.out) == (0, True), ran.err
    assert_nothing_ran(scene)


def test_the_outputs_for_github_hold_no_line_of_the_branchs_name(scene: Scene, tmp_path: Path) -> None:
    branch = 'feature/x\nservices=["fooled"]\nflow=release'
    ran = on_github(scene, branch, tmp_path, "pipeline", "plan", "-o", "github")
    assert ran.code == 0, ran.err
    names = [line.partition("=")[0] for line in ran.out.splitlines()]
    assert names == ["matrix", "services", "affected", "flow", "promotions"]
    assert "fooled" not in ran.out
    assert "flow=feature" in ran.out.splitlines()


@pytest.mark.parametrize(
    ("name", "code"),
    [("-x", 2), ("$(touch canary)", 2), ("../x", 2), ("no\nservice", 2), ("Notification", 2)],
)
def test_a_bad_service_name_on_the_command_line_is_refused(scene: Scene, name: str, code: int) -> None:
    with scene.unchanged():
        assert_refused(scene.shop.run("release", "cut", "--", name, "1.0.0"), code)
    assert_nothing_ran(scene)


@pytest.mark.parametrize("version", ["1", "1.0.0+build", "../1.0.0", "-1.0.0", "$(touch canary)", "1.0.0\n"])
def test_a_bad_version_on_the_command_line_is_refused(scene: Scene, version: str) -> None:
    with scene.unchanged():
        ran = scene.shop.run("release", "cut", "--", "notification", version)
    assert_refused(ran, 2, "is not a version")
    assert_nothing_ran(scene)

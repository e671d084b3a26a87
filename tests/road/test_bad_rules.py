"""What a rule forbids: exit code 3, the rule's reason, and a world in which nothing happened."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.adapters.registry.pushing import Pusher
from tests.road.scene import assert_refused
from tests.support.repositories import Clone
from tests.support.shop import APPROVER, DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.commands import Ran

pytestmark = pytest.mark.integration

STRANGER = "eve@example.com"
PROMOTE = ("release", "promote", "notification", "1.0.0", "--env", "prod")
APPROVE = ("release", "approve", "notification", "1.0.0", "--env", "prod")


@pytest.fixture(scope="module")
def released(scene: Scene) -> Scene:
    """notification 1.0.0 runs in QA."""
    scene.release("1.0.0")
    return scene


@contextlib.contextmanager
def approval(scene: Scene, approver: str = APPROVER, made_by: str = "", **changes: str) -> Iterator[None]:
    """A hand-made approval tag on the remote, for as long as the test needs it."""
    name = f"approvals/prod/notification/1.0.0/{approver}"
    document = {
        "schema": "helmforge.dev/approval/v1",
        "environment": "prod",
        "service": "notification",
        "version": "1.0.0",
        "image": scene.shop.digest("notification", "1.0.0"),
        "chart": scene.shop.digest("charts/notification", "1.0.0"),
        "approver": approver,
        "expires": (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds"),
    } | changes
    repo = scene.shop.repo
    commit = repo.remote_refs()["refs/tags/notification/1.0.0^{}"]
    identity = ("-c", f"user.email={made_by or approver}", "-c", "user.name=Someone")
    repo.git(*identity, "tag", "--annotate", f"--message={json.dumps(document)}", name, commit)
    repo.git("push", "--quiet", "origin", f"refs/tags/{name}")
    try:
        yield
    finally:
        repo.git("tag", "--delete", name)
        repo.git("push", "--quiet", "origin", f":refs/tags/{name}")


def promote(scene: Scene) -> Ran:
    with scene.unchanged():
        return scene.shop.run(*PROMOTE)


def test_the_hand_made_approval_of_these_tests_counts(released: Scene) -> None:
    """Otherwise the refusals below would prove nothing."""
    with approval(released):
        plan = released.shop.good(*PROMOTE, "--dry-run")
    assert "copy" in plan.out


def test_promotion_without_approval(released: Scene) -> None:
    ran = promote(released)
    assert_refused(ran, 3, "not approved for prod", "0 of 1 approvals", "release approve notification 1.0.0")


@pytest.mark.parametrize("what", ["image", "chart"])
def test_an_approval_for_another_digest(released: Scene, what: str) -> None:
    with approval(released, **{what: f"sha256:{'0' * 64}"}):
        ran = promote(released)
    assert_refused(ran, 3, f"does not count: it is for {what} sha256:0000")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"environment": "qa"}, "its document is about"),
        ({"version": "1.0.1"}, "its document is about"),
        ({"schema": "other"}, "its document is of schema 'other'"),
        ({"more": "keys"}, "unknown or missing keys"),
        ({"expires": "tomorrow"}, "its expiry is not a date"),
    ],
)
def test_an_approval_that_says_something_else(released: Scene, changes: dict[str, str], reason: str) -> None:
    with approval(released, **changes):
        ran = promote(released)
    assert_refused(ran, 3, "does not count", reason)


def test_an_approval_in_the_name_of_somebody_else(released: Scene) -> None:
    with approval(released, made_by=STRANGER):
        ran = promote(released)
    assert_refused(ran, 3, f"it was made by {STRANGER}")


def test_an_expired_approval(released: Scene) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    with approval(released, expires=yesterday):
        ran = promote(released)
    assert_refused(ran, 3, "it expired at", "release approve notification 1.0.0")


def test_an_approval_that_gives_itself_more_time_than_the_trunk_allows(released: Scene) -> None:
    made = (datetime.now(UTC) - timedelta(days=20)).isoformat(timespec="seconds")
    released.shop.repo.environment["GIT_COMMITTER_DATE"] = made
    try:
        with approval(released, expires="2099-01-01T00:00:00+00:00"):
            ran = promote(released)
    finally:
        del released.shop.repo.environment["GIT_COMMITTER_DATE"]
    assert_refused(ran, 3, "it expired at")


def test_the_author_approves(released: Scene) -> None:
    with released.unchanged():
        ran = released.shop.run(*APPROVE, email=DEVELOPER)
    assert_refused(ran, 3, f"{DEVELOPER} may not approve", "is an author of the change", "somebody else")
    with approval(released, DEVELOPER):
        assert_refused(promote(released), 3, "is an author of the change")


def test_somebody_approves_who_is_not_on_the_list(released: Scene) -> None:
    with released.unchanged():
        ran = released.shop.run(*APPROVE, email=STRANGER)
    assert_refused(ran, 3, "is not among the approvers", APPROVER)
    with approval(released, STRANGER):
        assert_refused(promote(released), 3, "is not among the approvers")


def test_nobody_knows_who_approves(released: Scene, tmp_path: Path) -> None:
    clone = Clone(tmp_path / "anonymous", released.shop.repo.environment)
    released.shop.repo.git("clone", "--quiet", released.shop.repo.remote.as_uri(), str(clone.root))
    with released.unchanged():
        ran = released.shop.run(*APPROVE, at=clone, GIT_CONFIG_GLOBAL=os.devnull)
    assert_refused(ran, 2, "Git does not know who you are", "user.email")


def test_an_address_that_cannot_stand_in_a_ref_cannot_approve(released: Scene) -> None:
    with released.unchanged():
        ran = released.shop.run(*APPROVE, email="a/../b@example.com")
    assert_refused(ran, 2, "cannot approve", "git config user.email")


def test_the_production_tag_is_taken_by_another_image(released: Scene) -> None:
    image = Pusher(released.shop.registry, "prod/notification").image("1.0.0")
    try:
        with approval(released):
            ran = promote(released)
    finally:
        released.forget_tag("prod/notification", "1.0.0")
    assert_refused(ran, 3, "prod/notification:1.0.0 is taken by another image", image["digest"], "overwrites")


@pytest.mark.parametrize("verb", ["approve", "promote"])
def test_a_version_that_was_never_released(released: Scene, verb: str) -> None:
    with released.unchanged():
        ran = released.shop.run("release", verb, "notification", "9.9.9", "--env", "prod", email=APPROVER)
    assert_refused(ran, 3, "notification 9.9.9 was never released", "release cut notification 9.9.9")


def test_a_prerelease_may_not_go_to_production(released: Scene) -> None:
    with released.unchanged():
        ran = released.shop.run("release", "promote", "notification", "1.1.0-rc.1", "--env", "prod")
    assert_refused(ran, 3, "1.1.0-rc.1 is a prerelease", "environments.prod.prereleases", "final version")


@pytest.mark.parametrize("spelling", ["1.0.0", "v1.0.0"])
def test_a_version_that_was_released_from_another_commit(released: Scene, spelling: str) -> None:
    branch = f"release/notification/{spelling}"
    before = released.shop.repo.git("rev-parse", "origin/release/notification/1.0.0")
    released.pushed(branch, {"services/notification/index.html": f"later, {spelling}\n"})
    try:
        with released.unchanged():
            ran = released.shop.run("pipeline", "run", "--ref", branch)
    finally:
        released.shop.repo.git("push", "--quiet", "origin", f":refs/heads/{branch}")
        released.shop.repo.git("push", "-q", "origin", f"+{before}:refs/heads/release/notification/1.0.0")
    assert_refused(ran, 3, "already released from another commit", "refs/tags/notification/1.0.0", "--patch")


def test_a_version_whose_tag_is_no_claim(released: Scene) -> None:
    """Before anything is built."""
    branch, tag = "release/notification/1.2.0", "refs/tags/notification/1.2.0"
    released.pushed(branch, {"services/notification/index.html": "by hand\n"})
    released.shop.repo.git("push", "--quiet", "origin", f"HEAD:{tag}")
    try:
        with released.unchanged():
            ran = released.shop.run("pipeline", "run", "--ref", branch)
    finally:
        released.shop.repo.git("push", "--quiet", "origin", f":{tag}", f":refs/heads/{branch}")
    assert_refused(ran, 3, "notification/1.2.0 claims no version", "lightweight", f"--delete origin {tag}")
    assert "build" not in ran.out


@pytest.mark.parametrize("version", ["1.0.0", "v1.0.0", "0.9.0"])
def test_a_cut_of_a_version_that_exists_or_goes_backwards(released: Scene, version: str) -> None:
    released.shop.change("README.md", f"the trunk moves on for {version}\n")
    with released.unchanged():
        ran = released.shop.run("release", "cut", "notification", version)
    assert_refused(ran, 3, "release cut" if version != "0.9.0" else "would go backwards")


def test_a_dirty_work_tree_is_not_released(scene: Scene) -> None:
    scene.pushed("release/notification/3.0.0")
    scene.shop.repo.write({"services/notification/index.html": "not committed\n"})
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", "release/notification/3.0.0")
    what = "the work tree of notification differs"
    assert_refused(ran, 3, what, "services/notification/index.html", "commit or remove these files")


def test_the_checkout_is_not_the_tip_of_the_release_branch(scene: Scene) -> None:
    tip = scene.pushed("release/notification/3.1.0", {"services/notification/index.html": "tip\n"})
    scene.shop.repo.checkout("main")
    with scene.unchanged():
        ran = scene.shop.run("pipeline", "run", "--ref", "release/notification/3.1.0")
    assert_refused(ran, 3, "not the tip of release/notification/3.1.0", tip[:12], "git switch --detach")

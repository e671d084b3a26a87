"""`release brief` in every form, on two released versions whose secrets must not show."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.console import Typed, script
from tests.docs.events_page import documented_document
from tests.docs.markdown import ROOT, Page
from tests.docs.matching import fits
from tests.road.scene import assert_refused
from tests.support.commands import Ran
from tests.support.repositories import Clone
from tests.support.shop import APPROVER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.shop import Shop

pytestmark = pytest.mark.integration

BO = "bo@example.com"
CANARIES = {"1.0.0": "canary-one-4711", "1.1.0": "canary-two-4712"}
GREETINGS = {"1.0.0": "hello", "1.1.0": "hello, everybody"}
FORMS = ("text", "markdown", "html", "json")
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {{name: notification-login}}
stringData: {{login: {0}, constant: always-the-same}}
"""


def brief(scene: Scene, *options: str, at: Clone | None = None, **environment: str) -> Ran:
    command = ("release", "brief", "notification", "1.1.0", "--env", "prod", *options)
    return scene.shop.run(*command, email=APPROVER, at=at, **environment)


def on_a_terminal(shop: Shop, *arguments: str) -> tuple[Ran, str]:
    """As somebody who looks at standard error; what is shown there is the second."""
    master, slave = os.openpty()
    argv = [sys.executable, "-m", "helmforge", *arguments]
    with subprocess.Popen(
        argv,
        cwd=shop.repo.root,
        env=shop.environment(APPROVER),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=slave,
        text=True,
    ) as process:
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the last one has closed the other end
            while part := os.read(master, 4096):
                shown += part
        out, _ = process.communicate(timeout=60)
    os.close(master)
    return Ran(process.returncode, out, ""), shown.decode().replace("\r\n", "\n")


def withdraw(shop: Shop, approver: str = APPROVER) -> None:
    tag = f"refs/tags/approvals/prod/notification/1.1.0/{approver}"
    if tag in shop.repo.remote_refs():
        shop.repo.git("push", "--quiet", "origin", f":{tag}")


@pytest.fixture(scope="module")
def released(scene: Scene) -> Scene:
    """1.0.0, which bo wrote as well, in production, 1.1.0 in QA."""
    shop, chart = scene.shop, "services/notification/chart"
    shop.repo.checkout("main")
    own = (shop.repo.root / chart / "values-prod.yaml").read_text(encoding="utf-8")
    for version, canary in CANARIES.items():
        shop.repo.checkout("main")
        variables = f"env: {{API_TOKEN: {canary}, GREETING: '{GREETINGS[version]}'}}\n"
        shop.repo.write(
            {
                f"{chart}/templates/login.yaml": SECRET.format(canary),
                f"{chart}/values-prod.yaml": own + variables,
                "services/notification/index.html": f"{version}\n",
            }
        )
        trailer = f"\n\nCo-authored-by: Bo <{BO}>" if version == "1.0.0" else ""
        shop.repo.commit(f"Greet everybody{trailer}")
        shop.repo.push("main")
        scene.release(version)
        if version == "1.0.0":
            shop.approve(version)
            shop.good("release", "promote", "notification", version, "--env", "prod")
    return scene


def test_it_is_what_the_page_shows_and_changes_nothing(released: Scene) -> None:
    (typed,) = [step for step in script(Page(ROOT / "docs" / "brief.md")) if isinstance(step, Typed)]
    with released.unchanged():
        ran = released.shop.run(*typed.command.split()[1:], email=APPROVER)
    assert (ran.code, ran.err) == (0, "")
    assert fits(typed.shown, ran.out), ran.out


@pytest.mark.parametrize("form", FORMS)
def test_no_form_shows_a_secret(released: Scene, form: str) -> None:
    ran = brief(released, "-o", form)
    assert ran.code == 0, ran.err
    coded = [base64.b64encode(canary.encode()).decode() for canary in CANARIES.values()]
    shown = [
        secret for secret in (*CANARIES.values(), *coded, "always-the-same") if secret in ran.out + ran.err
    ]
    assert shown == []
    assert "value 2" in ran.out
    assert "hello, everybody" in ran.out


def test_the_json_is_as_documented(released: Scene) -> None:
    assert set(brief(released, "-o", "json").document) == documented_document("helmforge release brief")


def test_an_approver_whose_laptop_reaches_no_cluster(released: Scene, tmp_path: Path) -> None:
    ran = brief(released, KUBECONFIG=str(tmp_path / "none"))
    assert ran.code == 0, ran.err
    assert "what runs in prod is not known: " in ran.out
    assert "so everybody who ever changed the service counts as an author" in ran.out
    assert "2 commits by" not in ran.out
    assert "helmforge release approve notification 1.1.0 --env prod" in ran.out


def test_a_shallow_clone(released: Scene, tmp_path: Path) -> None:
    repo = released.shop.repo
    origin = repo.git("remote", "get-url", "origin")
    repo.git(
        "clone", "--quiet", "--depth=1", f"file://{origin.removeprefix('file://')}", str(tmp_path / "clone")
    )
    ran = brief(released, "-o", "json", at=Clone(tmp_path / "clone", repo.environment))
    assert ran.code == 0, ran.err
    unknown = {name for name, part in ran.document.items() if isinstance(part, dict) and "unknown" in part}
    assert unknown == {"changes", "approvals", "vulnerabilities"}
    assert "shallow" in json.dumps(ran.document["changes"])


def test_what_was_never_published(released: Scene) -> None:
    never = ("release", "brief", "notification", "7.7.7", "--env", "prod")
    assert_refused(released.shop.run(*never), 3, "was never released")
    here = ("release", "brief", "notification", "1.1.0", "--env", "qa")
    assert_refused(released.shop.run(*here), 2, "needs no approval")


def test_approvals_are_counted_and_forgeries_named(released: Scene) -> None:
    """Last: it signs."""
    repo, forged = released.shop.repo, "approvals/prod/notification/1.1.0/eve@example.com"
    repo.git("tag", "--annotate", "--message=<script>no JSON</script>", forged)
    repo.git("push", "--quiet", "origin", f"refs/tags/{forged}")
    released.shop.approve("1.1.0")
    approvals = brief(released, "-o", "json").document["approvals"]
    assert (approvals["required"], approvals["remaining"]) == (1, 0)
    assert approvals["valid"] == ["approvals/prod/notification/1.1.0/ada@example.com"]
    (rejected,) = approvals["rejected"]
    assert rejected == {"tag": forged, "reason": "its message is not a JSON document"}
    text = brief(released).out
    assert "1 of 1 needed, 0 to go" in text
    assert "approved; to promote it:" in text


def test_on_a_terminal_it_is_told_in_short_before_it_is_signed(released: Scene) -> None:
    """And nothing is asked: there is no standard input."""
    shop = released.shop
    withdraw(shop)
    ran, shown = on_a_terminal(
        shop, "release", "approve", "notification", "1.1.0", "--env", "prod", "-o", "json"
    )
    assert (ran.code, ran.document["created"]) == (0, True), shown
    assert shown.startswith("notification 1.1.0 for prod\n\nWhat is to be approved\n  prod runs 1.0.0, ")
    assert "\n  changes: 1 commit by 1 author: " in shown
    assert "\n  approvals: 0 of 1 needed, 1 to go; " in shown
    assert shown.endswith("\n  $ helmforge release brief notification 1.1.0 --env prod\n\n")
    withdraw(shop)
    piped = shop.approve("1.1.0")
    assert (piped.err, piped.out.splitlines()[0]) == (
        "",
        f"approved notification 1.1.0 for prod as {APPROVER}",
    )
    withdraw(shop)


def test_an_author_of_older_versions_approves_without_the_cluster(released: Scene, tmp_path: Path) -> None:
    approve = ("release", "approve", "notification", "1.1.0", "--env", "prod")
    with released.trunk_says(f"from: [{APPROVER}", f"from: [{BO}, {APPROVER}"):
        alone = released.shop.good(*approve, email=BO, KUBECONFIG=str(tmp_path / "none"))
        assert alone.out.splitlines()[0] == f"approved notification 1.1.0 for prod as {BO}"
        assert "\n  note     you changed notification before, and nobody could tell" in alone.out
        asked = released.shop.good(*approve, "-o", "json", email=BO).document
    assert (asked["created"], asked["note"]) == (False, "")
    assert set(asked) == documented_document("helmforge release approve")
    withdraw(released.shop, BO)

"""What lint says of the waivers of image scans. No service here has a chart, so Helm is not asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import ChartFolders
from helmforge.adapters.files import WorkTree
from helmforge.adapters.git import GitRepository
from helmforge.adapters.helm import HelmCli
from helmforge.adapters.process import Runner
from helmforge.domain.findings import exit_code
from helmforge.flows.lint import lint
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.findings import Finding

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 21)
FILE = ".helmforge/waivers.yaml"
CONFIG = f"""\
registry: myrepo.cr.io
scan: {{command: trivy, ignoreFile: {FILE}}}
environments:
  qa: {{cluster: {{context: dev}}, deploy: on-release}}
"""
WAIVER = """\
  - id: CVE-2026-1
    reason: not reachable
    owner: team-shop
    expires: {expires}
    services: [{services}]
"""


def waiver(expires: str = "2026-11-21", services: str = "cart") -> str:
    return WAIVER.format(expires=expires, services=services)


def findings(folder: Path, text: str | None, *names: str) -> tuple[Finding, ...]:
    services = {"services/cart/service.yaml": "", "services/shop/service.yaml": ""}
    repository = Monorepo(folder, {"helmforge.yaml": CONFIG, **services})
    if text is not None:
        repository.write({FILE: text})
    runner = Runner(repository.environment)
    git = GitRepository.discover(repository.root, runner)
    files, folders = WorkTree(git.root), ChartFolders(git.root)
    work = folder / "work-of-lint"
    work.mkdir()
    return lint(
        git, files, folders, HelmCli(runner, "no-such-helm"), names, work, today=TODAY, jobs=1
    ).findings


def test_waivers_that_hold_are_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, "waivers:\n" + waiver() + waiver(services="cart, shop")) == ()


def test_expired_waivers_are_found_at_their_day(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "waivers:\n" + waiver() + waiver(expires="2026-11-20"))
    assert (found.rule, str(found.place)) == ("waivers/expired", f"{FILE}:10:5")
    assert "CVE-2026-1 expired after 2026-11-20" in found.reason
    assert "team-shop" in found.remedy
    assert exit_code([found]) == 1


def test_services_that_do_not_exist_are_found_at_their_name(tmp_path: Path) -> None:
    text = "waivers:\n" + waiver(services="cart, shpo, elsewhere")
    first, second = findings(tmp_path, text)
    assert (first.rule, str(first.place), first.key) == (
        "waivers/service",
        f"{FILE}:6:22",
        "waivers[0].services[1]",
    )
    assert (first.reason, first.remedy) == ("there is no service 'shpo'", "did you mean 'shop'?")
    assert "'elsewhere'" in second.reason
    assert "did you mean" not in second.remedy


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        (None, FILE, "it does not exist"),
        ("waivers:\n" + waiver(expires="2026-02-30"), f"{FILE}:5", "expected a day of the calendar"),
        ("waivers:\n- {id: CVE-1, reason: x, expires: 2027-01-01}\n", f"{FILE}:2", "owner"),
        ("waivers: [\n", f"{FILE}:2", ""),
        ("wavers: []\n", f"{FILE}:1", "waivers: expected a value"),
    ],
)
def test_a_broken_file_is_found_where_it_is_broken(
    tmp_path: Path, text: str | None, place: str, part: str
) -> None:
    found, *_ = findings(tmp_path, text, "cart")
    assert (found.rule, str(found.place)) == ("waivers/invalid", place)
    assert part in found.reason
    assert exit_code([found]) == 2


def test_for_some_services_only_whether_the_file_is_valid_matters(tmp_path: Path) -> None:
    assert findings(tmp_path, "waivers:\n" + waiver("2020-01-01", "gone"), "cart") == ()

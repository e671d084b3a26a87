"""What lint finds, with both Helms, in a chart that is broken in one way."""

from __future__ import annotations

import io
import tarfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import ChartFolders
from helmforge.adapters.files import WorkTree
from helmforge.adapters.git import GitRepository
from helmforge.adapters.helm import HelmCli
from helmforge.adapters.process import Runner
from helmforge.errors import MissingToolError, UsageError
from helmforge.flows.lint import lint
from tests.flows.lint_cases import BOTH, CASES
from tests.support.charted import ABOUT, CHART, CONFIG, SCHEMA, VALUES, charted
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.findings import Finding
    from helmforge.flows.lint import Report
    from tests.flows.lint_cases import Case
    from tests.support.repositories import Monorepo

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 21)


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> str:
    return str(require_tool(request.param))


def _report(repository: Monorepo, helm: str, *names: str) -> Report:
    runner = Runner(repository.environment)
    git = GitRepository.discover(repository.root, runner)
    work = repository.folder / "work-of-lint"
    work.mkdir(exist_ok=True)
    files, folders = WorkTree(git.root), ChartFolders(git.root)
    return lint(git, files, folders, HelmCli(runner, helm), names, work, today=TODAY, jobs=2)


def _place(finding: Finding) -> str:
    return str(finding.place).removeprefix(f"{CHART}/")


def test_a_good_chart_has_no_findings(tmp_path: Path, helm: str) -> None:
    report = _report(charted(tmp_path), helm)
    assert report.findings == ()
    assert (report.services, report.environments, report.without_chart) == (("shop",), BOTH, ())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_mistake_is_one_finding(tmp_path: Path, helm: str, case: Case) -> None:
    repository = charted(tmp_path, {case.file: case.text, **case.also})
    (finding,) = _report(repository, helm).findings
    assert (_place(finding), finding.rule) == (case.place, case.rule)
    assert finding.reason.startswith(case.reason) or case.reason in finding.reason
    assert (finding.key, finding.environments, finding.service) == (case.key, case.environments, "shop")
    assert finding.remedy
    assert finding.remedy == (case.remedy or finding.remedy)


def test_bytes_that_are_no_text(tmp_path: Path, helm: str) -> None:
    repository = charted(tmp_path)
    (repository.root / CHART / "values.yaml").write_bytes(VALUES.encode() + b"# caf\xe9\n")
    (finding,) = _report(repository, helm).findings
    assert (_place(finding), finding.rule) == ("values.yaml:7", "file/yaml")
    assert finding.reason.startswith("not UTF-8 text")


def test_a_template_cannot_lead_out_of_the_repository(tmp_path: Path, helm: str) -> None:
    """Its output may claim any source, its failure any place."""
    lie = "---\n# Source: shop/../../../../../../etc/passwd\nkind: ClusterRole\nmetadata: {name: x}\n"
    (found,) = _report(charted(tmp_path / "a", {"templates/x.yaml": lie}), helm).findings
    assert (found.rule, found.place.file) in {
        ("policy/cluster-role", f"{CHART}/templates/x.yaml"),
        ("policy/cluster-role", f"{CHART}/Chart.yaml"),
    }
    fail = '{{ fail "x/templates/../../../../../etc/passwd:9:9" }}\n'
    (found,) = _report(charted(tmp_path / "b", {"templates/x.yaml": fail}), helm).findings
    assert (found.rule, _place(found)) == ("template/render", "templates/x.yaml:1:4")


def test_what_a_packed_dependency_does_stands_where_it_is_asked_for(tmp_path: Path, helm: str) -> None:
    about = f'{ABOUT}dependencies: [{{name: dep, version: 1.0.0, repository: "https://x.invalid"}}]\n'
    schema = SCHEMA.replace('"mode"', '"dep": {},\n    "mode"')
    repository = charted(tmp_path, {"Chart.yaml": about, "values.schema.json": schema})
    members = {
        "dep/Chart.yaml": "apiVersion: v2\nname: dep\nversion: 1.0.0\nicon: https://x.invalid/\n",
        "dep/templates/role.yaml": "apiVersion: rbac/v1\nkind: ClusterRole\nmetadata: {name: x}\n",
    }
    charts = repository.root / CHART / "charts"
    charts.mkdir()
    with tarfile.open(charts / "dep-1.0.0.tgz", "w:gz") as archive:
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    (found,) = _report(repository, helm).findings
    assert (found.rule, _place(found)) == ("policy/cluster-role", "Chart.yaml:1")


def test_a_link_out_of_the_repository_is_not_read(tmp_path: Path, helm: str) -> None:
    repository = charted(tmp_path)
    outside = tmp_path / "outside.yaml"
    outside.write_text("<<<<<<< ours\n")
    (repository.root / CHART / "notes.txt").symlink_to(outside)
    assert _report(repository, helm).findings == ()


def test_several_mistakes_in_the_values_are_all_told(tmp_path: Path, helm: str) -> None:
    bad = "replicas: x\nimage: {tga: 1, repository: 2}\nmode: off\n"
    findings = _report(charted(tmp_path, {"values-prod.yaml": bad}), helm).findings
    assert [_place(one).partition(":")[2] for one in findings] == ["1:1", "2:9", "2:17", "3:1"]


def test_what_is_broken_for_one_environment_hides_nothing_of_the_other(tmp_path: Path, helm: str) -> None:
    broken = {"values-prod.yaml": "a: [\n", "values-qa.yaml": "modus: fast\n"}
    found = {_place(one): one.rule for one in _report(charted(tmp_path, broken), helm).findings}
    assert found == {"values-prod.yaml:2": "file/yaml", "values-qa.yaml:1:1": "values/unknown-key"}


def test_the_configuration_of_one_service_hides_nothing_of_the_others(tmp_path: Path, helm: str) -> None:
    repository = charted(tmp_path, {"values.yaml": f"{VALUES}modus: 1\n"})
    repository.write(
        {
            "services/cart/service.yaml": "nmae: cart\ntset: make\n",
            "services/trolley/service.yaml": "name: shop\n",
            "services/new/service.yaml": "",
        }
    )
    report = _report(repository, helm)
    assert [(str(one.place), one.rule) for one in report.findings] == [
        ("services/cart/service.yaml:1", "config/invalid"),
        ("services/cart/service.yaml:2", "config/invalid"),
        (f"{CHART}/values.yaml:7:1", "values/unknown-key"),
        ("services/trolley/service.yaml:1", "config/invalid"),
    ]
    assert report.without_chart == ("new",)


def test_only_the_services_asked_for(tmp_path: Path, helm: str) -> None:
    repository = charted(tmp_path)
    repository.write({"services/cart/service.yaml": "nmae: cart\n", "services/new/service.yaml": ""})
    assert _report(repository, helm, "shop").findings == ()
    assert [one.service for one in _report(repository, helm, "cart").findings] == ["cart"]
    with pytest.raises(UsageError) as caught:
        _report(repository, helm, "shpo")
    assert caught.value.hint == "did you mean 'shop'?"


def test_a_broken_configuration_is_a_finding(tmp_path: Path, helm: str) -> None:
    repository = charted(tmp_path)
    repository.write({"helmforge.yaml": CONFIG.replace("qa:", "Q_A:").replace("registry:", "registri:")})
    found = [(str(one.place), one.rule, one.key) for one in _report(repository, helm).findings]
    assert found == [
        ("helmforge.yaml:1", "config/invalid", "registri"),
        ("helmforge.yaml:1", "config/invalid", "registry"),
        ("helmforge.yaml:3", "config/invalid", "environments.Q_A"),
    ]


def test_without_helm_there_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError):
        _report(charted(tmp_path), "no-such-helm")

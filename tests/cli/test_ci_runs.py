"""`pipeline run` and `plan` as CI systems start them, where every name and every output is hostile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.output import logs
from tests.cli.output.hostile import FRAGMENTS, surprising
from tests.cli.output.test_pages import codes_of, rows_of, tokens_of
from tests.support.events import demand_valid
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONFIG = """\
registry: myrepo.cr.io
branches: {feature: ["**"]}
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
"""
BRANCH = "feature/%0A$(id)`id`'\"<b>|x|</b>@all]];isOutput=true,##vso"
FILE = "services/shop/::error::##[group]##vso[task.complete result=Failed;]|`x`<img>]]>\u202e\x1b[2J%0A.c"
TITLE = "::stop-commands::x\n\n##vso[task.setvariable variable=PATH]/tmp\n::set-env name=a::b"
_PRINTS = "import sys; sys.stdout.buffer.write(open('out.bin', 'rb').read()); sys.exit(int(sys.argv[1]))"


def start(repository: Monorepo, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "helmforge", *arguments],
        cwd=repository.root,
        env=repository.environment | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class Hostile(Monorepo):
    """Services `cart`, whose tests pass, and `shop`, whose tests fail."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {"helmforge.yaml": CONFIG})
        for name, code in (("cart", 0), ("shop", 3)):
            test = json.dumps([sys.executable, "-c", _PRINTS, str(code)])
            self.write({f"services/{name}/service.yaml": f"test: {test}\n"})
            printed = "\n".join(FRAGMENTS).encode("utf-8", "surrogatepass")
            (self.root / f"services/{name}/out.bin").write_bytes(printed + b"\n\xff\xfe\x80\n")
        self.commit("services")
        self.push("main")
        self.branch(BRANCH)
        self.write({FILE: "x", "services/cart/x": "x"})
        self.commit(TITLE)

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        with start(self, *arguments, **environment) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out.decode(), err.decode()

    def of_ci(self, system: str) -> dict[str, str]:
        """The variables of a push in each system."""
        files = {"GITHUB_STEP_SUMMARY": "step-summary", "GITHUB_OUTPUT": "output"}
        event = self.folder / "event.json"
        event.write_text("{}", encoding="utf-8")
        known: Mapping[str, Mapping[str, str]] = {
            "github": {
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_NAME": "push",
                "GITHUB_SHA": self.head(),
                "GITHUB_REF": f"refs/heads/{BRANCH}",
                "GITHUB_EVENT_PATH": str(event),
                **{name: str(self.folder / file) for name, file in files.items()},
            },
            "gitlab": {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": BRANCH, "CI_COMMIT_SHA": self.head()},
            "azure": {
                "TF_BUILD": "True",
                "BUILD_REASON": "IndividualCI",
                "BUILD_SOURCEVERSION": self.head(),
                "BUILD_SOURCEBRANCH": f"refs/heads/{BRANCH}",
                "AGENT_TEMPDIRECTORY": str(self.folder),
            },
            "jenkins": {"JENKINS_URL": "https://ci.example", "BRANCH_NAME": BRANCH},
        }
        return dict(known[system])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return Hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "report"


def test_in_github_actions(repository: Hostile, report: Path) -> None:
    ci = repository.of_ci("github")
    code, out, err = repository.run("pipeline", "run", "--jobs", "1", "--junit", str(report), **ci)
    assert code == 1
    commands = logs.github(err)
    names = [one.name if len(one.name) < 64 else "TOKEN" for one in commands]
    assert names == ["group", "stop-commands", "TOKEN", "endgroup"] * 2 + ["error"]
    assert commands[1].text == commands[2].name != commands[5].text == commands[6].name
    assert logs.anything(out) == []
    assert not surprising(out + err)
    outputs = repository.folder / "output"
    assert logs.outputs(outputs.read_text(encoding="utf-8")) == {"result": "failed"}
    page = (repository.folder / "step-summary").read_text(encoding="utf-8")
    assert rows_of(page) == [3, 3, 3, 3, 2, 2, 2]
    assert {one.type for one in tokens_of(page)}.isdisjoint({"html_block", "image", "link_open"})
    assert codes_of(page)[0].startswith("push of feature/%0A$(id)`id`")
    assert [one.get("name") for one in ET.fromstring(report.read_bytes())] == ["cart", "shop"]


def test_in_azure_pipelines(repository: Hostile) -> None:
    code, out, err = repository.run("pipeline", "run", **repository.of_ci("azure"))
    assert code == 1
    commands = logs.azure(err)
    assert [one.name for one in commands] == [
        *["group", "endgroup"] * 2,
        *("task.setvariable", "task.uploadsummary", "task.logissue"),
    ]
    assert (commands[4].properties, commands[4].text) == (
        {"variable": "result", "isOutput": "true"},
        "failed",
    )
    assert logs.azure(out) == []
    assert not surprising(out + err)


def test_in_gitlab_ci(repository: Hostile, report: Path) -> None:
    ci = repository.of_ci("gitlab")
    code, out, err = repository.run("pipeline", "run", "--dotenv", str(report), **ci)
    assert code == 1
    sections = logs.sections(err)
    assert sorted(sections) == [
        (kind, f"helmforge_{service}_test") for kind in ("end", "start") for service in ("cart", "shop")
    ]
    assert not surprising(logs.SECTION.sub("", out + err).replace("\x1b[0K", ""))
    assert report.read_text(encoding="utf-8") == "HELMFORGE_RESULT=failed\n"


def test_in_jenkins(repository: Hostile) -> None:
    code, out, err = repository.run("pipeline", "run", "-v", **repository.of_ci("jenkins"))
    assert code == 1
    assert logs.anything(out + err) == []
    assert not surprising(out + err)


@pytest.mark.parametrize("system", ["github", "azure", "gitlab", "jenkins"])
def test_json_lines_keep_to_the_schema_and_hold_no_command(repository: Hostile, system: str) -> None:
    code, out, err = repository.run("pipeline", "run", "-o", "json", **repository.of_ci(system))
    assert (code, err) == (1, "")
    assert logs.anything(out) == []
    printed = [one["line"] for one in demand_valid(out) if one["event"] == "output"]
    assert "##vso[task.setvariable variable=a;isOutput=true]b" in printed
    assert "::error::pwned" in printed


def test_saying_what_would_be_done_touches_no_report(repository: Hostile, report: Path) -> None:
    report.parent.mkdir()
    report.write_text("of the last run", encoding="utf-8")
    arguments = ("pipeline", "run", "--dry-run", "--junit", str(report))
    assert repository.run(*arguments, **repository.of_ci("gitlab"))[0] == 0
    assert report.read_text(encoding="utf-8") == "of the last run"


@pytest.mark.parametrize("command", [("plan",), ("plan", "-o", "json"), ("run", "--dry-run")])
@pytest.mark.parametrize("system", ["github", "azure"])
def test_a_plan_holds_no_command(repository: Hostile, system: str, command: tuple[str, ...]) -> None:
    code, out, err = repository.run("pipeline", *command, **repository.of_ci(system))
    assert (code, err) == (0, "")
    assert logs.anything(out) == []
    assert not surprising(out)


def test_what_a_plan_hands_to_the_next_jobs(repository: Hostile) -> None:
    matrix = {"include": [{"service": name, "flow": "feature"} for name in ("cart", "shop")]}
    ci = repository.of_ci("github") | {"GITHUB_STEP_SUMMARY": str(repository.folder / "plan-summary")}
    _, out, _ = repository.run("pipeline", "plan", "-o", "github", **ci)
    outputs: dict[str, Any] = logs.outputs(out)
    assert json.loads(outputs.pop("matrix")) == matrix
    assert outputs == {
        "services": '["cart","shop"]',
        "affected": "true",
        "flow": "feature",
        "promotions": "[]",
    }
    page = (repository.folder / "plan-summary").read_text(encoding="utf-8")
    assert "## helmforge pipeline plan: planned" in page.splitlines()
    assert rows_of(page) == [2, 2, 2]


def test_with_nothing_affected_every_system_is_told(repository: Hostile, report: Path) -> None:
    ci = repository.of_ci("github") | {"GITHUB_STEP_SUMMARY": str(report)}
    report.parent.mkdir()
    code, out, err = repository.run("pipeline", "run", "--base", "HEAD", **ci)
    assert (code, out, err) == (0, "nothing to do: no service is affected\n", "")
    assert "Nothing to do: <code>no service is affected</code>" in report.read_text(encoding="utf-8")


@pytest.fixture
def broken(repository: Hostile) -> Iterator[Hostile]:
    place = repository.root / "helmforge.yaml"
    place.write_text(f"{CONFIG}registri: x\n", encoding="utf-8")
    yield repository
    place.write_text(CONFIG, encoding="utf-8")


def test_a_wrong_configuration_is_marked_in_its_file(broken: Hostile) -> None:
    code, _, err = broken.run("pipeline", "plan", GITHUB_ACTIONS="true")
    (error,) = logs.github(err)
    assert (code, error.name, error.properties["file"], error.properties["line"]) == (
        2,
        "error",
        "helmforge.yaml",
        "5",
    )
    _, _, err = broken.run("pipeline", "plan", TF_BUILD="True")
    (issue,) = logs.azure(err)
    assert (issue.properties["sourcepath"], issue.properties["linenumber"]) == ("helmforge.yaml", "5")


@pytest.mark.parametrize(
    "signals", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)], ids=["one", "two at once"]
)
def test_a_cancelled_job_leaves_its_reports(tmp_path: Path, signals: tuple[signal.Signals, ...]) -> None:
    waits = json.dumps([sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(300)"])
    made = Monorepo(tmp_path, {"helmforge.yaml": CONFIG, "services/shop/service.yaml": f"test: {waits}\n"})
    report, summary = tmp_path / "junit.xml", tmp_path / "summary"
    ci = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    arguments = ("pipeline", "run", "--ref", "x", "--service", "shop", "--junit", str(report))
    with start(made, *arguments, **ci) as process:
        assert process.stderr is not None
        lines: list[bytes] = []
        while not lines or lines[-1] != b"  ready\n":
            lines.append(process.stderr.readline())
            assert lines[-1], lines
        for number in signals:
            process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    names = [one.name for one in logs.github(b"".join([*lines, err]).decode())]
    assert (names[0], names[-1]) == ("group", "endgroup")
    assert ET.fromstring(report.read_bytes()).get("errors") == "1"
    assert "## helmforge pipeline run: interrupted" in summary.read_text(encoding="utf-8")

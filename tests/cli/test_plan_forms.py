"""What `pipeline plan` hands to the next jobs of each CI system."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.cli.output.assignments import DOTENV_LIMIT
from helmforge.cli.pipeline.forms import FORMS
from helmforge.config import parse_service, parse_settings
from helmforge.domain.branches import recognise
from helmforge.domain.event import Event, EventKind
from helmforge.domain.git import Commit, Person
from helmforge.domain.oci import RegistryHost
from helmforge.domain.pipeline import promotions
from helmforge.domain.plan import Plan
from helmforge.domain.settings import Registry, Settings
from helmforge.domain.version import Version
from helmforge.flows.pipeline import Pipeline
from tests.cli.output import logs

if TYPE_CHECKING:
    from collections.abc import Iterable

ADA = Person("Ada", "ada@example.com")
COMMIT = Commit("0" * 40, ADA, ADA, datetime(2026, 11, 21, tzinfo=UTC), "x")
SETTINGS = Settings(Registry(RegistryHost("myrepo.cr.io")), ())


def of(branch: str, services: Iterable[str]) -> Pipeline:
    event = Event(EventKind.PUSH, branch)
    made = tuple(parse_service("", f"services/{name}") for name in services)
    return Pipeline(event, recognise(event, SETTINGS), COMMIT, SETTINGS, made, (), Plan())


TRUNK = of("main", ["cart", "till-x"])
RELEASE = of("release/shop/v1.2.0-rc.1", ["shop"])
IDLE = of("feature/experimental/x", [])


def test_for_github() -> None:
    trunk = logs.outputs("\n".join(FORMS["github"](TRUNK)))
    include = [{"service": "cart", "flow": "trunk"}, {"service": "till-x", "flow": "trunk"}]
    assert json.loads(trunk.pop("matrix")) == {"include": include}
    assert trunk == {
        "services": '["cart","till-x"]',
        "affected": "true",
        "flow": "trunk",
        "promotions": "[]",
    }
    release = logs.outputs("\n".join(FORMS["github"](RELEASE)))
    assert (release["flow"], release["service"], release["version"]) == ("release", "shop", "v1.2.0-rc.1")
    idle = logs.outputs("\n".join(FORMS["github"](IDLE)))
    assert json.loads(idle.pop("matrix")) == {"include": []}
    assert idle == {"services": "[]", "affected": "false", "flow": "ignored", "promotions": "[]"}


def test_a_matrix_of_github_never_has_more_jobs_than_it_may() -> None:
    for number, jobs in ((1, 1), (256, 256), (257, 129), (2000, 250)):
        names = [f"s{one}" for one in range(number)]
        outputs = logs.outputs("\n".join(FORMS["github"](of("main", names))))
        groups = [entry["service"] for entry in json.loads(outputs["matrix"])["include"]]
        assert len(groups) == jobs
        assert ",".join(groups).split(",") == names


def test_where_a_release_may_go_after_an_approval() -> None:
    text = """\
registry: r.example
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  stage: {cluster: {context: dev}, deploy: on-approval}
  prod: {cluster: {context: prod}, deploy: on-approval, prereleases: false}
"""
    ours = parse_settings(text)
    assert promotions(ours, Version.parse("1.0.0")) == ("stage", "prod")
    assert promotions(ours, Version.parse("1.0.0-rc.1")) == ("stage",)
    outputs = logs.outputs("\n".join(FORMS["github"](replace(RELEASE, settings=ours))))
    assert outputs["promotions"] == '["stage"]'
    final = replace(RELEASE, settings=ours, branch=replace(RELEASE.branch, version=Version.parse("1.0.0")))
    assert "HELMFORGE_PROMOTIONS=stage prod" in FORMS["gitlab"](final)


def test_for_azure() -> None:
    found = logs.azure("\n".join(FORMS["azure"](TRUNK)))
    assert {(one.name, one.properties["isOutput"]) for one in found} == {("task.setvariable", "true")}
    values = {one.properties["variable"]: one.text for one in found}
    assert json.loads(values.pop("matrix")) == {
        "cart": {"service": "cart", "flow": "trunk"},
        "till_x": {"service": "till-x", "flow": "trunk"},
    }
    assert values == {"services": "cart till-x", "affected": "true", "flow": "trunk", "promotions": "[]"}
    release = {one.properties["variable"]: one.text for one in logs.azure("\n".join(FORMS["azure"](RELEASE)))}
    assert (release["service"], release["version"]) == ("shop", "v1.2.0-rc.1")


def test_a_stage_of_azure_has_no_more_jobs_than_it_may_have() -> None:
    found = logs.azure("\n".join(FORMS["azure"](of("main", [f"s-{number}" for number in range(600)]))))
    (matrix,) = (json.loads(one.text) for one in found if one.properties["variable"] == "matrix")
    assert len(matrix) == 200
    assert matrix["s_0_and_2_more"] == {"service": "s-0,s-1,s-2", "flow": "trunk"}


def test_for_gitlab() -> None:
    assert FORMS["gitlab"](TRUNK) == [
        "HELMFORGE_AFFECTED=true",
        "HELMFORGE_FLOW=trunk",
        "HELMFORGE_SERVICES=cart till-x",
    ]
    assert FORMS["gitlab"](RELEASE) == [
        "HELMFORGE_AFFECTED=true",
        "HELMFORGE_FLOW=release",
        "HELMFORGE_SERVICE=shop",
        "HELMFORGE_VERSION=v1.2.0-rc.1",
        "HELMFORGE_PROMOTIONS=",
        "HELMFORGE_SERVICES=shop",
    ]
    assert FORMS["gitlab"](IDLE)[-1] == "HELMFORGE_SERVICES="


def test_gitlab_refuses_no_file_for_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    many = [f"service-number-{number}" for number in range(2000)]
    lines = FORMS["gitlab"](of("main", many))
    assert lines == ["HELMFORGE_AFFECTED=true", "HELMFORGE_FLOW=trunk"]
    assert f"GitLab takes {DOTENV_LIMIT} bytes" in capsys.readouterr().err


def test_names() -> None:
    assert FORMS["names"](TRUNK) == ["cart", "till-x"]
    assert FORMS["names"](IDLE) == []


@pytest.mark.parametrize("form", FORMS)
def test_no_branch_name_gets_in(form: str) -> None:
    """Names of release branches that are none are refused before: tests/domain/test_branches.py."""
    lines = FORMS[form](of("feature/$(id)\n::error::x", ["shop"]))
    assert lines
    assert not any("id" in line or "error" in line for line in lines)

"""What `pipeline plan` hands to the next jobs of each CI system."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.cli.output.assignments import DOTENV_LIMIT
from helmforge.cli.pipeline.forms import FORMS
from helmforge.config import parse_service
from helmforge.domain.branches import recognise
from helmforge.domain.event import Event, EventKind
from helmforge.domain.git import Commit, Person
from helmforge.domain.oci import RegistryHost
from helmforge.domain.plan import Plan
from helmforge.domain.settings import Registry, Settings
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
    assert trunk == {"services": '["cart","till-x"]', "affected": "true", "flow": "trunk"}
    release = logs.outputs("\n".join(FORMS["github"](RELEASE)))
    assert (release["flow"], release["service"], release["version"]) == ("release", "shop", "v1.2.0-rc.1")
    idle = logs.outputs("\n".join(FORMS["github"](IDLE)))
    assert idle == {"matrix": '{"include":[]}', "services": "[]", "affected": "false", "flow": "ignored"}


def test_for_azure() -> None:
    found = logs.azure("\n".join(FORMS["azure"](TRUNK)))
    assert {(one.name, one.properties["isOutput"]) for one in found} == {("task.setvariable", "true")}
    values = {one.properties["variable"]: one.text for one in found}
    assert json.loads(values.pop("matrix")) == {
        "cart": {"service": "cart", "flow": "trunk"},
        "till_x": {"service": "till-x", "flow": "trunk"},
    }
    assert values == {"services": "cart till-x", "affected": "true", "flow": "trunk"}
    release = {one.properties["variable"]: one.text for one in logs.azure("\n".join(FORMS["azure"](RELEASE)))}
    assert (release["service"], release["version"]) == ("shop", "v1.2.0-rc.1")


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

"""Nobody but the trunk writes a build cache, whatever a branch says about itself."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.clock import SystemClock
from helmforge.config import parse_settings
from helmforge.domain.event import Event, EventKind
from helmforge.domain.plan import BuildImage
from helmforge.flows.pipeline import Request, prepare
from helmforge.flows.steps.image import Images
from helmforge.flows.world import World
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.building import Cache
    from helmforge.domain.settings import Build

CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
build: {cache: {to: "myrepo.cr.io/cache/{service}"}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    files = {"services/shop/service.yaml": "", "services/shop/Dockerfile": "FROM scratch\n"}
    return Monorepo(tmp_path, {"helmforge.yaml": CONFIG, **files})


def world(repository: Monorepo, **ports: Any) -> World:
    unused: Any = SimpleNamespace()
    return replace(World(*(unused for _ in World.__dataclass_fields__)), git=opened(repository), **ports)


def builds(repository: Monorepo, kind: EventKind, branch: str) -> list[BuildImage]:
    settings = parse_settings((repository.root / "helmforge.yaml").read_text(encoding="utf-8"))
    target = "main" if kind is EventKind.PULL_REQUEST else ""
    event = Event(kind, branch, repository.head(), target=target, provider="github")
    events: Any = SimpleNamespace(detect=lambda: event)
    pipeline = prepare(world(repository), settings, events, Request(services=("shop",)))
    return [planned.step for planned in pipeline.plan if isinstance(planned.step, BuildImage)]


def test_the_trunk_does(repository: Monorepo) -> None:
    (step,) = builds(repository, EventKind.PUSH, "main")
    assert str(step.service.build.cache.target) == "myrepo.cr.io/cache/shop"


@pytest.mark.parametrize(
    "service", ["", "build: {cache: {to: myrepo.cr.io/cache/shop}}\n"], ids=["default", "own"]
)
def test_a_branch_that_calls_itself_the_trunk_does_not(repository: Monorepo, service: str) -> None:
    repository.branch("evil")
    repository.write({"helmforge.yaml": f"{CONFIG}trunk: evil\n", "services/shop/service.yaml": service})
    repository.commit("take over")
    repository.push("evil")
    assert builds(repository, EventKind.PUSH, "evil") == []


def test_a_pull_request_reads_only(repository: Monorepo) -> None:
    repository.branch("topic")
    (step,) = builds(repository, EventKind.PULL_REQUEST, "topic")
    cache = step.service.build.cache
    assert ([str(source) for source in cache.sources], cache.target) == (["myrepo.cr.io/cache/shop"], None)


@pytest.mark.parametrize("dirty", [True, False])
def test_what_no_commit_has_is_not_written(repository: Monorepo, *, dirty: bool) -> None:
    (step,) = builds(repository, EventKind.PUSH, "main")
    if dirty:
        repository.write({"services/shop/main.c": "int main;"})
    seen: list[Cache] = []

    def build(given: Build, *_: object) -> None:
        seen.append(given.cache)

    builder = SimpleNamespace(name="none", build=build)
    Images(world(repository, builder=lambda: builder, clock=SystemClock())).build(step, lambda _: None)

    assert seen[0].sources == step.service.build.cache.sources
    assert (seen[0].target is None) is dirty

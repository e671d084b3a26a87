"""What is published of a commit does not tell which address its clone has for the remote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.clock import SystemClock
from helmforge.config import parse_service, parse_settings
from helmforge.domain.artifact import by_commit
from helmforge.domain.git import Commit, Person
from helmforge.domain.oci import SOURCE
from helmforge.domain.plan import BuildImage, PackageChart
from helmforge.flows import steps
from helmforge.flows.step_runners import Effect
from helmforge.flows.world import World

if TYPE_CHECKING:
    from pathlib import Path

OID = "a" * 40
ADA = Person("Ada", "ada@example.com")
COMMIT = Commit(OID, ADA, ADA, datetime(2026, 11, 21, tzinfo=UTC), "subject")
SERVICE = parse_service("", "services/shop")
SETTINGS = parse_settings(
    "registry: myrepo.cr.io\nenvironments:\n  qa: {cluster: {context: dev}, deploy: on-release}\n",
    "helmforge.yaml",
)
CHART = {"Chart.yaml": b"name: shop\nversion: 0.0.0\n", "values.yaml": b"image: {}\n"}
URLS = ["https://ci:token@git.example.com/shop.git", "git@git.example.com:shop.git"]


class Seen:
    """What would be published."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.chart = b""

    def build(self, *build: Any) -> None:
        self.labels = build[3]

    def stage(self, files: dict[str, bytes], _folder: object, _time: object) -> None:
        self.chart = files["Chart.yaml"]


def world(url: str, seen: Seen, work: Path) -> World:
    git = SimpleNamespace(
        root=work,
        remote="origin",
        remote_url=lambda: url,
        dirty_paths=lambda *_: (),
        commit=lambda _: COMMIT,
        files=lambda *_: CHART,
    )
    unused: Any = SimpleNamespace()
    package = work / "shop.tgz"
    package.touch()
    ports: dict[str, Any] = {
        "git": git,
        "clock": SystemClock(),
        "builder": lambda: SimpleNamespace(name="none", build=seen.build),
        "registry": SimpleNamespace(resolve=lambda _: SimpleNamespace(digest=f"sha256:{'0' * 64}")),
        "helm": SimpleNamespace(package=lambda *_: package),
        "archives": SimpleNamespace(stage=seen.stage, normalise=lambda *_: None, members=lambda _: CHART),
    }
    return replace(World(*(unused for _ in World.__dataclass_fields__)), **ports)


def published(url: str, work: Path) -> Seen:
    seen = Seen()
    table = steps.runners(world(url, seen, work), SETTINGS, work).table
    artifact = by_commit(SETTINGS, SERVICE.name, OID)
    for step in (BuildImage(SERVICE, artifact, published=False), PackageChart(SERVICE, artifact)):
        runner = table[type(step)]
        assert isinstance(runner, Effect)
        runner.act(step, lambda _line: None)
    return seen


@pytest.mark.parametrize("url", URLS)
def test_the_source_is_named_without_the_way_to_it(url: str, tmp_path: Path) -> None:
    seen = published(url, tmp_path)
    assert seen.labels[SOURCE] == "https://git.example.com/shop"
    assert b'"https://git.example.com/shop"' in seen.chart


def test_two_clones_of_one_repository_publish_the_same(tmp_path: Path) -> None:
    one, other = (published(url, tmp_path) for url in URLS)
    assert (one.labels, one.chart) == (other.labels, other.chart)

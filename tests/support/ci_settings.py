"""Configurations that generated CI files are tried with, and branches for them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from helmforge import __version__
from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_settings
from helmforge.domain.branches import recognise
from helmforge.domain.ci_files import answers
from helmforge.domain.event import Event, EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.ci_files import CiSystem
    from helmforge.domain.event import Flow
    from helmforge.domain.settings import Settings

_TRUNKS = ("main", "trunk/v1.x", "feature/trunk", "release", "a+b")
_FEATURES = ("feature/**", "**", "*", "feat*", "**/topic", "a/**/b", "users/*/**", "x**y", "fix/#*", "dev")
_IGNORES = ("feature/experimental/**", "**/wip/**", "feature/tmp-*", "release/old/**", "main/**", "**", "dev")
_RELEASES = (
    "release/{service}/{version}",
    "{service}/{version}",
    "rel-{service}/r{version}",
    "{version}/x/{service}",
)
# Those that each configuration knows as something
_PLAIN = (
    *(
        "main",
        "trunk/v1.x",
        "feature/trunk",
        "feature/a",
        "feature/a/b",
        "feature/experimental/a",
        "release/x",
    ),
    *(
        "release/orders/1.0.0",
        "orders/v1.0.0",
        "rel-orders/r1.0.0",
        "1.0.0-rc.1/x/orders",
        "rel-orders/1.0.0",
    ),
)
_PARTS = (
    *(
        "feature",
        "experimental",
        "release",
        "main",
        "trunk",
        "v1.x",
        "wip",
        "tmp-1",
        "topic",
        "users",
        "feat",
        "old",
    ),
    *(
        "a",
        "b",
        "x",
        "y",
        "dev",
        "fix",
        "#1",
        "notification",
        "1.0.0",
        "v2.3.4-rc.1",
        "rel-notification",
        "r1.0.0",
    ),
)
_ENVIRONMENTS = """\
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  pre-prod: {cluster: {context: prod}, deploy: on-approval}
  prod: {cluster: {context: prod}, deploy: on-approval}
"""


def settings_of(text: str = "") -> Settings:
    """`text` are further lines of helmforge.yaml."""
    return parse_settings(f"registry: r.example.com\n{_ENVIRONMENTS}{text}", "helmforge.yaml")


def settings_with(approvals: str, more: str = "") -> Settings:
    """`approvals` are those of pre-prod, `more` further lines."""
    text = _ENVIRONMENTS.replace("on-approval}", f"on-approval, approvals: {approvals}}}", 1)
    return parse_settings(f"registry: r.example.com\n{text}{more}", "helmforge.yaml")


def rendered(system: CiSystem, settings: Settings, path: str = "") -> str:
    return BuiltInPipelines().pipeline(system, answers(settings, system, __version__, path))


def random_settings(number: int, *, seed: int) -> Iterator[Settings]:
    yield settings_of()
    choose = random.Random(seed)
    for _ in range(number):
        feature = choose.sample(_FEATURES, choose.randint(0, 3))
        ignore = choose.sample(_IGNORES, choose.randint(0, 3))
        release = choose.choice(_RELEASES)
        branches = f"feature: {_list(feature)}, ignore: {_list(ignore)}, release: '{release}'"
        yield settings_of(f"trunk: {choose.choice(_TRUNKS)}\nbranches: {{{branches}}}\n")


def random_branches(number: int, *, seed: int) -> list[str]:
    choose = random.Random(seed)
    return [*_PLAIN, *("/".join(choose.choices(_PARTS, k=choose.randint(1, 4))) for _ in range(number))]


def flow_of_push(branch: str, settings: Settings) -> Flow | None:
    """None when helmforge has to tell somebody that the name is wrong."""
    try:
        return recognise(Event(EventKind.PUSH, branch), settings).flow
    except UsageError:
        return None


def _list(globs: list[str]) -> str:
    return "[" + ", ".join(f"'{glob}'" for glob in globs) + "]"

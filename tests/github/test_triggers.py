"""Each branch that helmforge would work on starts the generated workflow."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helmforge.config import parse_settings
from helmforge.domain.branches import recognise
from helmforge.domain.ci_files import CiSystem, answers
from helmforge.domain.ci_files.github import may_deploy, push_filters
from helmforge.domain.event import Event, EventKind, Flow
from helmforge.domain.settings import Branches
from helmforge.errors import UsageError
from tests.github.filters import triggered

if TYPE_CHECKING:
    from helmforge.domain.settings import Settings

_PLAIN = parse_settings(
    "registry: r.example\nenvironments: {qa: {cluster: {context: dev}, deploy: on-release}}"
)
_WORDS = ["a", "b", "+", "a+", "wip", "release", "feature", "shop", "1.0.0", "-x", "a.b", "#", "@a"]
_word = st.sampled_from(_WORDS)
_wild = st.tuples(_word, st.sampled_from(["*", "**", "?"])).map("".join)
_part = st.one_of(_word, st.just("*"), st.just("**"), _wild)
_glob = st.lists(_part, min_size=1, max_size=4).map("/".join)
_name = st.lists(st.lists(_word, min_size=1, max_size=2).map("".join), min_size=1, max_size=4).map("/".join)
_release = st.sampled_from(
    ["release/{service}/{version}", "{service}/{version}", "r+{version}/{service}", "{service}/a/{version}"]
)


def _settings(trunk: str, branches: Branches) -> Settings:
    return replace(_PLAIN, trunk=trunk, branches=branches)


def _flow(settings: Settings, branch: str) -> Flow | None:
    """None for a misspelt release, of which somebody should be told."""
    try:
        return recognise(Event(EventKind.PUSH, branch), settings).flow
    except UsageError:
        return None


def _filters(settings: Settings) -> tuple[str, ...]:
    return push_filters(answers(settings, CiSystem.GITHUB, "1.0.0", ""))


def _from_glob(glob: str, words: list[str]) -> str:
    """A name that `glob` is likely to match."""
    filling = iter(words * 9)
    name = re.sub(r"\*\*|\*|\?", lambda found: next(filling)[: 1 if found[0] == "?" else None], glob)
    return name.strip("/")


@settings(max_examples=200)
@given(
    feature=st.lists(_glob, min_size=1, max_size=3),
    ignore=st.lists(_glob, max_size=3),
    release=_release,
    trunk=_name,
    names=st.lists(_name, min_size=5, max_size=20),
    words=st.lists(_name, min_size=4, max_size=8),
)
def test_no_branch_of_helmforge_is_left_out(
    feature: list[str], ignore: list[str], release: str, trunk: str, names: list[str], words: list[str]
) -> None:
    settings = _settings(trunk, Branches(tuple(feature), tuple(ignore), release))
    filters = _filters(settings)
    likely = [_from_glob(glob, words[skip:]) for glob, skip in product([*feature, *ignore], range(3))]
    releases = [release.format(service="shop", version=word) for word in ("1.0.0", "v1.2.0-rc.1", "one")]
    for branch in [*names, *likely, *releases, trunk]:
        if _flow(settings, branch) is not Flow.IGNORED:
            for folders in (True, False):
                assert triggered(filters, branch, folders=folders), (branch, filters)


@pytest.mark.parametrize(
    ("branch", "starts"),
    [
        ("main", True),
        ("feature/x", True),
        ("feature/experiment/x", True),
        ("feature/experimental/x", False),
        ("feature/experimental/x/y", False),
        ("release/shop/1.0.0", True),
        ("release/shop", True),
        ("main2", False),
        ("fix/x", False),
        ("my/feature/x", False),
    ],
)
def test_the_usual_branches(branch: str, *, starts: bool) -> None:
    filters = _filters(_settings("main", Branches()))
    assert filters == ("feature/**", "!feature/experimental/**", "main", "release/**")
    assert triggered(filters, branch, folders=True) is triggered(filters, branch, folders=False) is starts


def test_what_github_reads_otherwise_is_said_in_its_words() -> None:
    odd = Branches(
        ("a/**/b", "**/c+", "d?", "e**/f"), ("x/**/y", "g?", "h**", "i*/j+", "**/**/k"), "{service}/{version}"
    )
    assert _filters(_settings("2.x+", odd)) == (
        "a/**b",
        "**c\\+",
        "d*",
        "e**f",
        "!x/**/y",
        "!i*/j\\+",
        "2.x\\+",
        "*/*",
    )


def _holds(expression: str, event: str, ref: str) -> bool:
    """GitHub's expression, of which only a few words are used; texts are compared without their case."""
    python = expression.lower().replace("||", "or")
    python = python.replace("github.ref", "ref").replace("github.event_name", "event")
    names = {"ref": ref.lower(), "event": event, "startswith": str.startswith}
    return bool(eval(python, {"__builtins__": {}}, names))


@given(release=_release, trunk=_name, names=st.lists(_name, min_size=5, max_size=10))
def test_no_run_that_may_deploy_is_ever_cancelled(release: str, trunk: str, names: list[str]) -> None:
    settings = _settings(trunk, Branches(("**",), (), release))
    expression = may_deploy(answers(settings, CiSystem.GITHUB, "1.0.0", ""))
    releases = [release.format(service="shop", version=word) for word in ("1.0.0", "v1.2.0-rc.1")]
    for branch in [*names, *releases, trunk]:
        if _flow(settings, branch) in {Flow.TRUNK, Flow.RELEASE}:
            assert _holds(expression, "push", f"refs/heads/{branch}")
    assert not _holds(expression, "pull_request", "refs/pull/1/merge")


def test_feature_branches_and_pull_requests_are_superseded() -> None:
    expression = may_deploy(answers(_settings("main", Branches()), CiSystem.GITHUB, "1.0.0", ""))
    assert not _holds(expression, "push", "refs/heads/feature/x")
    assert not _holds(expression, "push", "refs/heads/mainly")
    assert _holds(expression, "push", "refs/heads/Release/shop/1.0.0")

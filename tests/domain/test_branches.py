"""Recognising what a branch is for by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.domain.branches import BranchRef, glob_matches, recognise, release_branch
from helmforge.domain.event import Event, EventKind, Flow
from helmforge.domain.names import ServiceName
from helmforge.domain.oci import RegistryHost
from helmforge.domain.settings import Branches, Registry, Settings
from helmforge.domain.version import Version
from helmforge.errors import UsageError

REGISTRY = Registry(RegistryHost("myrepo.cr.io"))
SETTINGS = Settings(registry=REGISTRY, environments=())


def pushed(branch: str, settings: Settings = SETTINGS) -> BranchRef:
    return recognise(Event(EventKind.PUSH, branch), settings)


def with_branches(**changes: object) -> Settings:
    return Settings(registry=REGISTRY, environments=(), branches=Branches(**changes))  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("branch", "flow"),
    [
        ("main", Flow.TRUNK),
        ("feature/a", Flow.FEATURE),
        ("feature/a/b/c", Flow.FEATURE),
        ("feature/$(id)", Flow.FEATURE),
        ("feature/line\nbreak", Flow.FEATURE),
        ("feature/experimental", Flow.FEATURE),
        ("feature/experimental/a", Flow.IGNORED),
        ("feature/experimental/a/b", Flow.IGNORED),
        ("feature", Flow.IGNORED),
        ("features/a", Flow.IGNORED),
        ("Main", Flow.IGNORED),
        ("main\n", Flow.IGNORED),
        ("release", Flow.IGNORED),
        ("releases/shop/1.0.0", Flow.IGNORED),
        ("hotfix/a", Flow.IGNORED),
        ("", Flow.IGNORED),
    ],
)
def test_flows_of_pushes(branch: str, flow: Flow) -> None:
    found = pushed(branch)
    assert found.flow is flow
    assert (found.service, found.version) == (None, None)
    assert bool(found.why) == (flow is Flow.IGNORED)


@pytest.mark.parametrize(
    ("branch", "service", "tag"),
    [
        ("release/notification/1.1.2", "notification", "1.1.2"),
        ("release/notification/v1.1.2", "notification", "v1.1.2"),
        ("release/a-b-c/1.2.0-rc.1", "a-b-c", "1.2.0-rc.1"),
    ],
)
def test_release_branches(branch: str, service: str, tag: str) -> None:
    found = pushed(branch)
    assert (found.flow, found.service) == (Flow.RELEASE, service)
    assert found.version is not None
    assert found.version.tag == tag


@pytest.mark.parametrize(
    ("branch", "why"),
    [
        ("release/notification/not-a-version", "'not-a-version' is not a version"),
        ("release/notification/1.0", "'1.0' is not a version"),
        ("release/notification/1.0.0+build", "build metadata"),
        ("release/notification/1.0.0\n", "is not a version"),
        ("release/notification/", "'' is not a version"),
        ("release/notification", "does not have the form release/{service}/{version}"),
        ("release/", "does not have the form"),
        ("release/a/b/1.0.0", "does not have the form"),
        ("release/../../x/1.0.0", "does not have the form"),
        ("release/../1.0.0", "'..' is not a service name"),
        ("release/-x/1.0.0", "'-x' is not a service name"),
        ("release/--upload-pack=id/1.0.0", "is not a service name"),
        ("release/Notification/1.0.0", "lower-case"),
        ("release/$(id)/1.0.0", "'$(id)' is not a service name"),
        ("release/`id`/1.0.0", "is not a service name"),
        ("release/it's/1.0.0", "is not a service name"),
        ('release/say"x"/1.0.0', "is not a service name"),
        ("release/a\nb/1.0.0", "'a\\nb' is not a service name"),
        ("release/größe/1.0.0", "is not a service name"),
        ("release/approvals/1.0.0", "reserved"),
        (f"release/{'a' * 54}/1.0.0", "at most 53"),
        ("release/shop/1.0.0;id", "is not a version"),
        ("release/shop/\u0661.0.0", "is not a version"),
    ],
)
def test_what_only_looks_like_a_release_is_explained(branch: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        pushed(branch)
    error = caught.value
    assert error.what == f"{branch!r} is not a release branch"
    assert why in error.why
    assert error.hint
    assert "\n" not in f"{error}{error.hint}"


def attempt(branch: str) -> tuple[BranchRef | None, str]:
    try:
        return pushed(branch), ""
    except UsageError as error:
        return None, str(error)


@given(st.text())
def test_any_name_is_recognised_or_explained(text: str) -> None:
    for branch in (text, f"release/{text}", f"release/shop/{text}", f"release/{text}/1.0.0"):
        found, complaint = attempt(branch)
        assert complaint.isprintable()
        assert not complaint or branch.startswith("release/")
        if found and found.service and found.version:
            assert release_branch(SETTINGS, found.service, found.version) == branch


def test_pull_requests_into_the_trunk() -> None:
    for branch in ("feature/a", "feature/experimental/a", "release/-x/no", "$(id)"):
        event = Event(EventKind.PULL_REQUEST, branch, target="main")
        assert recognise(event, SETTINGS) == BranchRef(Flow.PULL_REQUEST)


@pytest.mark.parametrize("target", ["", "develop", "release/shop/1.0.0", "main2"])
def test_pull_requests_into_other_branches(target: str) -> None:
    found = recognise(Event(EventKind.PULL_REQUEST, "feature/a", target=target), SETTINGS)
    assert found.flow is Flow.IGNORED
    assert repr(target) in found.why


def test_ignore_wins_over_feature_and_not_over_release() -> None:
    settings = with_branches(feature=("**",), ignore=("wip-*", "release/**"))
    assert pushed("wip-a", settings).flow is Flow.IGNORED
    assert pushed("wip-a/b", settings).flow is Flow.FEATURE
    assert pushed("release/shop/1.0.0", settings).flow is Flow.RELEASE


@pytest.mark.parametrize(
    "template", ["{service}/{version}", "r-{version}/{service}", "deploy/{service}/at/{version}"]
)
def test_other_templates(template: str) -> None:
    settings = with_branches(release=template)
    branch = release_branch(settings, ServiceName("shop"), Version("v1.2.3"))
    assert branch == template.replace("{service}", "shop").replace("{version}", "v1.2.3")
    found = pushed(branch, settings)
    assert (found.flow, found.service, found.version) == (Flow.RELEASE, "shop", Version("v1.2.3"))
    assert pushed("feature/a", settings).flow is Flow.FEATURE


@pytest.mark.parametrize(
    ("glob", "name", "matches"),
    [
        ("feature/*", "feature/a", True),
        ("feature/*", "feature/a/b", False),
        ("feature/*", "feature/", True),
        ("feature/**", "feature/a/b", True),
        ("feature/**", "feature/", False),
        ("**/fix", "fix", True),
        ("**/fix", "a/b/fix", True),
        ("**/fix", "a/bfix", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "az", False),
        ("v?", "v1", True),
        ("v?", "v/", False),
        ("a.b", "axb", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("a**b", "a/x/b", True),
    ],
)
def test_globs(glob: str, name: str, *, matches: bool) -> None:
    assert glob_matches(glob, name) is matches

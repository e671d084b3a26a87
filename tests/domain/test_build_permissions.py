"""Who may write the caches that others build from, and who gets secrets."""

from __future__ import annotations

import pytest

from helmforge.config import parse_service, parse_settings
from helmforge.domain.building import Cache
from helmforge.domain.event import Flow
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.domain.pipeline import Change, plan_pipeline
from helmforge.domain.plan import BuildImage
from helmforge.domain.version import Version

OID = "a" * 40
CACHE = Repository(RegistryHost("cr.example", insecure=True), "cache/shop")
SERVICE = parse_service("build: {secrets: {npm: {env: NPM_TOKEN}}}\n", "services/shop")


def built(flow: Flow, *, rule: str = "", service: str = "", fork: bool = False) -> BuildImage:
    """`rule` is `build.cache` of helmforge.yaml, `service` is service.yaml."""
    settings = parse_settings(
        "registry: {host: cr.example, insecure: true}\n"
        "environments:\n  qa: {cluster: {context: dev}, deploy: on-release}\n"
        f"build: {{cache: {{to: 'cr.example/cache/{{service}}'{rule}}}}}\n"
    )
    version = Version.parse("1.0.0") if flow is Flow.RELEASE else None
    subject = parse_service(service, "services/shop") if service else SERVICE
    plan = plan_pipeline(settings, Change(flow, OID, version, fork), [subject])
    (step,) = (planned.step for planned in plan if isinstance(planned.step, BuildImage))
    return step


@pytest.mark.parametrize(
    ("flow", "rule", "expected"),
    [
        (Flow.PULL_REQUEST, "", Cache((CACHE,))),
        (Flow.TRUNK, "", Cache((CACHE,), CACHE)),
        (Flow.RELEASE, "", Cache()),
        (Flow.RELEASE, ", releases: true", Cache((CACHE,))),
        (Flow.TRUNK, ", from: []", Cache((), CACHE)),
    ],
)
def test_only_the_trunk_writes_and_releases_read_when_told_to(flow: Flow, rule: str, expected: Cache) -> None:
    assert built(flow, rule=rule).service.build.cache == expected


def test_a_service_has_a_cache_of_its_own_or_none() -> None:
    other = built(Flow.TRUNK, service="build: {cache: {from: ['o.example/a', 'o.example/b']}}\n")
    cache = other.service.build.cache
    assert [str(source) for source in cache.sources] == ["o.example/a", "o.example/b"]
    assert cache.target is None
    assert built(Flow.TRUNK, service="build: {cache: {}}\n").service.build.cache == Cache()


@pytest.mark.parametrize("flow", [Flow.TRUNK, Flow.PULL_REQUEST])
def test_a_branch_cannot_let_releases_read_its_cache(flow: Flow) -> None:
    own = "build: {cache: {to: 'cr.example/evil'}}\n"
    assert built(Flow.RELEASE, service=own).service.build.cache == Cache()
    assert (built(flow, service=own).service.build.cache.target is None) is (flow is Flow.PULL_REQUEST)


@pytest.mark.parametrize("fork", [True, False])
def test_forks_get_no_secrets(*, fork: bool) -> None:
    assert built(Flow.PULL_REQUEST, fork=fork).service.build.secrets_withheld is fork

from __future__ import annotations

from dataclasses import replace

import pytest

from helmforge.domain.event import Flow
from helmforge.domain.names import EnvironmentName, ServiceName
from helmforge.domain.oci import RegistryHost
from helmforge.domain.pipeline import Change, plan_pipeline
from helmforge.domain.plan import BuildImage, Deploy, PushImage
from helmforge.domain.provenance.policy import Provenance, ProvenancePolicy, Signing
from helmforge.domain.settings import (
    Build,
    Cluster,
    DeployWhen,
    Environment,
    ImageNamespace,
    Registry,
    Service,
    Settings,
)
from helmforge.domain.version import Version

REGISTRY = Registry(RegistryHost("myrepo.cr.io"))
COMMIT = "0123456789abcdef" * 2 + "01234567"
SERVICE = Service(ServiceName("notification"), "services/notification", Build("Dockerfile", "."), "chart")


def environment(
    name: str, deploy: DeployWhen, images: str = "{service}", *, prereleases: bool = True
) -> Environment:
    return Environment(
        EnvironmentName(name),
        Cluster(name),
        f"shop-{name}",
        deploy,
        ImageNamespace(REGISTRY, images),
        prereleases=prereleases,
    )


SETTINGS = Settings(
    REGISTRY,
    (
        environment("dev", DeployWhen.ON_TRUNK),
        environment("qa", DeployWhen.ON_RELEASE),
        environment("demo", DeployWhen.ON_RELEASE, prereleases=False),
        environment("prod", DeployWhen.ON_APPROVAL, "prod/{service}"),
    ),
)
QUICK = ["test", "lint", "render"]
FULL = [*QUICK, "policy", "build", "scan"]
REACHING = [*QUICK, "policy", "cluster", "build", "scan"]
PUBLISH = ["push-image", "attest", "package", "push-chart", "deploy"]


def verbs(flow: Flow, version: str = "", settings: Settings = SETTINGS) -> list[str]:
    change = Change(flow, COMMIT, Version.parse(version) if version else None)
    return [planned.step.verb for planned in plan_pipeline(settings, change, [SERVICE])]


@pytest.mark.parametrize(
    ("flow", "version", "expected"),
    [
        (Flow.FEATURE, "", QUICK),
        (Flow.PULL_REQUEST, "", FULL),
        (Flow.TRUNK, "", [*REACHING, *PUBLISH]),
        (
            Flow.RELEASE,
            "v1.1.2",
            [*QUICK, "policy", "cluster", "cluster", "build", "scan", "claim", *PUBLISH, "deploy"],
        ),
        (Flow.RELEASE, "1.2.0-rc.1", [*REACHING, "claim", *PUBLISH]),
    ],
)
def test_the_table_of_the_flow(flow: Flow, version: str, expected: list[str]) -> None:
    assert verbs(flow, version) == expected


@pytest.mark.parametrize(
    "settings",
    [
        replace(SETTINGS, provenance=Provenance(sign=Signing("env://COSIGN_PRIVATE_KEY"))),
        replace(
            SETTINGS,
            environments=tuple(
                replace(one, provenance=ProvenancePolicy(slsa=True)) for one in SETTINGS.environments
            ),
        ),
    ],
    ids=["signs", "asks"],
)
def test_what_provenance_needs_is_checked_before_anything_is_built(settings: Settings) -> None:
    release = verbs(Flow.RELEASE, "1.2.0-rc.1", settings)
    assert release == [*QUICK, "policy", "cluster", "provenance", "build", "scan", "claim", *PUBLISH]
    assert "provenance" in verbs(Flow.TRUNK, settings=settings)
    assert verbs(Flow.PULL_REQUEST, settings=settings) == FULL


def test_no_branch_reaches_an_environment_that_asks_for_approval() -> None:
    for flow in (Flow.FEATURE, Flow.PULL_REQUEST, Flow.TRUNK, Flow.RELEASE):
        version = Version.parse("1.0.0") if flow is Flow.RELEASE else None
        for planned in plan_pipeline(SETTINGS, Change(flow, COMMIT, version), [SERVICE]):
            assert not (isinstance(planned.step, Deploy) and planned.step.environment.name == "prod")


def test_the_image_tag_is_literally_the_branchs_and_the_chart_version_is_the_semver() -> None:
    change = Change(Flow.RELEASE, COMMIT, Version.parse("v1.1.2"))
    push = next(p.step for p in plan_pipeline(SETTINGS, change, [SERVICE]) if isinstance(p.step, PushImage))
    assert str(push.artifact.image) == "myrepo.cr.io/notification:v1.1.2"
    assert str(push.artifact.chart) == "myrepo.cr.io/charts/notification:1.1.2"
    assert push.artifact.claim_tag == "notification/v1.1.2"


def test_outside_a_release_the_image_is_named_by_the_commit() -> None:
    plan = plan_pipeline(SETTINGS, Change(Flow.PULL_REQUEST, COMMIT), [SERVICE])
    build = next(p.step for p in plan if isinstance(p.step, BuildImage))
    assert str(build.artifact.image) == "myrepo.cr.io/notification:g0123456789ab"
    assert not build.published


def test_chains_of_services_are_independent() -> None:
    other = replace(SERVICE, name=ServiceName("orders"))
    plan = plan_pipeline(SETTINGS, Change(Flow.FEATURE, COMMIT), [SERVICE, other])
    by_id = {planned.id: planned for planned in plan}
    assert by_id["orders/test"].needs == ()
    assert by_id["orders/lint"].needs == ("orders/test",)
    assert all(need.split("/")[0] == planned.step.service.name for planned in plan for need in planned.needs)


@pytest.mark.parametrize("flow", [Flow.FEATURE, Flow.PULL_REQUEST, Flow.TRUNK, Flow.RELEASE])
def test_a_namespace_is_checked_and_nothing_more(flow: Flow) -> None:
    change = Change(flow, COMMIT, Version("1.0.0") if flow is Flow.RELEASE else None)
    planned = plan_pipeline(SETTINGS, change, [replace(SERVICE, type="namespace")])
    checks = QUICK if flow is Flow.FEATURE else [*QUICK, "policy"]
    assert [one.step.verb for one in planned] == checks

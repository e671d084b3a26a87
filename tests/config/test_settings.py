from __future__ import annotations

from datetime import timedelta

import pytest

from helmforge.config import parse_settings
from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.building import BuilderChoice
from helmforge.domain.names import EnvironmentName, ServiceName
from helmforge.domain.oci import RegistryHost
from helmforge.domain.settings import (
    Branches,
    Cluster,
    DeployWhen,
    Environment,
    ImageNamespace,
    Registry,
    Scan,
    Settings,
)
from tests.config.examples import DESIGN, documented

REGISTRY = Registry(RegistryHost("myrepo.cr.io"))


def test_the_example_of_the_design() -> None:
    qa = Environment(
        name=EnvironmentName("qa"),
        cluster=Cluster("dev"),
        namespace="{context}-qa",
        deploy=DeployWhen.ON_RELEASE,
        images=ImageNamespace(REGISTRY),
    )
    prod = Environment(
        name=EnvironmentName("prod"),
        cluster=Cluster("prod"),
        namespace="{context}-prod",
        deploy=DeployWhen.ON_APPROVAL,
        images=ImageNamespace(REGISTRY, "prod/{service}"),
        prereleases=False,
        approvals=ApprovalPolicy(approvers=("ada@example.com",), expires=timedelta(days=14)),
    )
    assert parse_settings(DESIGN) == Settings(
        registry=REGISTRY,
        environments=(qa, prod),
        branches=Branches(("feature/**",), ("feature/experimental/**",), "release/{service}/{version}"),
        scan=Scan(("trivy",), "HIGH", ".helmforge/waivers.yaml"),
    )


def test_the_documented_examples() -> None:
    whole, shortest, shared = (parse_settings(text) for text in documented("config"))
    assert whole.builder == BuilderChoice("buildah")
    assert whole.environment("prod").timeout == timedelta(minutes=10)
    assert shortest.environments[0].namespace == "{context}-qa"
    service = ServiceName("shop")
    assert str(shared.image_repository(service)) == "registry.example.com:5000/shop/shop"
    assert shared.registry.host.plain_http
    assert str(shared.environments[0].images.repository(service)) == "production.example.com/shop/prod-shop"


def _minimal(more: str = "", environment: str = "") -> str:
    return (
        f"registry: myrepo.cr.io\n{more}\n"
        f"environments:\n  qa:\n    cluster: {{context: dev}}\n    deploy: on-trunk\n{environment}"
    )


def test_everything_else_has_a_default() -> None:
    settings = parse_settings(_minimal())
    assert settings == Settings(registry=REGISTRY, environments=settings.environments)
    assert settings.environments[0] == Environment(
        name=EnvironmentName("qa"),
        cluster=Cluster("dev"),
        namespace="{context}-qa",
        deploy=DeployWhen.ON_TRUNK,
        images=ImageNamespace(REGISTRY),
    )


def test_environments_keep_the_order_of_the_file() -> None:
    names = ["zeta", "alpha", "mid"]
    entries = "".join(f"  {name}: {{cluster: {{context: c}}, deploy: on-release}}\n" for name in names)
    settings = parse_settings(f"registry: r\nenvironments:\n{entries}")
    assert [environment.name for environment in settings.environments] == names


@pytest.mark.parametrize(
    ("written", "registry"),
    [
        ("localhost:5000", Registry(RegistryHost("localhost:5000"))),
        ("ghcr.io/acme/team", Registry(RegistryHost("ghcr.io"), "acme/team")),
        ("{host: ghcr.io/acme}", Registry(RegistryHost("ghcr.io"), "acme")),
        ("{host: 'r:80', insecure: true}", Registry(RegistryHost("r:80", insecure=True))),
    ],
)
def test_registries(written: str, registry: Registry) -> None:
    assert parse_settings(_minimal().replace("myrepo.cr.io", written)).registry == registry


@pytest.mark.parametrize(
    ("written", "repository"),
    [
        ("prod", "myrepo.cr.io/prod/shop"),
        ("teams/prod", "myrepo.cr.io/teams/prod/shop"),
        ('{repository: "prod-{service}"}', "myrepo.cr.io/prod-shop"),
        ("{registry: other.io/x}", "other.io/x/shop"),
        ('{registry: {host: other.io, insecure: true}, repository: "a/{service}/b"}', "other.io/a/shop/b"),
    ],
)
def test_image_namespaces(written: str, repository: str) -> None:
    text = _minimal(environment=f"    imageNamespace: {written}\n")
    settings = parse_settings(text.replace("deploy: on-trunk", "deploy: on-approval"))
    assert str(settings.environments[0].images.repository(ServiceName("shop"))) == repository


@pytest.mark.parametrize(
    ("written", "repository"),
    [
        ("prod", "myrepo.cr.io/prod/charts/shop"),
        ('{repository: "prod-{service}"}', "myrepo.cr.io/prod-charts/shop"),
        ("{registry: other.io/x}", "other.io/x/charts/shop"),
        ('{repository: "prod-{service}", charts: "prod-charts-{service}"}', "myrepo.cr.io/prod-charts-shop"),
    ],
)
def test_places_of_promoted_charts(written: str, repository: str) -> None:
    text = _minimal(environment=f"    imageNamespace: {written}\n")
    text = text.replace("deploy: on-trunk", "deploy: on-approval")
    for end, place in (("", "myrepo.cr.io/charts/shop"), ("charts: {promote: true}\n", repository)):
        settings = parse_settings(text + end)
        found = settings.promoted_chart_repository(settings.environments[0], ServiceName("shop"))
        assert str(found) == place


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("14d", timedelta(days=14)),
    ],
)
def test_durations(written: str, duration: timedelta) -> None:
    settings = parse_settings(_minimal(environment=f"    timeout: {written}\n"))
    assert settings.environments[0].timeout == duration


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("trivy", ("trivy",)),
        ("grype --fail-on high 'a b'", ("grype", "--fail-on", "high", "a b")),
        ("[my-scanner, '--out=$(x)', 'a;b']", ("my-scanner", "--out=$(x)", "a;b")),
    ],
)
def test_commands_are_words(written: str, command: tuple[str, ...]) -> None:
    assert parse_settings(_minimal(f"scan:\n  command: {written}")).scan.command == command


def test_folders_of_services_are_normalised() -> None:
    settings = parse_settings(_minimal("services: [./apps/*/, libs//x, .]"))
    assert settings.services == ("apps/*", "libs/x", ".")


def test_rules_can_be_shared_by_an_alias() -> None:
    text = """\
registry: r
environments:
  eu: {cluster: {context: eu}, deploy: on-approval, approvals: &rules {required: 2}}
  us: {cluster: {context: us}, deploy: on-approval, approvals: *rules}
"""
    assert [one.approvals.required for one in parse_settings(text).environments] == [2, 2]

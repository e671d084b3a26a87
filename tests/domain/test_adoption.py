from __future__ import annotations

import pytest

from helmforge.domain.adoption import FoundService, find_services, service_globs


def _found(*paths: str) -> dict[str, FoundService]:
    return {service.folder: service for service in find_services(paths, "Our.Repo").services}


def _skipped(*paths: str) -> dict[str, str]:
    return dict(find_services(paths, "Our.Repo").skipped)


TAKEN = {
    "a Dockerfile": (["services/shop/Dockerfile"], FoundService("services/shop", "shop")),
    "a Dockerfile in a folder of its own": (
        ["services/shop/docker/Dockerfile"],
        FoundService("services/shop", "shop", dockerfile="docker/Dockerfile"),
    ),
    "its own Dockerfile before one further down": (
        ["services/shop/Dockerfile", "services/shop/docker/Dockerfile"],
        FoundService("services/shop", "shop"),
    ),
    "a Dockerfile deep in a folder for it": (
        ["services/shop/build/package/Dockerfile"],
        FoundService("services/shop", "shop", dockerfile="build/package/Dockerfile"),
    ),
    "a Dockerfile with another name": (
        ["services/shop/Dockerfile.prod", "services/shop/Dockerfile.prod.dockerignore"],
        FoundService("services/shop", "shop", dockerfile="Dockerfile.prod"),
    ),
    "a Containerfile": (
        ["services/shop/Containerfile"],
        FoundService("services/shop", "shop", dockerfile="Containerfile"),
    ),
    "a Dockerfile in the root's folder for it": (
        ["docker/Dockerfile", "main.c"],
        FoundService(".", "our-repo", dockerfile="docker/Dockerfile"),
    ),
    "a folder for Dockerfiles that is all there is": (
        ["docker/shop/Dockerfile"],
        FoundService("docker/shop", "shop"),
    ),
    "a chart in its place": (
        ["services/shop/Dockerfile", "services/shop/chart/Chart.yaml"],
        FoundService("services/shop", "shop", has_chart=True),
    ),
    "a chart without an image": (
        ["jobs/nightly/helm/Chart.yaml"],
        FoundService("jobs/nightly", "nightly", chart="helm", has_chart=True),
    ),
    "a chart that is the folder": (
        ["platform/gateway/Chart.yaml"],
        FoundService("platform/gateway", "gateway", chart=".", has_chart=True),
    ),
    "a chart elsewhere with the service's name": (
        ["services/shop/Dockerfile", "charts/shop/Chart.yaml"],
        FoundService("services/shop", "shop", chart="../../charts/shop", has_chart=True),
    ),
    "a chart deep inside": (
        ["services/shop/Dockerfile", "services/shop/ops/kube/Chart.yaml"],
        FoundService("services/shop", "shop", chart="ops/kube", has_chart=True),
    ),
    "a name that wants mending": (
        ["services/Payment_API/Dockerfile"],
        FoundService("services/Payment_API", "payment-api"),
    ),
    "a repository that is one service": (
        ["Dockerfile", "chart/Chart.yaml"],
        FoundService(".", "our-repo", has_chart=True),
    ),
}


@pytest.mark.parametrize(("paths", "service"), TAKEN.values(), ids=TAKEN)
def test_what_is_a_service(paths: list[str], service: FoundService) -> None:
    assert _found(*paths) == {service.folder: service}


def test_a_configured_service_is_left_as_it_is() -> None:
    found = _found("services/shop/service.yaml", "services/shop/Dockerfile", "services/shop/tool/Dockerfile")
    assert list(found) == ["services/shop"]
    assert found["services/shop"].configured


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/x/Dockerfile",
        "services/shop/vendor/x/Dockerfile",
        ".venv/x/Dockerfile",
        "services/shop/.hidden/Dockerfile",
        "tests/fixtures/Dockerfile",
        "services/shop/testdata/Chart.yaml",
    ],
)
def test_what_is_not_ours(path: str) -> None:
    assert _found(path) == {}


def test_subcharts_and_templates_named_service_yaml_are_no_services() -> None:
    chart = "services/shop/chart"
    paths = (f"{chart}/Chart.yaml", f"{chart}/charts/redis/Chart.yaml", f"{chart}/templates/service.yaml")
    assert list(_found(*paths)) == ["services/shop"]


def test_what_is_left_out_has_a_reason() -> None:
    skipped = _skipped(
        "Dockerfile",
        "services/shop/Dockerfile",
        "services/shop/migrate/Dockerfile",
        "apps/shop/Dockerfile",
        "apps/1st/Dockerfile",
        "apps/approvals/Dockerfile",
    )
    assert skipped.keys() == {".", "services/shop/migrate", "services/shop", "apps/1st", "apps/approvals"}
    assert "inside another service" in skipped["services/shop/migrate"]
    assert "apps/shop has the same name" in skipped["services/shop"]
    assert "reserved" in skipped["apps/approvals"]
    both = _skipped("a/x/Dockerfile", "a/x/chart/Chart.yaml", "a/x/old/Chart.yaml")
    assert both == {"a/x/old": "a/x has the chart a/x/chart"}


ELSEWHERE = [
    "docker/shop/Dockerfile",
    "docker/shop.Dockerfile",
    "Dockerfile.shop",
    "services/shop.Dockerfile",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_dockerfile_elsewhere_is_named(path: str) -> None:
    skipped = _skipped(path, "services/shop/main.c")
    assert skipped.keys() == {"services/shop"}
    assert f"seems to be {path}," in skipped["services/shop"]
    assert "build.dockerfile and build.context" in skipped["services/shop"]
    charted = _found(path, "services/shop/chart/Chart.yaml")["services/shop"]
    assert path in charted.note
    assert _skipped(path, "services/shop/service.yaml") == {}


def test_nothing_that_looks_like_a_service_is_left_out_in_silence() -> None:
    assert _skipped("docker/x.Dockerfile") == {"docker/x.Dockerfile": "no folder is called 'x'"}
    two = ("services/shop/docker/dev/Dockerfile", "services/shop/docker/prod/Dockerfile")
    assert f"which is its Dockerfile: {two[0]}, {two[1]}?" in _skipped(*two)["services/shop"]
    bare = _skipped("apps/web/Dockerfile", "apps/cart/src/main.c", "services/x/y", "libs/mail/z", "docs/a/b")
    assert bare == dict.fromkeys(("apps/cart", "services/x"), "it has no Dockerfile, chart or service.yaml")
    nested = ("services/team/shop/Dockerfile", "services/team/shop/src/main.c", "Dockerfile", "src/x")
    assert _skipped(*nested) == {".": "it is the root"}


def test_globs_cover_what_was_found_most_frequent_first() -> None:
    found = _found("apps/web/Dockerfile", "services/a/Dockerfile", "services/b/Dockerfile", "tool/Dockerfile")
    assert service_globs(list(found.values())) == ("services/*", "apps/*", "tool")
    assert service_globs([]) == ("services/*",)
    assert service_globs(list(_found("Dockerfile").values())) == (".",)

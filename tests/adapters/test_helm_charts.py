from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.errors import MissingToolError, StepError, ToolError, UnreachableError
from tests.adapters.charts import write_chart, write_values
from tests.support.faults import status
from tests.support.faulty_registry import FaultyRegistry, requests
from tests.support.registry import RegistryServer
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.adapters.process import Runner

pytestmark = pytest.mark.integration


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def helm(clean_runner: Runner, helm_program: Path, pauses: list[float]) -> HelmCli:
    return HelmCli(clean_runner, str(helm_program), wait=pauses.append)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path_factory.mktemp("registry")) as running:
        yield running


def repository(address: str, path: str = "charts/shop") -> Repository:
    return Repository(RegistryHost(address), path)


def test_lint_passes_and_reports(helm: HelmCli, tmp_path: Path) -> None:
    lines: list[str] = []

    helm.lint(write_chart(tmp_path), None, lines.append)

    assert any("1 chart(s) linted, 0 chart(s) failed" in line for line in lines)


def test_lint_findings_are_the_reason_of_the_error(helm: HelmCli, tmp_path: Path) -> None:
    chart = write_chart(tmp_path)
    (chart / "templates" / "broken.yaml").write_text("a: [\n")

    with pytest.raises(ToolError) as caught:
        helm.lint(chart, None, lambda _: None)

    assert "chart shop has lint findings" in caught.value.what
    assert "[ERROR] templates/broken.yaml" in caught.value.why


def test_lint_warnings_are_findings_too(helm: HelmCli, tmp_path: Path) -> None:
    chart = write_chart(tmp_path)
    old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: shop}\n"
    (chart / "templates" / "old.yaml").write_text(old)

    with pytest.raises(ToolError) as caught:
        helm.lint(chart, None, lambda _: None)

    assert "[WARNING] templates/old.yaml: policy/v1beta1 PodDisruptionBudget" in caught.value.why


def test_lint_reads_the_environment_values(helm: HelmCli, tmp_path: Path) -> None:
    values = write_values(tmp_path, pods=True, selector="[")

    with pytest.raises(ToolError, match=r"lint findings with values-qa\.yaml") as caught:
        helm.lint(write_chart(tmp_path), values, lambda _: None)

    assert "templates/deployment.yaml" in caught.value.why


def test_template_renders_with_the_values_in_order(helm: HelmCli, tmp_path: Path) -> None:
    folder = tmp_path / "a, b"  # Helm splits this flag's argument at commas
    folder.mkdir()
    first = write_values(folder, "first.yaml", text="first", pods=True)
    second = write_values(folder, "second.yaml", text="second")

    text = helm.template(write_chart(folder), (first, second), "web", "shop-qa")

    assert 'text: "second"' in text
    assert "name: web\n  namespace: shop-qa" in text
    assert "kind: Deployment" in text


def test_template_shows_what_does_not_render(helm: HelmCli, tmp_path: Path) -> None:
    values = write_values(tmp_path, text="")

    with pytest.raises(ToolError, match="shop does not render") as caught:
        helm.template(write_chart(tmp_path), (values,), "web", "shop-qa")

    assert "text is required" in caught.value.why


@pytest.mark.parametrize("version", ["1.2.3", "1.2.3-rc.1+build.5"])
def test_package_returns_the_archive(helm: HelmCli, tmp_path: Path, version: str) -> None:
    target = tmp_path / "out put"
    target.mkdir()
    (target / "older.tgz").write_bytes(b"")

    package = helm.package(write_chart(tmp_path, version=version), target)

    assert package == target / f"shop-{version}.tgz"
    with tarfile.open(package) as archive:
        assert "shop/templates/configmap.yaml" in archive.getnames()


@pytest.mark.parametrize("path", ["charts/shop", "shop", "team/deep/charts/shop"])
def test_push_lands_in_the_charts_own_repository(
    helm: HelmCli,
    registry: RegistryServer,
    tmp_path: Path,
    path: str,
    helm_program: Path,
    clean_runner: Runner,
) -> None:
    package = helm.package(write_chart(tmp_path), tmp_path)

    helm.push(package, repository(registry.address, path))

    reference = f"oci://{registry.address}/{path}"
    show = [str(helm_program), "show", "chart", reference, "--version", "1.2.3", "--plain-http"]
    assert "name: shop" in clean_runner.check(show, what="not there").out


def test_push_to_a_registry_that_is_down(helm: HelmCli, tmp_path: Path, pauses: list[float]) -> None:
    package = helm.package(write_chart(tmp_path), tmp_path)

    with pytest.raises(UnreachableError) as caught:
        helm.push(package, repository("127.0.0.1:1"))

    assert "oci://127.0.0.1:1/charts" in caught.value.what
    assert "connection refused" in caught.value.why
    assert len(pauses) == 2


def test_push_without_credentials_says_how_to_log_in(
    helm: HelmCli, tmp_path: Path, pauses: list[float]
) -> None:
    package = helm.package(write_chart(tmp_path), tmp_path)

    with RegistryServer(tmp_path / "registry", auth=True) as private, pytest.raises(StepError) as caught:
        helm.push(package, repository(private.address))

    assert caught.value.hint == f"`helm registry login {private.address}`"
    assert pauses == []


def test_push_goes_through_when_the_registry_recovers(
    helm: HelmCli, registry: RegistryServer, tmp_path: Path
) -> None:
    package = helm.package(write_chart(tmp_path), tmp_path)

    with FaultyRegistry(registry.address) as faulty:
        faulty.fail(lambda _: True, status(503), times=1)
        helm.push(package, repository(faulty.address, "recovers/shop"))

        assert faulty.count(lambda asked: asked.method == "PUT" and "/manifests/1.2.3" in asked.path) == 1


def test_push_goes_through_when_the_registry_finds_the_blobs_again(
    helm: HelmCli, registry: RegistryServer, tmp_path: Path, pauses: list[float]
) -> None:
    """As after two uploads of the same chart at the same time."""
    package = helm.package(write_chart(tmp_path), tmp_path)
    lags = status(400, error="MANIFEST_BLOB_UNKNOWN", message="blob unknown to registry")

    with FaultyRegistry(registry.address) as faulty:
        faulty.fail(requests("PUT", "/manifests/"), lags, times=2)
        helm.push(package, repository(faulty.address, "lags/shop"))

    assert len(pauses) == 2


def test_the_version_is_that_of_the_program(helm: HelmCli, helm_program: Path, clean_runner: Runner) -> None:
    printed = clean_runner.check([str(helm_program), "version", "--short"], what="no version").out

    assert printed.startswith(f"v{helm.version()}")


def test_an_old_release_with_known_vulnerabilities_is_warned_about_once(clean_runner: Runner) -> None:
    warnings: list[str] = []
    helm = HelmCli(clean_runner, str(require_tool("helm3")), warnings.append)

    helm.version()
    helm.version()

    assert len(warnings) == 1
    assert "CVE-2026-35204" in warnings[0]
    assert "3.20.2" in warnings[0]


def test_the_variable_names_the_program(clean_runner: Runner) -> None:
    clean_runner.environment["HELMFORGE_HELM"] = str(require_tool("helm3"))

    assert HelmCli(clean_runner).version().startswith("3.")


def test_helm_that_is_not_installed(clean_runner: Runner) -> None:
    with pytest.raises(MissingToolError, match="'no-helm'") as caught:
        HelmCli(clean_runner, "no-helm").version()

    assert "https://helm.sh" in caught.value.hint

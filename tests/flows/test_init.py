from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.files import WorkTree
from helmforge.adapters.git import GitRepository
from helmforge.adapters.process import Runner
from helmforge.config import parse_settings
from helmforge.domain.settings import DeployWhen
from helmforge.errors import ConfigError, RefusedError, UsageError
from helmforge.flows.configuration import load_services
from helmforge.flows.init import initialise
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.init import Adoption

FILES = {
    "services/shop/Dockerfile": "FROM scratch\n",
    "services/Payment_API/Dockerfile": "FROM scratch\n",
    "services/Payment_API/helm/Chart.yaml": "name: x\n",
    "apps/web/docker/Dockerfile": "FROM scratch\n",
    "apps/web/src/main.c": "",
}


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path, FILES)


def _git(repository: Monorepo) -> GitRepository:
    return GitRepository.discover(repository.root, Runner(repository.environment))


def _init(repository: Monorepo, registry: str = "myrepo.cr.io") -> Adoption:
    return initialise(_git(repository), WorkTree(repository.root), lambda: registry)


def test_what_init_writes_can_be_read(repository: Monorepo) -> None:
    adoption = _init(repository)
    settings = parse_settings((repository.root / "helmforge.yaml").read_text(encoding="utf-8"))
    assert str(settings.registry) == "myrepo.cr.io"
    assert settings.trunk == "main"
    assert settings.services == ("services/*", "apps/*")
    assert [(one.name, one.deploy) for one in settings.environments] == [
        ("qa", DeployWhen.ON_RELEASE),
        ("prod", DeployWhen.ON_APPROVAL),
    ]
    services = {str(service.name): service for service in load_services(_git(repository), settings)}
    assert services.keys() == {"shop", "payment-api", "web"}
    assert services["payment-api"].chart == "services/Payment_API/helm"
    assert services["web"].build.dockerfile == "apps/web/docker/Dockerfile"
    assert set(adoption.written) == {
        "helmforge.yaml",
        "apps/web/service.yaml",
        "services/Payment_API/service.yaml",
        "services/shop/service.yaml",
    }


def test_the_trunk_is_the_remotes_default_branch(repository: Monorepo) -> None:
    repository.branch("feature/x")
    adoption = _init(repository)
    assert (adoption.trunk, adoption.trunk_source) == ("main", "the default branch of origin")


def test_without_a_remote_the_trunk_is_what_is_checked_out(repository: Monorepo) -> None:
    repository.git("remote", "remove", "origin")
    repository.branch("develop")
    adoption = _init(repository)
    assert (adoption.trunk, adoption.trunk_source) == ("develop", "the branch that is checked out")


def test_service_files_that_exist_are_kept(repository: Monorepo) -> None:
    repository.write({"services/shop/service.yaml": "context: retail\n"})
    assert "services/shop/service.yaml" not in _init(repository).written
    assert (repository.root / "services/shop/service.yaml").read_text(encoding="utf-8") == "context: retail\n"


def test_a_repository_without_services(tmp_path: Path) -> None:
    adoption = _init(Monorepo(tmp_path))
    assert adoption.written == ("helmforge.yaml",)
    assert adoption.services == ()


def _again(repository: Monorepo, given: str = "") -> Adoption:
    files = WorkTree(repository.root)
    return initialise(_git(repository), files, lambda: pytest.fail("asked"), given=given)


def test_a_second_run_adds_what_is_new_and_leaves_the_configuration_alone(repository: Monorepo) -> None:
    _init(repository)
    mine = (repository.root / "helmforge.yaml").read_text(encoding="utf-8") + "# mine\n"
    repository.write(
        {
            "helmforge.yaml": mine.replace("trunk: 'main'", "trunk: 'trunk'"),
            "services/cart/Dockerfile": "",
            "elsewhere/mail/Dockerfile": "",
            "services/shop/service.yaml": "name: till\n",
            "services/till/Dockerfile": "",
        }
    )
    before = (repository.root / "helmforge.yaml").read_bytes()
    adoption = _again(repository, given="myrepo.cr.io")
    assert adoption.kept
    assert adoption.trunk == "trunk"
    assert adoption.written == ("services/cart/service.yaml",)
    assert [service.folder for service in adoption.new] == ["services/cart"]
    assert "add 'elsewhere/*'" in adoption.skipped["elsewhere/mail"]
    assert adoption.skipped["services/till"] == "services/shop has the same name"
    assert (repository.root / "helmforge.yaml").read_bytes() == before
    assert (repository.root / "services/shop/service.yaml").read_text(encoding="utf-8") == "name: till\n"
    assert _again(repository).written == ()


def test_a_second_run_with_another_registry_is_refused(repository: Monorepo) -> None:
    _init(repository)
    repository.write({"services/cart/Dockerfile": ""})
    with pytest.raises(RefusedError, match=r"with the registry 'myrepo\.cr\.io'"):
        _again(repository, given="other.example.com")
    assert not (repository.root / "services/cart/service.yaml").exists()


def test_a_configuration_that_is_wrong_is_not_extended(repository: Monorepo) -> None:
    repository.write({"helmforge.yaml": ""})
    with pytest.raises(ConfigError, match=r"helmforge\.yaml"):
        _again(repository)
    assert not (repository.root / "services/shop/service.yaml").exists()


@pytest.mark.parametrize("registry", ["", "https://x", "a b", "x'\ntrunk: evil", "x/UPPER"])
def test_a_wrong_registry_writes_nothing(repository: Monorepo, registry: str) -> None:
    with pytest.raises(UsageError, match="is not a registry"):
        _init(repository, registry)
    assert repository.git("status", "--porcelain") == ""


def test_a_folder_that_no_configuration_can_hold_writes_nothing(repository: Monorepo) -> None:
    repository.write({"-x/shop2/Dockerfile": ""})
    with pytest.raises(ConfigError, match=r"helmforge\.yaml"):
        _init(repository)
    assert not (repository.root / "helmforge.yaml").exists()


def test_hostile_folder_names_stay_text(repository: Monorepo) -> None:
    repository.write({"it's #1: $(id)/shop2/Dockerfile": ""})
    _init(repository)
    settings = parse_settings((repository.root / "helmforge.yaml").read_text(encoding="utf-8"))
    assert "it's #1: $(id)/*" in settings.services

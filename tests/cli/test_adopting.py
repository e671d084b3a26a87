"""`init` and `scaffold` as a user types them, from any folder, in a real repository."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path, {"services/shop/Dockerfile": "FROM scratch\n", "libs/x/y": ""})


def _helmforge(repository: Monorepo, *arguments: str, folder: str = ".") -> Ran:
    return run_helmforge(repository.root / folder, repository.environment, *arguments)


def test_from_nothing_to_a_chart(repository: Monorepo) -> None:
    adopted = _helmforge(repository, "init", "--registry", "myrepo.cr.io", folder="libs/x")
    assert adopted.code == 0, adopted.err
    assert "shop  services/shop" in adopted.out
    assert "wrote helmforge.yaml\nwrote services/shop/service.yaml\n" in adopted.out

    made = _helmforge(repository, "scaffold", "shop", folder="libs")
    assert made.code == 0, made.err
    assert "wrote services/shop/chart/Chart.yaml\n" in made.out
    assert "kept  services/shop/Dockerfile" in made.out
    assert "next: helm lint --strict ../services/shop/chart\n" in made.out

    again = _helmforge(repository, "scaffold", "shop", "-o", "json")
    document = json.loads(again.out)
    assert (again.code, document["written"]) == (0, [])
    assert document["chart"] == "services/shop/chart"

    (repository.root / "services/shop/chart/values.yaml").write_text("mine\n", encoding="utf-8")
    refused = _helmforge(repository, "scaffold", "shop")
    assert refused.code == 3
    assert "services/shop/chart/values.yaml" in refused.err


def test_answers_by_set(repository: Monorepo) -> None:
    assert _helmforge(repository, "init", "--registry", "r", "-o", "json").code == 0
    made = _helmforge(repository, "scaffold", "cart", "--set", "port=9090", "--set", "context=retail")
    assert made.code == 0, made.err
    assert "port: 9090" in (repository.root / "services/cart/chart/values.yaml").read_text(encoding="utf-8")
    assert "context: retail" in (repository.root / "services/cart/service.yaml").read_text(encoding="utf-8")


def test_several_services_at_once(repository: Monorepo) -> None:
    assert _helmforge(repository, "init", "--registry", "r").code == 0
    made = _helmforge(repository, "scaffold", "cart", "orders", folder="services")
    assert made.code == 0, made.err
    *wrote, following = made.out.splitlines()
    assert [line.partition(" files in ")[2] for line in wrote] == ["services/cart", "services/orders"]
    assert following == "next: git add . && helmforge pipeline plan"
    again = _helmforge(repository, "scaffold", "cart", "orders", "-o", "json")
    assert [document["written"] for document in json.loads(again.out)] == [[], []]
    refused = _helmforge(repository, "scaffold", "one", "two", "--path", "services/x")
    assert (refused.code, "--path" in refused.err) == (2, True)


def test_init_asks_nothing_without_a_terminal(repository: Monorepo) -> None:
    refused = _helmforge(repository, "init")
    assert refused.code == 2
    assert "--registry" in refused.err
    assert not (repository.root / "helmforge.yaml").exists()


def test_a_second_init_adds_new_services(repository: Monorepo) -> None:
    first = _helmforge(repository, "init", "--registry", "r")
    assert first.out.endswith("then: helmforge scaffold shop\n")
    again = _helmforge(repository, "init")
    assert (again.code, again.err) == (0, "")
    assert "kept  helmforge.yaml (it was there)\nnothing to write: no service is new\n" in again.out
    repository.write({"services/cart/Dockerfile": "", "services/cart/chart/Chart.yaml": "name: cart\n"})
    third = _helmforge(repository, "init")
    assert third.code == 0, third.err
    assert "kept  helmforge.yaml (it was there)\nwrote services/cart/service.yaml\n" in third.out
    assert _helmforge(repository, "init", "--registry", "other").code == 3


def test_services_that_have_charts_need_no_scaffold(tmp_path: Path) -> None:
    chart = {f"services/{name}/chart/Chart.yaml": f"name: {name}\n" for name in ("shop", "cart")}
    repository = Monorepo(tmp_path, chart | {"services/cart/docker/Dockerfile": "", "services/x/main.c": ""})
    adopted = _helmforge(repository, "init", "--registry", "r", "-o", "json")
    document = json.loads(adopted.out)
    assert document["next"] == "edit helmforge.yaml (clusters, namespaces), then: helmforge pipeline plan"
    assert document["skipped"] == {"services/x": "it has no Dockerfile, chart or service.yaml"}
    repository.write({"services/new/Dockerfile": ""})
    assert _helmforge(repository, "init").out.endswith("next: helmforge scaffold new\n")


def test_a_folder_without_a_service_file_is_named(repository: Monorepo) -> None:
    assert _helmforge(repository, "init", "--registry", "r").code == 0
    repository.write({"services/shoq/main.c": "", "services/till/service.yaml": "name: register\n"})
    missing = _helmforge(repository, "release", "cut", "shoq")
    assert "do: the folder services/shoq has no service.yaml" in missing.err
    renamed = _helmforge(repository, "release", "status", "till")
    assert "do: the folder services/till holds the service 'register'" in renamed.err
    hostile = _helmforge(repository, "pipeline", "plan", "--service", "../services/shoq")
    assert "do: known services: register, shop" in hostile.err
    assert {missing.code, renamed.code, hostile.code} == {2}


WRONG = [
    (("scaffold", "shop"), "helmforge init"),
    (("scaffold", "shop", "--port", "0"), "--port"),
    (("scaffold", "shop", "--set", "prot=1"), "port"),
    (("scaffold", "shop", "--set", "port=x"), "not a port"),
    (("scaffold", "shop", "--set", "port=99999"), "not a port"),
    (("init", "--registry", "https://r"), "leave out the scheme"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_usage(repository: Monorepo, arguments: tuple[str, ...], words: str) -> None:
    if "--set" in arguments:
        assert _helmforge(repository, "init", "--registry", "r").code == 0
    failed = _helmforge(repository, *arguments)
    assert failed.code == 2
    assert failed.out == ""
    assert words in failed.err


def test_outside_of_a_repository(repository: Monorepo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    failed = _helmforge(repository, "init", "--registry", "r", folder="../elsewhere")
    assert failed.code == 2
    assert failed.err.startswith("error: ")

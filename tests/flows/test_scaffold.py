from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import ChartFolders
from helmforge.adapters.files import WorkTree
from helmforge.adapters.templates import JinjaTemplates
from helmforge.config import parse_service, parse_settings, scan_services
from helmforge.errors import RefusedError, UsageError
from helmforge.flows.scaffold import ScaffoldRequest, scaffold

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.settings import Settings
    from helmforge.flows.scaffold import Scaffolded

CONFIG = """\
registry: myrepo.cr.io/team
services: [services/*, tools/*/*]
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval, imageNamespace: prod}
"""


class Repository:
    """A folder with a configuration; services are found by their files, as commands do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings: Settings = parse_settings(CONFIG)

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def files(self) -> dict[str, str]:
        found = sorted(path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in found}

    def scaffold(self, request: ScaffoldRequest) -> Scaffolded:
        (result,) = self.scaffold_all(request)
        return result

    def scaffold_all(self, *requests: ScaffoldRequest) -> tuple[Scaffolded, ...]:
        configured = {path: text for path, text in self.files().items() if path.endswith("/service.yaml")}
        services = scan_services(
            {
                path.removesuffix("/service.yaml"): text
                for path, text in configured.items()
                if "/templates/" not in path
            }
        )
        files, folders = WorkTree(self.root), ChartFolders(self.root)
        return scaffold(files, JinjaTemplates(), self.settings, services, requests, folders=folders)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


SHOP = ScaffoldRequest("shop", context="retail", port=9090)


def test_a_new_service_is_complete(repository: Repository) -> None:
    result = repository.scaffold(SHOP)
    files = repository.files()
    assert set(result.written) == files.keys()
    assert files.keys() >= {
        "services/shop/Dockerfile",
        "services/shop/service.yaml",
        "services/shop/chart/Chart.yaml",
        "services/shop/chart/values.yaml",
        "services/shop/chart/values.schema.json",
        "services/shop/chart/values-qa.yaml",
        "services/shop/chart/values-prod.yaml",
        "services/shop/chart/templates/deployment.yaml",
    }
    service = parse_service(files["services/shop/service.yaml"], "services/shop")
    assert (service.name, service.context, service.type) == ("shop", "retail", "web")
    assert service == result.service
    assert "port: 9090" in files["services/shop/chart/values.yaml"]
    assert "myrepo.cr.io/team/shop" in files["services/shop/chart/values.yaml"]
    assert "myrepo.cr.io/team/prod/shop" in files["services/shop/chart/values-prod.yaml"]


def test_a_second_run_has_nothing_to_do(repository: Repository) -> None:
    repository.scaffold(SHOP)
    before = repository.files()
    assert repository.scaffold(SHOP).written == ()
    assert repository.files() == before


def test_several_services_are_as_complete_as_each_alone(repository: Repository) -> None:
    cart = ScaffoldRequest("cart")
    first, second = repository.scaffold_all(SHOP, cart)
    together = repository.files()
    assert (first.service.name, second.service.name) == ("shop", "cart")
    assert {*first.written, *second.written} == together.keys()
    for path in together:
        (repository.root / path).unlink()
    alone = [repository.scaffold(SHOP), repository.scaffold(cart)]
    assert repository.files() == together
    assert alone == [first, second]


def test_a_service_that_is_named_twice_is_one(repository: Repository) -> None:
    assert len(repository.scaffold_all(SHOP, SHOP)) == 1


def test_when_one_service_cannot_be_none_is_written(repository: Repository) -> None:
    repository.write("services/cart/chart/Chart.yaml", "name: mine\n")
    before = repository.files()
    with pytest.raises(RefusedError, match="another content") as caught:
        repository.scaffold_all(SHOP, ScaffoldRequest("cart"))
    assert caught.value.why == "services/cart/chart/Chart.yaml"
    with pytest.raises(UsageError):
        repository.scaffold_all(SHOP, ScaffoldRequest("Not-A-Name"))
    assert repository.files() == before


def test_two_new_services_in_one_folder(repository: Repository) -> None:
    one, other = replace(SHOP, path="tools/x/y"), ScaffoldRequest("cart", path="tools/x/y")
    with pytest.raises(UsageError, match="folder of the service 'shop'"):
        repository.scaffold_all(one, other)
    assert repository.files() == {}


def test_files_that_went_missing_come_back(repository: Repository) -> None:
    repository.scaffold(SHOP)
    before = repository.files()
    (repository.root / "services/shop/chart/values.yaml").unlink()
    assert repository.scaffold(SHOP).written == ("services/shop/chart/values.yaml",)
    assert repository.files() == before


def test_nothing_foreign_is_overwritten_and_nothing_else_is_written(repository: Repository) -> None:
    repository.write("services/shop/chart/values.yaml", "mine: true\n")
    repository.write("services/shop/chart/Chart.yaml", "name: mine\n")
    before = repository.files()
    with pytest.raises(RefusedError) as caught:
        repository.scaffold(SHOP)
    assert caught.value.why.splitlines() == [
        "services/shop/chart/Chart.yaml",
        "services/shop/chart/values.yaml",
    ]
    assert repository.files() == before


def test_other_answers_do_not_overwrite_a_chart(repository: Repository) -> None:
    repository.scaffold(SHOP)
    with pytest.raises(RefusedError):
        repository.scaffold(replace(SHOP, port=9091))


def test_a_dockerfile_that_exists_is_kept(repository: Repository) -> None:
    repository.write("services/shop/Dockerfile", "FROM mine\n")
    assert repository.scaffold(SHOP).kept == ("services/shop/Dockerfile",)
    assert repository.read("services/shop/Dockerfile") == "FROM mine\n"


def test_service_yaml_says_where_things_are(repository: Repository) -> None:
    repository.write(
        "services/Shop_2/service.yaml",
        "name: shop\ncontext: retail\nchart: deploy\nbuild:\n  dockerfile: docker/Dockerfile\n",
    )
    result = repository.scaffold(SHOP)
    assert result.kept == ("services/Shop_2/service.yaml",)
    written = set(result.written)
    assert {"services/Shop_2/deploy/Chart.yaml", "services/Shop_2/docker/Dockerfile"} <= written
    assert not any("/chart/" in path for path in written)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (replace(SHOP, context="other"), "context 'retail', not 'other'"),
        (replace(SHOP, type="worker"), "type 'web', not 'worker'"),
        (replace(SHOP, path="services/elsewhere"), "folder 'services/shop', not"),
    ],
)
def test_options_do_not_contradict_service_yaml(
    repository: Repository, request_: ScaffoldRequest, words: str
) -> None:
    repository.write("services/shop/service.yaml", "context: retail\n")
    with pytest.raises(UsageError, match=words):
        repository.scaffold(request_)


def test_a_folder_that_the_globs_cover(repository: Repository) -> None:
    result = repository.scaffold(replace(SHOP, path="tools/x/Shop/"))
    assert result.service.folder == "tools/x/Shop"
    assert parse_service(repository.read("tools/x/Shop/service.yaml"), "tools/x/Shop").name == "shop"


WRONG = {
    "a path": (replace(SHOP, service="../shop"), "is not a service name"),
    "a shell": (replace(SHOP, service="$(id)"), "is not a service name"),
    "an option": (replace(SHOP, service="-x"), "is not a service name"),
    "a line break": (replace(SHOP, service="a\nb"), "is not a service name"),
    "a reserved name": (replace(SHOP, service="approvals"), "is not a service name"),
    "a folder outside": (replace(SHOP, path="../x"), "cannot be the folder"),
    "an absolute folder": (replace(SHOP, path="/tmp/x"), "cannot be the folder"),
    "a folder that is not searched": (replace(SHOP, path="lib/shop"), "not among the folders of services"),
    "a context with a line break": (replace(SHOP, context="a\nname: b"), "is not a context"),
    "a context in capitals": (replace(SHOP, context="Retail"), "is not a context"),
    "a type with a typo": (replace(SHOP, type="wep"), "no chart type 'wep'"),
}


@pytest.mark.parametrize(("request_", "words"), WRONG.values(), ids=WRONG)
def test_wrong_requests_write_nothing(repository: Repository, request_: ScaffoldRequest, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        repository.scaffold(request_)
    assert repository.files() == {}


def test_the_folder_of_another_service(repository: Repository) -> None:
    repository.write("services/shop/service.yaml", "name: cart\n")
    with pytest.raises(UsageError, match="folder of the service 'cart'"):
        repository.scaffold(SHOP)


def test_globs_without_a_place_for_a_new_service(repository: Repository) -> None:
    repository.settings = replace(repository.settings, services=("tools/*/*", "one"))
    with pytest.raises(UsageError, match="where should shop live") as caught:
        repository.scaffold(SHOP)
    assert "--path" in caught.value.hint

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from helmforge.adapters.templates import JinjaTemplates
from helmforge.config import parse_service, scan_services
from helmforge.config.values import BUILT_IN_TYPES
from helmforge.domain.building import BuildSecret
from helmforge.domain.names import ServiceName
from helmforge.domain.settings import Build, Service
from helmforge.domain.testing import UnitTests
from helmforge.errors import ConfigError
from tests.config.examples import documented


def test_an_empty_file_is_a_service() -> None:
    assert parse_service("", "services/notification") == Service(
        name=ServiceName("notification"),
        folder="services/notification",
        build=Build("services/notification/Dockerfile", "services/notification"),
        chart="services/notification/chart",
    )


def test_the_documented_example() -> None:
    (text,) = documented("service")
    assert parse_service(text, "services/mailer") == Service(
        name=ServiceName("notification"),
        folder="services/mailer",
        build=Build(
            dockerfile="services/mailer/Dockerfile",
            context=".",
            args={"GO_VERSION": "1.26"},
            target="runtime",
            platforms=("linux/amd64", "linux/arm64"),
        ),
        chart="services/mailer/chart",
        context="shop",
        test=UnitTests(("go", "test", "./...")),
        depends_on=("libs/mail", "proto", "payment"),
    )


def test_tests_and_secrets_in_full() -> None:
    text = """
build: {secrets: {npm: {env: NPM_TOKEN}, key: {file: keys/a.pem, required: false}, rc: {file: ~/.npmrc}}}
test: {command: pytest -q, timeout: 90s, junit: [out/*.xml], env: {TZ: UTC}, passEnv: [NPM_TOKEN]}
"""
    service = parse_service(text, "services/shop")
    assert service.build.secrets == {
        "npm": BuildSecret(env="NPM_TOKEN"),
        "key": BuildSecret(file="services/shop/keys/a.pem", required=False),
        "rc": BuildSecret(file="~/.npmrc"),
    }
    junit = ("services/shop/out/*.xml",)
    expected = UnitTests(("pytest", "-q"), timedelta(seconds=90), junit, {"TZ": "UTC"}, ("NPM_TOKEN",))
    assert service.test == expected


def test_a_service_at_the_root() -> None:
    service = parse_service("name: shop\n", ".")
    assert (service.build.dockerfile, service.build.context, service.chart) == ("Dockerfile", ".", "chart")


def test_a_type_may_be_of_the_repositorys_own_templates() -> None:
    assert [parse_service(f"type: {name}\n", "a").type for name in ("consumer", "worker-gpu")] == [
        "consumer",
        "worker-gpu",
    ]


def test_the_built_in_types_are_those_of_the_templates() -> None:
    assert set(BUILT_IN_TYPES) == set(JinjaTemplates().types())


WRONG = [
    ("nmae: x\n", 1, "nmae", "did you mean 'name'?"),
    ("name: Shop\n", 1, "name", "got 'Shop'"),
    ("name: 1shop\n", 1, "name", "got '1shop'"),
    ("name: $(id)\n", 1, "name", "expected a service name"),
    ("name: 1.10\n", 1, "name", "the number 1.10"),
    ("name: approvals\n", 1, "name", "reserved"),
    (f"name: {'a' * 54}\n", 1, "name", "at most 53"),
    ("context: My Team\n", 1, "context", "got 'My Team'"),
    ("type: namespce\n", 1, "type", "did you mean 'namespace'?"),
    ("type: My_Type\n", 1, "type", "got 'My_Type'"),
    ("type: wrker\n", 1, "type", "did you mean 'worker'?"),
    ("build: Dockerfile\n", 1, "build", "expected a mapping, got 'Dockerfile'"),
    ("build:\n  dokcerfile: x\n", 2, "build.dokcerfile", "did you mean 'dockerfile'?"),
    ("build:\n  dockerfile: ../../../x\n", 2, "build.dockerfile", "leaves the repository"),
    ("build:\n  dockerfile: /etc/passwd\n", 2, "build.dockerfile", "absolute"),
    ("build:\n  dockerfile: -f\n", 2, "build.dockerfile", "begin with '-'"),
    ("build:\n  context: 'a\\b'\n", 2, "build.context", "separated by /"),
    ('build:\n  context: "a\\nb"\n', 2, "build.context", "control characters"),
    ("build:\n  args: {VERSION: 1.10}\n", 2, "build.args.VERSION", 'quote it to make it a string: "1.10"'),
    ("build:\n  args: {DEBUG: true}\n", 2, "build.args.DEBUG", "expected a string, got true"),
    ("build:\n  args: {'a b': x}\n", 2, "build.args.a b", "name of a build argument"),
    ("build:\n  target: '--x'\n", 2, "build.target", "a build stage"),
    ("build:\n  platforms: linux/amd64\n", 2, "build.platforms", "a list of platforms"),
    ("build:\n  platforms: [amd64]\n", 2, "build.platforms[0]", "linux/amd64"),
    ("test: a | b\n", 1, "test", "no shell runs it"),
    ("test: ''\n", 1, "test", "it is empty"),
    ('test: ["a\\0"]\n', 1, "test", "NUL"),
    ("test: 5\n", 1, "test", "got the number 5"),
    ("dependsOn: libs/a\n", 1, "dependsOn", "a list of paths"),
    ("dependsOn:\n  - libs/a\n  - ../a\n", 3, "dependsOn[1]", "leaves the repository"),
    ("dependsOn: ['']\n", 1, "dependsOn[0]", "expected a path"),
    ("chart: ../../..\n", 1, "chart", "leaves the repository"),
    ("chart:\n", 1, "chart", "got nothing"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), WRONG, ids=[text[:40] for text, *_ in WRONG])
def test_one_mistake_is_one_line(text: str, line: int, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_service(text, "services/shop")
    error = caught.value
    assert error.where == f"services/shop/service.yaml:{line} {key}"
    assert error.why.startswith("expected ")
    assert words in error.why
    assert len(error.why.splitlines()) == 1


def test_a_folder_that_is_no_name_wants_one() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_service("", "services/Payment_API")
    assert "set `name`" in caught.value.why
    assert parse_service("name: payment-api\n", "services/Payment_API").name == "payment-api"
    with pytest.raises(ConfigError):
        parse_service("", ".")


def test_services_are_sorted_and_names_in_depends_on_become_folders() -> None:
    zoo, ant = "apps/zoo", "services/ant"
    services = scan_services({zoo: "dependsOn: [ant, libs/x, services/ant]\n", ant: ""})
    assert [service.name for service in services] == ["ant", "zoo"]
    assert services[1].depends_on == ("services/ant", "libs/x")


def test_two_services_of_one_name() -> None:
    with pytest.raises(ConfigError, match="two services are called 'shop'") as caught:
        scan_services({"a/shop": "", "b/x": "name: shop\n"})
    assert "a/shop" in caught.value.why
    assert "b/x" in caught.value.why


def test_all_wrong_files_are_in_one_error() -> None:
    with pytest.raises(ConfigError) as caught:
        scan_services({"a/x": "nmae: y\n", "a/y": "", "a/z": "type: [\n", "b/x": "chart: /x\n"})
    assert caught.value.what == "3 service.yaml files are not valid"
    places = ("a/x/service.yaml:1 nmae", "a/z/service.yaml:2", "b/x/service.yaml:1 chart")
    for line, place in zip(caught.value.why.splitlines(), places, strict=True):
        assert line.startswith(f"{place}: ")
        assert line.count("service.yaml:") == 1
    assert caught.value.where == ""


def test_several_mistakes_in_several_files_name_each_place_once() -> None:
    with pytest.raises(ConfigError) as caught:
        scan_services({"a/x": "nmae: y\ntpye: x\n", "b/x": "chart: /x\n"})
    assert [line.partition(": ")[0] for line in caught.value.why.splitlines()] == [
        "a/x/service.yaml:1 nmae",
        "a/x/service.yaml:2 tpye",
        "b/x/service.yaml:1 chart",
    ]


def test_usual_files_need_no_library() -> None:
    """A thousand services are read for each `pipeline plan`: 30 ms of imports, and 1 ms per file, count."""
    code = (
        "import sys; from helmforge.config import scan_services\n"
        "scan_services({f's/x{n}': 'context: shop\\ntest: go test ./...\\ndependsOn: [libs/a]\\n' "
        "for n in range(50)})\n"
        "print(*sorted({'ruamel', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

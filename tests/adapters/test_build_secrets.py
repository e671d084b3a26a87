"""Where the secrets of a build come from, and what becomes of one that is missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.builders.secrets import secret_arguments
from helmforge.domain.building import BuildSecret
from helmforge.errors import RefusedError, UsageError
from tests.adapters.images import the_build

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.settings import Build

TOKEN = BuildSecret(env="NPM_TOKEN")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "services" / "shop" / "build").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    return tmp_path


def with_secret(secret: BuildSecret, **changes: object) -> Build:
    return the_build(secrets={"npm": secret}, **changes)


def test_only_names_are_handed_over(root: Path) -> None:
    (root / "home" / "key.pem").write_text("pem")
    build = the_build(secrets={"npm": TOKEN, "key": BuildSecret(file="~/key.pem")})
    environment = {"NPM_TOKEN": "canary", "HOME": str(root / "home")}
    assert secret_arguments(build, root, environment) == [
        "--secret",
        f"id=key,src={root}/home/key.pem",
        "--secret",
        "id=npm,env=NPM_TOKEN",
    ]


@pytest.mark.parametrize("environment", [{}, {"NPM_TOKEN": ""}], ids=["unset", "empty, as in CI"])
def test_a_missing_variable_is_named(root: Path, environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="the secret 'npm' for services/shop/build/Dockerfile") as caught:
        secret_arguments(with_secret(TOKEN), root, environment)
    assert caught.value.why == "the variable NPM_TOKEN is not set"
    assert "NPM_TOKEN" in caught.value.hint


@pytest.mark.parametrize("file", ["~/none", "/none/at/all", "services/shop/none"])
def test_a_missing_file_is_named(root: Path, file: str) -> None:
    with pytest.raises(UsageError) as caught:
        secret_arguments(with_secret(BuildSecret(file=file)), root, {"HOME": str(root)})
    assert file.removeprefix("~") in caught.value.why


def test_a_build_can_go_on_without_an_optional_one(root: Path) -> None:
    optional = BuildSecret(env="NPM_TOKEN", required=False)
    assert secret_arguments(with_secret(optional), root, {}) == []
    assert secret_arguments(with_secret(optional), root, {"NPM_TOKEN": "x"}) != []


def test_a_fork_gets_none_even_where_the_machine_has_it(root: Path) -> None:
    environment = {"NPM_TOKEN": "canary"}
    with pytest.raises(RefusedError) as caught:
        secret_arguments(with_secret(TOKEN, secrets_withheld=True), root, environment)
    assert "forks" in caught.value.why
    optional = with_secret(BuildSecret(env="NPM_TOKEN", required=False), secrets_withheld=True)
    assert secret_arguments(optional, root, environment) == []


@pytest.mark.parametrize(
    ("ignored", "allowed"),
    [
        ({}, False),
        ({".dockerignore": "*.md\n"}, False),
        ({".dockerignore": ".npmrc\n"}, True),
        ({".dockerignore": ".npmrc\n", "build/Dockerfile.dockerignore": "x\n"}, False),
        ({".dockerignore": ".npmrc\n!.npmrc\n"}, False),
    ],
)
def test_a_file_that_copy_would_take_along_is_refused(
    root: Path, ignored: dict[str, str], *, allowed: bool
) -> None:
    context = root / "services" / "shop"
    (context / ".npmrc").write_text("canary")
    for name, text in ignored.items():
        (context / name).write_text(text)
    build = with_secret(BuildSecret(file="services/shop/.npmrc"))
    if allowed:
        assert secret_arguments(build, root, {})
        return
    with pytest.raises(UsageError, match="lies in the build context"):
        secret_arguments(build, root, {})


def test_a_link_out_of_the_context_is_no_way_in(root: Path) -> None:
    inside = root / "services" / "shop" / "token"
    inside.write_text("canary")
    os.symlink(inside, root / "home" / "link")  # noqa: PTH211 - as a user would make it
    with pytest.raises(UsageError, match="lies in the build context"):
        secret_arguments(with_secret(BuildSecret(file="~/link")), root, {"HOME": str(root / "home")})

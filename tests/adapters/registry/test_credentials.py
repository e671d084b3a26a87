from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.registry.secret import Secret
from helmforge.domain.oci import RegistryHost
from helmforge.errors import ExitCode, HelmforgeError, MissingToolError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.registry.credentials import Login
    from tests.adapters.registry.connecting import Connect

_HOST = RegistryHost("registry.example.com")


def _auth(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def _find(connect: Connect, environment: dict[str, str], host: RegistryHost = _HOST) -> Login | None:
    return connect.credentials("myrepo.cr.io", environment).find(host)


def _docker(folder: Path, config: Any) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return str(folder)


def _helper(folder: Path, name: str, script: str) -> str:
    """A PATH with the credential helper `name` on it."""
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_a_secret_never_prints() -> None:
    secret = Secret("hunter2")
    assert {str(secret), repr(secret), f"{secret}", f"{secret!r}", "%s" % secret} == {"***"}  # noqa: UP031 - on purpose
    assert secret.reveal() == "hunter2"


def test_nobody_is_logged_in(connect: Connect) -> None:
    assert _find(connect, {}) is None


@pytest.mark.parametrize(
    "key", ["registry.example.com", "https://registry.example.com", "https://registry.example.com/v1/"]
)
def test_dockers_file(connect: Connect, tmp_path: Path, key: str) -> None:
    other = {"auths": {"registry.example.com.evil.org": _auth("eve:x"), key: _auth("ada:pass:word")}}
    found = _find(connect, {"DOCKER_CONFIG": _docker(tmp_path / "docker", other)})
    assert found is not None
    assert (found.username, found.password.reveal()) == ("ada", "pass:word")
    assert "pass:word" not in repr(found)
    assert found.source.endswith("docker/config.json")


def test_the_home_folder_is_the_default(connect: Connect, tmp_path: Path) -> None:
    _docker(tmp_path / ".docker", {"auths": {_HOST.host: _auth("ada:x")}})
    assert _find(connect, {}) is not None


@pytest.mark.parametrize("variable", ["REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"])
def test_podmans_file(connect: Connect, tmp_path: Path, variable: str) -> None:
    file = tmp_path / "containers" / "auth.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"auths": {_HOST.host: _auth("ada:x")}}))
    value = str(file if variable == "REGISTRY_AUTH_FILE" else tmp_path)
    assert _find(connect, {variable: value}) is not None


def test_docker_hub_goes_by_its_old_name(connect: Connect, tmp_path: Path) -> None:
    config = {"auths": {"https://index.docker.io/v1/": _auth("ada:x")}}
    assert _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config)}, RegistryHost("docker.io")) is not None


@pytest.mark.parametrize("config", ["", "{}", {"auths": {}}, {"auths": {_HOST.host: {}}}, {"auths": None}])
def test_files_without_a_login(connect: Connect, tmp_path: Path, config: Any) -> None:
    assert _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config)}) is None


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        "[" * 100_000,
        {"auths": {_HOST.host: {"auth": "%%%"}}},
        {"auths": {_HOST.host: {"auth": "YQ"}}},
        {"auths": {_HOST.host: {"auth": 7}}},
        {"auths": {_HOST.host: _auth("no colon")}},
        {"auths": {_HOST.host: _auth(":password")}},
        {"auths": {_HOST.host: _auth("user:")}},
    ],
)
def test_broken_files_are_explained(connect: Connect, tmp_path: Path, config: Any) -> None:
    with pytest.raises(UsageError) as caught:
        _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config)})
    assert str(tmp_path / "config.json") in caught.value.where


@pytest.mark.parametrize("name", ["../evil", "-h", "a b", "a;b"])
def test_a_helpers_name_leads_nowhere_else(connect: Connect, tmp_path: Path, name: str) -> None:
    config = {"credHelpers": {_HOST.host: name}}
    with pytest.raises(UsageError, match="is not the name of a credential helper"):
        _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config)})


def test_a_folder_in_place_of_the_file(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    with pytest.raises(UsageError, match="cannot read"):
        _find(connect, {"DOCKER_CONFIG": str(tmp_path)})


@pytest.mark.parametrize("half", ["HELMFORGE_REGISTRY_USERNAME", "HELMFORGE_REGISTRY_PASSWORD"])
def test_half_a_login_in_the_environment(connect: Connect, half: str) -> None:
    with pytest.raises(UsageError, match="half a login"):
        _find(connect, {"HELMFORGE_REGISTRY_HOST": _HOST.host, half: "x"})


@pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked(connect: Connect, tmp_path: Path, key: str) -> None:
    path = _helper(
        tmp_path, "vault", 'read host; echo "{\\"Username\\": \\"ada\\", \\"Secret\\": \\"$1 $host\\"}"'
    )
    config = {key: {_HOST.host: "vault"} if key == "credHelpers" else "vault"}
    found = _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config), "PATH": path})
    assert found is not None
    assert (found.username, found.password.reveal()) == ("ada", "get registry.example.com")


def test_a_helper_may_give_an_identity_token(connect: Connect, tmp_path: Path) -> None:
    path = _helper(tmp_path, "vault", """echo '{"Username": "<token>", "Secret": "abc"}'""")
    found = _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, {"credsStore": "vault"}), "PATH": path})
    assert found is not None
    assert found.identity_token is not None
    assert found.identity_token.reveal() == "abc"


def test_a_helper_that_knows_nothing_leaves_it_to_the_file(connect: Connect, tmp_path: Path) -> None:
    path = _helper(tmp_path, "vault", "echo credentials not found in native keychain; exit 1")
    config = {"credsStore": "vault", "auths": {_HOST.host: _auth("ada:x")}}
    assert _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config), "PATH": path}) is not None


def test_a_helper_that_is_not_installed(connect: Connect, tmp_path: Path) -> None:
    config = {"credHelpers": {_HOST.host: "nowhere"}}
    with pytest.raises(MissingToolError, match="docker-credential-nowhere") as caught:
        _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, config)})
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint


@pytest.mark.parametrize(
    "script", ["echo hunter2", 'echo \'{"Username": "hunter2"}\'', "echo locked; exit 3"]
)
def test_a_helper_that_fails(connect: Connect, tmp_path: Path, script: str) -> None:
    path = _helper(tmp_path, "vault", script)
    with pytest.raises(HelmforgeError, match="docker-credential-vault") as caught:
        _find(connect, {"DOCKER_CONFIG": _docker(tmp_path, {"credsStore": "vault"}), "PATH": path})
    assert "hunter2" not in str(caught.value)

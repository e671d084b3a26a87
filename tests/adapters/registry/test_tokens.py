"""Bearer tokens: the real registry, and a token server that signs what it is asked for."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryAuthError, RegistryError
from tests.adapters.registry.connecting import login
from tests.adapters.registry.pushing import OCI_MANIFEST, Pusher, digest_of
from tests.adapters.registry.servers import TokenRegistry, TokenServer, basic
from tests.support.faults import replied, status
from tests.support.faulty_registry import FaultyRegistry, Reply, requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.adapters.registry.connecting import Connect
    from tests.support.faulty_registry import Asked

pytestmark = pytest.mark.integration

_CREDENTIALS = login("ada", "secret")


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with TokenServer("ada:secret", "an-identity-token") as running:
        yield running


@pytest.fixture(scope="module")
def token_registry(tokens: TokenServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    with TokenRegistry(tmp_path_factory.mktemp("token-registry"), tokens) as running:
        yield running


@pytest.fixture
def gated(tokens: TokenServer, token_registry: TokenRegistry) -> Iterator[FaultyRegistry]:
    tokens.asked.clear()
    tokens.logins.clear()
    with FaultyRegistry(token_registry.address) as running:
        yield running


@pytest.fixture
def image(connect: Connect, gated: FaultyRegistry, shop: Pusher, tokens: TokenServer) -> Pusher:
    """A repository behind tokens with an image 1.0.0, brought there by our own client."""
    shop.image("1.0.0")
    there = Pusher(gated.address, shop.path)
    connect(gated.address, _CREDENTIALS).copy(
        shop.repository.tagged("1.0.0"), there.repository.tagged("1.0.0")
    )
    tokens.asked.clear()
    return there


def test_one_token_serves_a_whole_retag(connect: Connect, image: Pusher, tokens: TokenServer) -> None:
    prod = Pusher(image.address, f"prod/{image.path}").repository
    report = connect(image.address, _CREDENTIALS).copy(image.repository.tagged("1.0.0"), prod.tagged("1.0.0"))
    assert report.mounted == 3
    wanted = [f"repository:{prod.path}:pull,push", f"repository:{image.path}:pull"]
    assert tokens.asked == [wanted]
    assert set(tokens.logins) == {basic("ada:secret")}


def test_a_token_that_runs_out_in_mid_copy_is_renewed(
    connect: Connect, image: Pusher, tokens: TokenServer, gated: FaultyRegistry
) -> None:
    refused = status(401, WWW_Authenticate=f'Bearer realm="{tokens.realm}",service="registry.test"')
    gated.fail(requests("POST", "mount="), refused, times=1)
    gated.fail(requests("PUT", "/manifests/1.0.0"), refused, times=1)
    prod = Pusher(image.address, f"prod/{image.path}").repository
    registry = connect(image.address, _CREDENTIALS)
    assert registry.copy(image.repository.tagged("1.0.0"), prod.tagged("1.0.0")).mounted == 3
    assert len(tokens.asked) == 3


def test_reading_asks_for_no_more_than_reading(connect: Connect, image: Pusher, tokens: TokenServer) -> None:
    assert connect(image.address, _CREDENTIALS).tags(image.repository) == ("1.0.0",)
    assert tokens.asked == [[f"repository:{image.path}:pull"]]


def test_a_token_is_used_again(connect: Connect, image: Pusher, tokens: TokenServer) -> None:
    registry = connect(image.address, _CREDENTIALS)
    for _ in range(3):
        assert registry.labels(image.repository.tagged("1.0.0")) == {}
    assert len(tokens.asked) == 1


def test_threads_that_are_asked_at_once_share_one_token(
    connect: Connect, image: Pusher, tokens: TokenServer, gated: FaultyRegistry
) -> None:
    together = threading.Barrier(4)

    def wait_for_the_others(asked: Asked) -> None:
        if "authorization" not in asked.headers:
            together.wait(30)

    gated.on_request(wait_for_the_others)
    registry = connect(image.address, _CREDENTIALS)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(registry.tags, [image.repository] * 4))
    assert found == [("1.0.0",)] * 4
    assert len(tokens.asked) == 1


def test_without_a_login_the_token_server_decides(
    connect: Connect, image: Pusher, tokens: TokenServer
) -> None:
    with pytest.raises(RegistryAuthError) as caught:
        connect().tags(image.repository)
    assert "without a login" in caught.value.why
    assert tokens.logins[-1] == ""


def test_a_wrong_password_at_the_token_server(connect: Connect, image: Pusher) -> None:
    with pytest.raises(RegistryAuthError, match="refuses the login") as caught:
        connect(image.address, login("ada", "wrong-one")).tags(image.repository)
    assert "wrong password" in caught.value.why
    assert "wrong-one" not in str(caught.value)


def test_an_identity_token_is_exchanged(
    connect: Connect, image: Pusher, tokens: TokenServer, tmp_path: Path
) -> None:
    config = {"auths": {image.address: {"auth": "", "identitytoken": "an-identity-token"}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    registry = connect(environment={"DOCKER_CONFIG": str(tmp_path)})
    assert registry.tags(image.repository) == ("1.0.0",)
    assert tokens.logins[-1] == "an-identity-token"


@pytest.mark.parametrize(
    "realm",
    [
        *("", "ftp://127.0.0.1/token", "https://ada:x@127.0.0.1/token", "http://[", "/token"),
        *("http://127.0.0.1:99999999/token", "https://127.0.0.1:port/token"),
    ],
)
def test_the_password_goes_to_no_unsafe_token_server(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, realm: str
) -> None:
    faulty.fail(requests(), status(401, WWW_Authenticate=f'Bearer realm="{realm}"'))
    with pytest.raises(RegistryAuthError, match="not safe"):
        connect(shop.address, _CREDENTIALS).tags(shop.repository)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b'{"token": 1}', b'{"token": "a\\r\\nX: y"}'),
        *(b'{"token": "x", "expires_in": %s}' % value for value in (b'"?"', b"[1]", b"1" + b"0" * 400)),
    ],
)
def test_a_broken_answer_of_the_token_server(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, body: bytes
) -> None:
    faulty.fail(requests("GET", "^/token"), replied(Reply(200, {}, body)))
    challenge = f'Bearer realm="http://{faulty.address}/token",service="x"'
    faulty.fail(requests("GET", "^/v2/"), status(401, WWW_Authenticate=challenge))
    with pytest.raises(RegistryError, match="no usable token"):
        connect(shop.address, _CREDENTIALS).tags(shop.repository)


def test_the_digest_is_the_same_behind_tokens(connect: Connect, image: Pusher) -> None:
    found = connect(image.address, _CREDENTIALS).manifest(image.repository.tagged("1.0.0"))
    assert found is not None
    assert (found.media_type, found.digest) == (OCI_MANIFEST, digest_of(found.content))

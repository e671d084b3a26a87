from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryAuthError, RegistryError
from helmforge.domain.oci import Digest
from helmforge.errors import ExitCode
from tests.adapters.registry.connecting import login
from tests.adapters.registry.pushing import Pusher
from tests.support.faults import redirected, status
from tests.support.faulty_registry import FaultyRegistry, requests
from tests.support.registry import PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.registry.connecting import Connect
    from tests.support.registry import RegistryServer

pytestmark = pytest.mark.integration


@pytest.fixture
def guarded(private_server: RegistryServer) -> Iterator[FaultyRegistry]:
    with FaultyRegistry(private_server.address) as running:
        yield running


@pytest.fixture
def vault(guarded: FaultyRegistry) -> Pusher:
    """A repository of a registry with basic authentication."""
    return Pusher(guarded.address, login=f"{USER}:{PASSWORD}")


def test_the_login_of_the_environment_is_used(connect: Connect, vault: Pusher) -> None:
    vault.image("1.0.0")
    registry = connect(vault.address, login(USER, PASSWORD))
    registry.copy(vault.repository.tagged("1.0.0"), vault.repository.tagged("2.0.0"))
    assert vault.raw("2.0.0") == vault.raw("1.0.0")


def test_an_image_goes_from_an_open_registry_to_a_guarded_one(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, vault: Pusher
) -> None:
    shop.image("1.0.0")
    before = len(faulty.seen)
    registry = connect(vault.address, login(USER, PASSWORD))
    registry.copy(shop.repository.tagged("1.0.0"), vault.repository.tagged("1.0.0"))
    assert vault.raw("1.0.0") == shop.raw("1.0.0")
    assert not [asked for asked in faulty.seen[before:] if "authorization" in asked.headers]


def test_without_a_login_the_error_says_how_to_get_one(connect: Connect, vault: Pusher) -> None:
    with pytest.raises(RegistryAuthError) as caught:
        connect().tags(vault.repository)
    assert caught.value.exit_code is ExitCode.FAILED
    assert "HTTP 401 UNAUTHORIZED" in caught.value.why
    assert "without a login" in caught.value.why
    assert f"docker login {vault.address}" in caught.value.hint


def test_a_wrong_password_is_told_apart_and_not_shown(
    connect: Connect, vault: Pusher, guarded: FaultyRegistry
) -> None:
    registry = connect(vault.address, login(USER, "hunter2"))
    with pytest.raises(RegistryAuthError) as caught:
        registry.tags(vault.repository)
    assert f"logged in as {USER} from HELMFORGE_REGISTRY_USERNAME" in caught.value.why
    assert "hunter2" not in f"{caught.value}{caught.value.hint}{caught.value!r}"
    assert len(guarded.seen) == 2
    with pytest.raises(RegistryAuthError):
        registry.tags(vault.repository)
    assert len(guarded.seen) == 3, "the same password once more can only lock the account"


def test_the_login_of_the_environment_is_for_one_host_only(
    connect: Connect, vault: Pusher, guarded: FaultyRegistry
) -> None:
    for registry in (
        connect("myrepo.cr.io", login(USER, PASSWORD)),
        connect(vault.address, {**login(USER, PASSWORD), "HELMFORGE_REGISTRY_HOST": "myrepo.cr.io"}),
    ):
        with pytest.raises(RegistryAuthError, match="without a login"):
            registry.tags(vault.repository)
    assert not [asked for asked in guarded.seen if "authorization" in asked.headers]
    named = {**login(USER, PASSWORD), "HELMFORGE_REGISTRY_HOST": vault.address}
    assert connect("myrepo.cr.io", named).tags(vault.repository) == ()


def test_the_password_is_sent_only_when_asked_for(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    assert connect(shop.address, login(USER, PASSWORD)).tags(shop.repository) == ("1.0.0",)
    assert not [asked for asked in faulty.seen if "authorization" in asked.headers]


def test_no_permission_is_explained(connect: Connect, vault: Pusher, guarded: FaultyRegistry) -> None:
    guarded.fail(requests("GET", "/tags/list"), status(403, error="DENIED", message="not yours"))
    with pytest.raises(RegistryAuthError, match="HTTP 403 DENIED: not yours"):
        connect(vault.address, login(USER, PASSWORD)).tags(vault.repository)


def test_a_login_that_cannot_be_given(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    faulty.fail(requests(), status(401, WWW_Authenticate="Negotiate"))
    with pytest.raises(RegistryAuthError, match="WWW-Authenticate: Negotiate"):
        connect().tags(shop.repository)


def test_a_redirected_blob_is_fetched_without_the_login(
    connect: Connect, vault: Pusher, guarded: FaultyRegistry, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """`faulty` plays the blob store on another host."""
    store = Pusher(shop.address, vault.path)
    pushed = vault.blob(b"layer")
    store.blob(b"layer")
    guarded.fail(requests("GET", "/blobs/"), redirected(shop.address))
    registry = connect(vault.address, login(USER, PASSWORD))
    registry.tags(vault.repository)
    before = len(faulty.seen)
    assert registry.blob(vault.repository, Digest(pushed["digest"])) == b"layer"
    followed = faulty.seen[before:]
    assert [asked.method for asked in followed] == ["GET"]
    assert "authorization" not in followed[0].headers


def test_an_upload_address_on_another_host_gets_no_login(
    connect: Connect, vault: Pusher, guarded: FaultyRegistry, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0", layers=0)
    guarded.fail(requests("POST"), status(202, Location=f"http://{faulty.address}/upload?id=1"))
    faulty.fail(requests("", "^/upload"), status(201))
    with pytest.raises(RegistryError):  # the real registry never gets the blob
        connect(vault.address, login(USER, PASSWORD)).copy(
            shop.repository.tagged("1.0.0"), vault.repository.tagged("1.0.0")
        )
    uploads = [asked for asked in faulty.seen if asked.path.startswith("/upload?id=1&digest=sha256%3A")]
    assert len(uploads) == 1
    assert "authorization" not in uploads[0].headers


def test_a_foreign_host_cannot_ask_for_the_login(
    connect: Connect, vault: Pusher, guarded: FaultyRegistry, faulty: FaultyRegistry
) -> None:
    pushed = vault.blob(b"layer")
    guarded.fail(requests("GET", "/blobs/"), redirected(faulty.address))
    challenge = f'Bearer realm="http://{faulty.address}/token",service="x"'
    faulty.fail(requests(), status(401, WWW_Authenticate=challenge))
    with pytest.raises(RegistryError, match="HTTP 401"):
        connect(vault.address, login(USER, PASSWORD)).blob(vault.repository, Digest(pushed["digest"]))
    assert [asked.path for asked in faulty.seen] == [f"/v2/{vault.path}/blobs/{pushed['digest']}"]
    assert "authorization" not in faulty.seen[0].headers

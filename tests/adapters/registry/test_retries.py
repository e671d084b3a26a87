from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.errors import ExitCode, UnreachableError
from helmforge.sandbox.ports import free_port
from tests.support.faults import dropped, held, replied, status, truncated
from tests.support.faulty_registry import Reply, requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import Fault, FaultyRegistry

pytestmark = pytest.mark.integration

_LONG_PAGE = replied(Reply(502, {"Content-Type": "text/html"}, b"<p>" * 100_000))
_TRANSIENT = [
    *(status(code) for code in (408, 429, 500, 502, 503, 504)),
    _LONG_PAGE,
    dropped(),
    truncated(10),
]


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opened at the end, so that no request hangs on after the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("fault", _TRANSIENT)
def test_passing_trouble_passes(connect: Connect, shop: Pusher, faulty: FaultyRegistry, fault: Fault) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET"), fault, times=2)
    assert connect().manifest(shop.repository.tagged("1.0.0")) is not None
    assert connect.pauses == [0.5, 1.0]


@pytest.mark.parametrize("fault", _TRANSIENT)
def test_lasting_trouble_ends_after_the_attempts(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, fault: Fault
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("GET"), fault)
    with pytest.raises(UnreachableError) as caught:
        connect(attempts=4).manifest(shop.repository.tagged("1.0.0"))
    assert caught.value.exit_code is ExitCode.UNREACHABLE
    assert caught.value.where == f"GET http://{shop.address}/v2/{shop.path}/manifests/1.0.0"
    assert "tried 4 times, last answer: " in caught.value.why
    assert faulty.count(requests("GET")) == 4


def test_the_last_answer_is_told(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    faulty.fail(requests(), status(429, error="TOOMANYREQUESTS", message="slow down"))
    with pytest.raises(UnreachableError, match="HTTP 429 TOOMANYREQUESTS: slow down"):
        connect().tags(shop.repository)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("86400", 30, 30),
        (format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True), 30, 30),
        (format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True), 0, 0),
        ("soon", 0.5, 0.5),
        ("²", 0.5, 0.5),
        ("9" * 5000, 30, 30),
        (f"Mon, 20 Nov 1995 19:12:08 +{'9' * 20}", 0.5, 0.5),
    ],
    ids=[
        *("seconds", "a day of seconds", "a date to come", "a date gone by", "a word", "no digit"),
        *("many digits", "a zone that is none"),
    ],
)
def test_the_registry_may_say_when_to_come_back(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, value: str, least: float, most: float
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("HEAD"), status(429, Retry_After=value), times=1)
    assert connect().resolve(shop.repository.tagged("1.0.0"))
    assert least <= connect.pauses[0] <= most


@pytest.mark.parametrize("code", [400, 409, 412, 413, 501])
def test_a_refusal_is_not_repeated(connect: Connect, shop: Pusher, faulty: FaultyRegistry, code: int) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("PUT", "/manifests/2"), status(code, error="NO", message="never"))
    with pytest.raises(RegistryError, match=f"HTTP {code} NO: never"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))
    assert faulty.count(requests("PUT", "/manifests/2")) == 1


_LAGS = {"error": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry"}


@pytest.mark.parametrize("code", [400, 404])
def test_a_blob_that_is_not_to_be_found_yet(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, code: int
) -> None:
    """As while another run uploads it."""
    shop.image("1.0.0")
    faulty.fail(requests("PUT", "/manifests/2"), status(code, **_LAGS), times=2)
    connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))
    assert connect.pauses == [0.5, 2.0]


def test_a_refusal_that_only_speaks_of_a_blob_is_not_repeated(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("PUT", "/manifests/2"), status(400, error="DENIED", message="not BLOB_UNKNOWN"))
    with pytest.raises(RegistryError, match="HTTP 400 DENIED"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))
    assert faulty.count(requests("PUT", "/manifests/2")) == 1


def test_a_blob_that_is_never_found(connect: Connect, shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.image("1.0.0")
    faulty.fail(requests("PUT", "/manifests/2"), status(404, **_LAGS))
    with pytest.raises(RegistryError, match="HTTP 404 MANIFEST_BLOB_UNKNOWN: blob unknown to registry"):
        connect().copy(shop.repository.tagged("1.0.0"), shop.repository.tagged("2.0.0"))
    assert faulty.count(requests("PUT", "/manifests/2")) == 3


def test_a_registry_that_is_down(connect: Connect) -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(UnreachableError, match="refused") as caught:
        connect().resolve(Repository(RegistryHost(address), "shop").tagged("1.0.0"))
    assert address in caught.value.what


def test_a_name_that_does_not_exist(connect: Connect) -> None:
    with pytest.raises(UnreachableError):
        connect().resolve(Repository(RegistryHost("registry.invalid"), "shop").tagged("1.0.0"))


def test_a_slow_registry_is_given_up(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, gate: threading.Event
) -> None:
    faulty.fail(requests(), held(gate))
    with pytest.raises(UnreachableError, match="timed out"):
        connect(attempts=2, timeout_seconds=0.1).resolve(shop.repository.tagged("1.0.0"))


def test_other_hosts_are_spoken_to_by_https_only(connect: Connect, shop: Pusher) -> None:
    """127.1 is this machine too, but not by a name that counts as loopback."""
    shop.image("1.0.0")
    port = shop.address.rpartition(":")[2]
    with pytest.raises(UnreachableError, match=r"https://127\.1") as caught:
        connect().resolve(Repository(RegistryHost(f"127.1:{port}"), shop.path).tagged("1.0.0"))
    assert "tried once" in caught.value.why
    assert "insecure: true" in caught.value.hint
    insecure = RegistryHost(f"127.1:{port}", insecure=True)
    assert connect().resolve(Repository(insecure, shop.path).tagged("1.0.0"))

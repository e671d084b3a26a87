"""Sources whose connection breaks in the middle of a blob: only what is missing is read again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry import RegistryError
from helmforge.errors import UnreachableError
from tests.adapters.registry.routes import PATCH, PUT, SIZE
from tests.support.faults import changed, status, truncated, with_headers
from tests.support.faulty_registry import requests
from tests.support.kept_uploads import KeptUploads

if TYPE_CHECKING:
    from tests.adapters.registry.routes import Route
    from tests.support.faulty_registry import Asked, Fault, Forward, Reply

pytestmark = pytest.mark.integration


def _without_range(asked: Asked, forward: Forward) -> Reply:
    headers = {name: value for name, value in asked.headers.items() if name != "range"}
    return forward(replace(asked, headers=headers))


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (None, ["", "bytes=1200000-2999999"]),
        (_without_range, ["", "bytes=1200000-2999999"]),
        (with_headers(Content_Range="bytes 1200001-2999999/3000000"), ["", "bytes=1200000-2999999", ""]),
        (with_headers(Content_Range="bytes 1200000-2999998/3000000"), ["", "bytes=1200000-2999999", ""]),
        (with_headers(Content_Range="bytes 1200000-2999999/3000001"), ["", "bytes=1200000-2999999", ""]),
        (status(416), ["", "bytes=1200000-2999999", ""]),
        (status(503), ["", "bytes=1200000-2999999", "bytes=1200000-2999999"]),
    ],
    ids=["206", "200", "other start", "other end", "other size", "416", "503"],
)
def test_a_source_is_asked_for_the_rest(route: Route, fault: Fault | None, asked: list[str]) -> None:
    blob = requests("GET", f"/blobs/{route.layer}")
    if fault:
        route.source.fail(lambda one: blob(one) and "range" in one.headers, fault, times=1)
    route.source.fail(lambda one: blob(one) and "range" not in one.headers, truncated(1_200_000), times=1)
    report = route.copy()
    assert (report.uploaded, report.resumed) == (1, 1)
    assert (route.reads(), route.sent()) == (asked, [("PUT", "", SIZE)])


def test_a_source_may_break_as_often_as_it_sends_something(route: Route) -> None:
    route.source.fail(requests("GET", f"/blobs/{route.layer}"), truncated(300_000), times=9)
    assert route.copy(attempts=2).resumed == 1
    assert route.reads()[1:] == [f"bytes={done}-2999999" for done in range(300_000, SIZE, 300_000)]


def test_a_source_that_stays_broken_is_named(route: Route) -> None:
    route.source.fail(requests("GET", f"/blobs/{route.layer}"), truncated(0))
    with pytest.raises(UnreachableError) as caught:
        route.copy()
    assert caught.value.where.startswith(f"GET http://{route.source.address}/")
    assert "tried 3 times" in caught.value.why


@pytest.mark.parametrize("at", [0, 1_799_999])
def test_other_bytes_in_the_rest_are_refused(route: Route, at: int) -> None:
    blob = requests("GET", f"/blobs/{route.layer}")

    def change(reply: Reply) -> Reply:
        body = reply.body
        return replace(reply, body=body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])

    route.source.fail(lambda one: blob(one) and "range" in one.headers, changed(change))
    route.source.fail(lambda one: blob(one) and "range" not in one.headers, truncated(1_200_000), times=1)
    with pytest.raises(RegistryError, match="something else than was asked for"):
        route.copy()
    assert not [one for one in route.target.seen if PUT(one)]  # its last piece was never sent


def test_both_ends_break(route: Route) -> None:
    route.source.fail(requests("GET", f"/blobs/{route.layer}"), truncated(700_000), times=4)
    kept = KeptUploads(route.target)
    route.target.cut(PUT, kept.keep, after=900_000)
    route.target.cut(PATCH, kept.keep, after=900_000)
    assert route.copy().resumed == 1
    assert sum(size for _, _, size in route.sent()) == SIZE

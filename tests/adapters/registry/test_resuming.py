"""Uploads whose connection breaks in the middle of a blob: only what is missing is sent again."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.oci import Digest
from helmforge.errors import UnreachableError
from tests.adapters.registry.pushing import OCI_CONFIG, OCI_MANIFEST, digest_of
from tests.adapters.registry.routes import PATCH, PUT, SIZE, STATUS, made
from tests.support.faults import dropped, dropped_afterwards, status
from tests.support.faulty_registry import FaultyRegistry
from tests.support.kept_uploads import KeptUploads

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.adapters.registry.routes import Route

pytestmark = pytest.mark.integration


def test_nothing_more_is_asked_while_nothing_breaks(route: Route) -> None:
    report = route.copy()
    assert (report.uploaded, report.resumed) == (1, 0)
    asked = [method for method, path in route.target.requests if "/blobs/uploads/" in path]
    assert asked == ["POST", "PUT"]
    assert (route.reads(), route.sent()) == ([""], [("PUT", "", SIZE)])


def test_an_upload_goes_on_where_the_registry_says(route: Route) -> None:
    route.target.cut(PUT, KeptUploads(route.target).keep, after=1_300_000)
    report = route.copy()
    assert (report.uploaded, report.resumed) == (1, 1)
    rest = ("PATCH", "1300000-2999999", SIZE - 1_300_000)
    assert route.sent() == [("PUT", "", 1_300_000), rest, ("PUT", "", 0)]
    # Read again from the last piece of 1 MiB before it, whose checksum is still known
    assert route.reads() == ["", "bytes=1048576-2999999"]


def test_breaks_that_leave_less_each_time_end_well(route: Route) -> None:
    kept = KeptUploads(route.target)
    route.target.cut(PUT, kept.keep, after=400_000)
    route.target.cut(PATCH, kept.keep, after=400_000, times=6)
    assert route.copy(attempts=2).resumed == 1
    assert sum(size for _, _, size in route.sent()) == SIZE
    assert len(route.sent()) == 9
    assert set(route.connect.pauses) == {0.5}


def test_breaks_without_end_are_not_borne(route: Route) -> None:
    kept = KeptUploads(route.target)
    route.target.cut(PUT, kept.keep, after=1000)
    route.target.cut(PATCH, kept.keep, after=1000, times=100)
    with pytest.raises(UnreachableError, match="tried 25 times"):
        route.copy()


def test_an_upload_that_gets_nowhere_ends_after_the_attempts(route: Route) -> None:
    route.target.cut(PUT, dropped(), after=0, times=100)
    with pytest.raises(UnreachableError, match="tried 3 times"):
        route.copy()
    assert len(route.sent()) == 3


def test_a_registry_that_forgets_what_was_cut_off_gets_all_of_it_again(route: Route) -> None:
    """docker-registry does."""
    route.target.cut(PUT, lambda asked, forward: forward(asked), after=1_300_000)
    assert route.copy().resumed == 0
    assert route.sent() == [("PUT", "", 1_300_000), ("PUT", "", SIZE)]


def test_a_registry_that_cannot_say_how_far_it_is_gets_all_of_it_again(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, modern_server: str
) -> None:
    with FaultyRegistry(modern_server) as target:
        route = made(connect, shop, faulty, target)
        target.cut(PUT, lambda asked, forward: forward(asked), after=1_300_000)
        assert route.copy().resumed == 0
        assert route.sent() == [("PUT", "", 1_300_000), ("PUT", "", SIZE)]


def test_a_lost_answer_is_not_a_lost_blob(route: Route) -> None:
    route.target.fail(PUT, dropped_afterwards(), times=1)
    assert route.copy().uploaded == 1
    assert route.sent() == [("PUT", "", SIZE)]


def test_a_session_that_is_further_than_it_said_is_taken_at_its_word(route: Route) -> None:
    """As when the rest of a broken request was still on its way inside of the registry."""
    kept = KeptUploads(route.target)
    route.target.cut(PUT, kept.keep, after=1_300_000)
    route.target.fail(STATUS, kept.answering(204, "0-999999"), times=1)
    route.target.fail(PATCH, kept.answering(416), times=1)
    assert route.copy().resumed == 1
    ranges = [told for method, told, _ in route.sent() if method == "PATCH"]
    assert ranges == ["1000000-2999999", "1300000-2999999"]
    assert (route.target.count(STATUS), route.connect.pauses) == (1, [0.5])


def test_a_session_that_does_not_say_how_far_it_is_now_is_asked(route: Route) -> None:
    route.target.cut(PUT, KeptUploads(route.target).keep, after=1_300_000)
    route.target.fail(PATCH, status(416), times=1)
    assert route.copy().resumed == 1
    assert route.target.count(STATUS) == 2


@pytest.mark.parametrize("told", ["0-2", "0-1299998", "0-2999999", "0-3000000", "0-0", "", "nonsense", "5-9"])
def test_a_registry_that_tells_lies_gets_what_it_needs(route: Route, told: str) -> None:
    """docker-registry appends whatever comes, wherever it says to belong: the digest is then wrong."""
    kept = KeptUploads(route.target)
    route.target.cut(PUT, kept.keep, after=1_300_000)
    route.target.fail(STATUS, kept.answering(204, told), times=1)
    route.copy()
    assert route.sent()[-1] == ("PUT", "", SIZE)
    if told not in {"0-2", "0-1299998", "0-2999999"}:
        assert len(route.sent()) == 2  # no attempt to go on from there


def test_a_file_goes_on_too(connect: Connect, shop: Pusher, faulty: FaultyRegistry, tmp_path: Path) -> None:
    content = secrets.token_bytes(SIZE)
    layer = {"mediaType": OCI_CONFIG, "digest": str(digest_of(content)), "size": SIZE}
    document = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": layer}).encode()
    entry = {"mediaType": OCI_MANIFEST, "digest": str(digest_of(document)), "size": len(document)}
    (tmp_path / "blobs/sha256").mkdir(parents=True)
    for one in (content, document):
        (tmp_path / "blobs/sha256" / digest_of(one).partition(":")[2]).write_bytes(one)
    (tmp_path / "index.json").write_text(json.dumps({"manifests": [entry]}), encoding="utf-8")
    faulty.cut(PUT, KeptUploads(faulty).keep, after=1_300_000)
    connect().upload(tmp_path, shop.repository.tagged("1.0.0"))
    sizes = [len(one.body) for one in faulty.seen if re.search("uploads/[^?]", one.path)]
    assert sum(sizes) == SIZE
    assert connect().blob(shop.repository, Digest(layer["digest"])) == content

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.brief.before import stay
from helmforge.domain.brief.changes import Changes
from helmforge.domain.brief.findings import findings_change
from helmforge.domain.brief.image import chosen, image_change, layers, platforms
from helmforge.domain.brief.values import LoneKey, lone_keys
from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.git import Commit, Person
from helmforge.domain.scanning import Finding, judge
from helmforge.errors import HelmforgeError
from tests.flows.releases import chart_of, record

if TYPE_CHECKING:
    from datetime import date

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")


def manifest(*sizes: tuple[str, int]) -> bytes:
    blobs = [{"digest": digest, "size": size} for digest, size in sizes]
    return json.dumps({"config": blobs[0], "layers": blobs[1:]}).encode()


def test_layers_that_come_and_go() -> None:
    old, new = layers(manifest((ONE, 10), (TWO, 100))), layers(manifest((ONE, 10), (THREE, 300)))
    change = image_change("", new, old)
    assert (change.size, change.before, change.added, change.removed) == (310, 110, 300, 100)
    assert (change.layers_added, change.layers_removed) == (1, 1)
    assert image_change("", new, None).before is None


def test_platforms_of_an_index() -> None:
    def entry(digest: str, **platform: str) -> dict[str, Any]:
        return {"digest": digest, "platform": platform}

    entries = [
        entry(ONE, os="linux", architecture="arm64", variant="v8"),
        entry(TWO, os="linux", architecture="amd64"),
        entry(THREE, os="unknown", architecture="unknown"),
    ]
    found = platforms(json.dumps({"manifests": entries}).encode())
    assert found == {"linux/arm64/v8": ONE, "linux/amd64": TWO}
    assert platforms(manifest((ONE, 1))) == {}
    twice = [entry(TWO, os="linux", architecture="amd64"), entry(ONE, os="linux", architecture="amd64")]
    assert platforms(json.dumps({"manifests": twice}).encode()) == {"linux/amd64": TWO}, "as nodes choose"
    assert list(found) == ["linux/arm64/v8", "linux/amd64"], "in the order of the index"
    assert chosen(found, ()) == "linux/amd64"
    assert chosen(found, ["linux/arm64/v8"]) == "linux/arm64/v8"


_SIZES = (b"1e999", b"NaN", b"-1", b"1" + b"0" * 400, b'"1"', b"null")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b'"x"', b"\xff", b"[" * 100_000, b'{"layers": [1]}', b"{}"),
        *(b'{"config": {"digest": "x", "size": 1}, "layers": %s}' % one for one in (b"5", b"[5]", b"[[]]")),
        *(b'{"config": {"digest": "x", "size": %s}}' % size for size in _SIZES),
    ],
)
def test_what_is_no_manifest_is_an_error_with_words(content: bytes) -> None:
    with pytest.raises(HelmforgeError):
        layers(content)


def test_keys_of_one_environment() -> None:
    qa = {"replicas": 1, "ingress": {"host": "a", "debug": {"on": True, "level": 3}}}
    prod = {"replicas": 3, "ingress": {"host": "b"}, "tls": {"a": 1}}
    assert lone_keys({"qa": qa, "prod": prod}) == (LoneKey("qa", "ingress.debug"), LoneKey("prod", "tls"))
    assert lone_keys({"qa": qa, "stage": qa, "prod": {}}) == ()
    assert lone_keys({"qa": {"a": {}}, "prod": {}}) == (LoneKey("qa", "a"),)


def test_where_the_image_is_does_not_count() -> None:
    place = {"repository": "r.example/prod/shop", "tag": "1"}
    assert lone_keys({"qa": {}, "prod": {"image": place}}) == ()
    always = {"image": place | {"pullPolicy": "Always"}}
    assert lone_keys({"qa": {"image": place}, "prod": always}) == (LoneKey("prod", "image"),)


def flaw(name: str, place: str = "") -> Finding:
    return Finding(name, "HIGH", package="ssl", version="1", place=place)


@pytest.fixture
def today() -> date:
    return NOW.date()


def test_flaws_that_come_and_go(today: date) -> None:
    verdict = judge((flaw("A"), flaw("A"), flaw("B")), "HIGH", (), today)
    change = findings_change("trivy", verdict, (flaw("A"), flaw("C")))
    assert [one.finding.id for one in change.added] == ["A", "B"]
    assert [one.id for one in change.removed] == ["C"]
    assert (change.kept, change.compared) == (1, True)
    alone = findings_change("trivy", verdict, None)
    assert (len(alone.added), alone.kept, alone.compared) == (3, 0, False)


def revisions(*entries: tuple[str, str]) -> tuple[ReleaseRevision, ...]:
    return tuple(
        ReleaseRevision(number, status, "shop", "", NOW + timedelta(days=number), text)
        for number, (status, text) in enumerate(entries, start=1)
    )


def test_a_stay_began_when_the_chart_came_and_failures_do_not_end_it() -> None:
    history = revisions(
        ("superseded", record("1.0.0")),
        ("superseded", record("1.1.0")),
        ("failed", record("1.2.0")),
        ("superseded", "Rollback to 2"),
        ("deployed", record("1.1.0")),
    )
    found = stay("qa", history, chart_of("1.1.0"), ())
    assert (found.version, found.same, found.since) == ("1.1.0", True, NOW + timedelta(days=2))
    assert not stay("qa", history, chart_of("1.2.0"), ()).same
    assert stay("qa", revisions(("deployed", "by hand")), "", ()).version == ""
    assert stay("qa", (), "", ()).since is None


def test_one_person_is_counted_by_address() -> None:
    people = [
        Person("Ada", "ADA@example.com"),
        Person("Bob", "bob@example.com"),
        Person("A.", "ada@example.com"),
    ]
    commits = tuple(Commit("1" * 40, one, one, NOW, "x") for one in people)
    assert [(one.name, number) for one, number in Changes("", commits).authors] == [("Ada", 2), ("Bob", 1)]

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.status import ApiError
from helmforge.sandbox.emulator.store import Store, new_object
from tests.support.emulated import Api, emulated_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with emulated_api(tmp_path_factory.mktemp("emulator")) as server:
        yield Api(server)


@pytest.fixture
def maps(api: Api) -> str:
    url = f"/api/v1/namespaces/{api.namespace()}/configmaps"
    for name in ("a", "b"):
        api.ask("POST", url, {"metadata": {"name": name, "labels": {"name": name}}})
    return url


def _seen(events: list[Any]) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


def test_the_end_of_the_initial_events_is_marked(api: Api, maps: str) -> None:
    initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"

    events = api.watch(f"{maps}?{initial}")

    assert _seen(events) == [("ADDED", "a"), ("ADDED", "b"), ("BOOKMARK", "")]
    last = events[-1]["object"]
    assert last["kind"] == "ConfigMap"
    assert last["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(last["metadata"]["resourceVersion"]) >= int(events[1]["object"]["metadata"]["resourceVersion"])


def test_initial_events_need_their_match(api: Api, maps: str) -> None:
    status, said = api.refused("GET", f"{maps}?watch=true&sendInitialEvents=true")

    assert status == 422
    assert "resourceVersionMatch: Forbidden" in said


def test_a_watch_resumes_where_a_list_ended(api: Api, maps: str) -> None:
    version = api.ask("GET", maps)[1]["metadata"]["resourceVersion"]
    api.ask("DELETE", f"{maps}/a")
    api.ask("POST", maps, {"metadata": {"name": "c"}})

    assert _seen(api.watch(f"{maps}?resourceVersion={version}")) == [("DELETED", "a"), ("ADDED", "c")]


def test_a_watch_keeps_to_its_selection(api: Api, maps: str) -> None:
    version = api.ask("GET", maps)[1]["metadata"]["resourceVersion"]
    relabel = {"metadata": {"labels": {"name": "a"}}}
    api.ask("PATCH", f"{maps}/b", relabel, media="application/merge-patch+json")
    api.ask("DELETE", f"{maps}/a")

    def seen(selector: str) -> list[tuple[str, str]]:
        return _seen(api.watch(f"{maps}?resourceVersion={version}&{selector}"))

    assert seen("labelSelector=name%3Da") == [("ADDED", "b"), ("DELETED", "a")]
    assert seen("labelSelector=name%3Db") == [("DELETED", "b")]
    assert seen("fieldSelector=metadata.name%3Db") == [("MODIFIED", "b")]


def test_tables_are_watched_too(api: Api, maps: str) -> None:
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    _, text = api.text("GET", f"{maps}?watch=true&timeoutSeconds=1", **accept)

    assert text.count('"kind": "Table"') == 2


@pytest.mark.parametrize(
    "query", ["resourceVersion=x", "fieldSelector=data.x%3D1", "labelSelector=a%20in%20(b"]
)
def test_bad_queries(api: Api, maps: str, query: str) -> None:
    assert api.refused("GET", f"{maps}?watch=true&{query}")[0] == 400


def test_a_version_older_than_the_history_is_gone() -> None:
    store = Store()
    pod = new_object("Node", "n", spec={})
    for number in range(6_000):
        store.put(KINDS["Node"], {**pod, "status": {"number": number}})

    with pytest.raises(ApiError) as caught:
        store.since(1)

    assert caught.value.code == 410
    assert len(store.since(store.version - 10)) == 10


def test_it_ends_at_once_with_watches_open(tmp_path: Path) -> None:
    ready = tmp_path / "address"
    argv = [sys.executable, "-m", "helmforge.sandbox.emulator", f"--ready-file={ready}"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE) as server:
        while not ready.exists():
            assert server.poll() is None
        address = ready.read_text(encoding="utf-8").strip()
        program = f"import urllib.request as u; r = u.urlopen('{address}/api/v1/pods?watch=1')"
        watch = [sys.executable, "-c", f"{program}; print(r.status, flush=True); r.read()"]
        with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as watcher:
            assert watcher.stdout is not None
            assert watcher.stdout.readline() == "200\n"
            started = time.monotonic()
            server.send_signal(signal.SIGTERM)
            _, complaints = server.communicate(timeout=10)
            assert watcher.wait(10) == 0

    assert (server.returncode, complaints) == (0, b"")
    assert time.monotonic() - started < 5

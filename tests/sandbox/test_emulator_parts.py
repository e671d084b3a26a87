"""The parts of the emulated API that are easier to judge alone."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from helmforge.sandbox.emulator import controllers
from helmforge.sandbox.emulator.client import kubeconfig
from helmforge.sandbox.emulator.faults import is_ready
from helmforge.sandbox.emulator.kinds import KINDS
from helmforge.sandbox.emulator.merge import json_merge, strategic_merge
from helmforge.sandbox.emulator.protobuf import decode
from helmforge.sandbox.emulator.server import make_app
from helmforge.sandbox.emulator.status import ApiError
from helmforge.sandbox.emulator.store import Store, new_object
from helmforge.sandbox.emulator.writes import Target, create, patch


def _field(number: int, content: bytes | int) -> bytes:
    def varint(value: int) -> bytes:
        head = bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
        return head + (varint(value >> 7) if value > 0x7F else b"")

    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def _envelope(kind: str, raw: bytes) -> bytes:
    return b"k8s\0" + _field(1, _field(1, b"v1") + _field(2, kind.encode())) + _field(2, raw)


def _entry(key: str, value: bytes) -> bytes:
    return _field(1, key.encode()) + _field(2, value)


def test_a_secret_in_protobuf() -> None:
    release = bytes(range(256)) * 8
    times = _field(8, _field(1, 1_790_000_000))
    metadata = (
        _field(1, b"sh.helm") + _field(2, b"") + _field(3, b"qa") + _field(11, _entry("owner", b"helm"))
    )
    raw = (
        _field(1, metadata + times) + _field(2, _entry("release", release)) + _field(3, b"helm.sh/release.v1")
    )

    assert decode(_envelope("Secret", raw + _field(5, 1))) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "sh.helm", "namespace": "qa", "labels": {"owner": "helm"}},
        "data": {"release": base64.b64encode(release).decode()},
        "type": "helm.sh/release.v1",
        "immutable": True,
    }


def test_other_kinds_in_protobuf_are_refused() -> None:
    with pytest.raises(ApiError, match="cannot read a Job in protobuf"):
        decode(_envelope("Job", b""))
    with pytest.raises(ApiError, match="cannot read field 9 of Secret"):
        decode(_envelope("Secret", _field(9, b"")))


@given(st.binary(max_size=60), st.booleans())
def test_broken_protobuf_is_an_answer_and_never_a_crash(noise: bytes, wrap: bool) -> None:  # noqa: FBT001 - given
    try:
        decode(_envelope("Secret", noise) if wrap else b"k8s\0" + noise)
    except ApiError as error:
        assert error.code in (400, 501)  # noqa: PT017 - sometimes it decodes


@pytest.mark.parametrize(
    ("patch_text", "expected"),
    [
        ('{"containers":[{"name":"a","image":"2"}]}', [("a", "2"), ("b", "1")]),
        ('{"containers":[{"name":"c","image":"1"}]}', [("a", "1"), ("b", "1"), ("c", "1")]),
        ('{"containers":[{"name":"a","$patch":"delete"}]}', [("b", "1")]),
        ('{"containers":[{"$patch":"replace"},{"name":"z","image":"9"}]}', [("z", "9")]),
    ],
)
def test_strategic_merge_of_lists(patch_text: str, expected: list[tuple[str, str]]) -> None:
    target = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}

    merged = strategic_merge(target, json.loads(patch_text))

    assert [(item["name"], item["image"]) for item in merged["containers"]] == expected


def test_directives_of_strategic_merge() -> None:
    target = {"volume": {"name": "v", "emptyDir": {}}, "finalizers": ["a", "b"], "args": ["1"], "gone": 1}
    change = {
        "volume": {"$retainKeys": ["name", "secret"], "secret": {"secretName": "s"}},
        "$deleteFromPrimitiveList/finalizers": ["a"],
        "finalizers": ["c"],
        "args": ["2"],
        "gone": None,
    }

    assert strategic_merge(target, change) == {
        "volume": {"name": "v", "secret": {"secretName": "s"}},
        "finalizers": ["b", "c"],
        "args": ["2"],
    }


_JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=3), _JSON), st.dictionaries(st.text(max_size=3), _JSON))
def test_a_merge_patch_twice_is_the_patch_once(target: Any, change: Any) -> None:
    once = json_merge(target, change)

    assert json_merge(once, change) == once


def _run(store: Store, rounds: int) -> None:
    for _ in range(rounds):
        controllers.settle(store, "default")


def _deployment(replicas: int, image: str, rolling: Any) -> Any:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": image}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    return {"metadata": {"name": "web"}, "spec": {**spec, "strategy": {"rollingUpdate": rolling}}}


@given(st.integers(1, 9), st.integers(0, 4), st.integers(0, 100))
def test_a_rolling_update_keeps_its_limits(replicas: int, surge: int, percent: int) -> None:
    store = Store()
    target = Target(KINDS["Deployment"], "default", "", "test", dry_run=False)
    rolling = {"maxSurge": surge, "maxUnavailable": f"{percent}%"}
    create(store, target, _deployment(replicas, "x:1", rolling))
    _run(store, 8)
    named = Target(KINDS["Deployment"], "default", "web", "test", dry_run=False)
    patch(store, named, "application/merge-patch+json", _deployment(replicas, "x:2", rolling))
    unavailable = replicas * percent // 100

    pods: list[Any] = []
    for _ in range(60):
        _run(store, 1)
        pods = store.find(KINDS["Pod"], "default")
        assert len(pods) <= replicas + surge
        assert sum(map(is_ready, pods)) >= replicas - (unavailable if surge or unavailable else 1)
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {"x:2"}
    settled = store.version
    _run(store, 3)
    assert store.version == settled


def test_more_pods_than_it_can_play_are_refused() -> None:
    target = Target(KINDS["Deployment"], "default", "", "test", dry_run=False)

    with pytest.raises(ApiError, match="replicas must be a whole number up to 1000"):
        create(Store(), target, _deployment(1_000_000, "x:1", {}))


def test_a_partition_is_refused() -> None:
    target = Target(KINDS["StatefulSet"], "default", "", "test", dry_run=False)
    body = _deployment(2, "x:1", {})
    body["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}

    with pytest.raises(ApiError, match="the emulated API cannot hold back a part of a StatefulSet"):
        create(Store(), target, body)


def test_controllers_rest_when_nothing_is_to_do() -> None:
    store = Store()
    store.put(
        KINDS["Service"],
        new_object("Service", "s", namespace="default", spec={"selector": {"a": "b"}, "ports": []}),
    )
    _run(store, 3)
    settled = store.version
    _run(store, 3)

    assert store.version == settled


def test_a_crash_of_the_controllers_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(_store: Store) -> None:
        raise RuntimeError("out of steam")

    answers: list[tuple[int, str]] = []

    async def ask() -> None:
        async with TestClient(TestServer(make_app())) as client:
            await asyncio.sleep(0)
            answer = await client.get("/version")
            answers.append((answer.status, await answer.text()))

    monkeypatch.setattr(controllers, "run", crash)
    with pytest.raises(RuntimeError, match="out of steam"):  # the end of the process says it once more
        asyncio.run(ask())

    assert answers[0][0] == 500
    assert "out of steam" in answers[0][1]


def test_every_context_of_the_kubeconfig_leads_to_the_server() -> None:
    config = json.loads(kubeconfig("http://127.0.0.1:1", contexts=["dev", "prod"]))

    assert [entry["name"] for entry in config["contexts"]] == ["dev", "prod"]
    assert config["current-context"] == "dev"
    assert config["clusters"] == [{"name": "emulated", "cluster": {"server": "http://127.0.0.1:1"}}]


_PATHS = [
    *(
        "metadata/labels",
        "spec",
        "spec/replicas",
        "spec/selector",
        "spec/selector/matchLabels",
        "spec/template",
    ),
    *("spec/template/metadata", "spec/template/metadata/labels", "spec/template/spec", "spec/strategy"),
    *("spec/template/spec/containers", "spec/strategy/rollingUpdate", "spec/strategy/rollingUpdate/maxSurge"),
    *("spec/ports", "spec/updateStrategy", "spec/completions", "spec/selector/matchExpressions"),
]
_KINDS = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "Pod",
    "Service",
    "PodDisruptionBudget",
    "ReplicaSet",
]
_STRANGE = (
    _JSON | st.none() | st.booleans() | st.sampled_from(["25%", "x%", -1, [{}], [1], {"a": 1}, {"a": "b"}])
)


@given(st.sampled_from(_KINDS), st.sampled_from(_PATHS), _STRANGE)
def test_strange_objects_do_not_stop_the_controllers(kind: str, path: str, value: Any) -> None:
    store = Store()
    target = Target(KINDS[kind], "default", "", "test", dry_run=False)
    body: Any = _deployment(1, "x:1", {})
    body["spec"]["containers"] = [{"name": "c"}]
    *parents, last = path.split("/")
    holder = body
    for parent in parents:
        holder = holder.setdefault(parent, {})
    holder[last] = value

    try:
        create(store, target, body)
    except ApiError as error:
        assert error.code in (400, 422)  # noqa: PT017 - some are fine
    _run(store, 3)

"""Values that must not show, in every place where charts put them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from helmforge.domain.brief.masking import masked, secret_values
from helmforge.domain.brief.objects import Action, compare

CANARY = "hunter2-canary"
ENCODED = base64.b64encode(CANARY.encode()).decode()


def secret(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, "stringData": data}


def config(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "notes"}, "data": data}


def pod(**container: Any) -> dict[str, Any]:
    spec = {"template": {"spec": {"containers": [{"name": "app", **container}]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": spec}


def shown(manifest: dict[str, Any], *others: dict[str, Any]) -> str:
    found, _ = masked(manifest, None, secret_values([manifest, *others]))
    return json.dumps(found)


HIDDEN = {
    "Secret": secret(login=CANARY),
    "Secret, encoded": {"kind": "Secret", "metadata": {"name": "x"}, "data": {"login": ENCODED}},
    "variable": pod(env=[{"name": "DB_PASSWORD", "value": CANARY}]),
    "variable in camel case": pod(env=[{"name": "apiKey", "value": CANARY}]),
    "number": {"kind": "Custom", "spec": {"password": 4711_4711}},
    "list": {"kind": "Custom", "spec": {"tokens": [{"first": CANARY}, CANARY]}},
    "option with its value": pod(args=["--password", CANARY]),
    "option with =": pod(args=[f"--admin-token={CANARY}"]),
    "option in a script": pod(command=["sh", "-c", f"login --password {CANARY} --quiet"]),
    "header": pod(readinessProbe={"httpGet": {"httpHeaders": [{"name": "Authorization", "value": CANARY}]}}),
    "address": config(url=f"postgres://shop:{CANARY}@db/shop"),
    "properties": config(file=f"a=b\ndb.password = {CANARY}\nc=d"),
    "YAML": config(file=f"db:\n  password: {CANARY}\n"),
    "JSON": config(file=f'{{"a": 1, "secretKey": "{CANARY}", "b": 2}}'),
    "key": config(file=f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n"),
    "cut key": config(file=f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n"),
    "binary": {"kind": "ConfigMap", "metadata": {"name": "x"}, "binaryData": {"store.jks": ENCODED}},
    "annotation": {"kind": "Pod", "metadata": {"name": "x", "annotations": {"checksum/secret": CANARY}}},
}


@pytest.mark.parametrize("where", HIDDEN)
def test_it_does_not_show(where: str) -> None:
    text = shown(HIDDEN[where])
    assert "*** (value 1)" in text
    assert [canary for canary in (CANARY, ENCODED, "47114711") if canary in text] == []


def test_what_a_secret_holds_shows_nowhere_else() -> None:
    elsewhere = config(note=f"as we all know it is {CANARY}!", encoded=f"x{ENCODED}x")
    for each in (secret(login=CANARY), {"kind": "Secret", "data": {"login": ENCODED}}):
        text = shown(elsewhere, each)
        assert CANARY not in text
        assert ENCODED not in text


def test_short_values_do_not_blot_out_other_words() -> None:
    assert "on the road" in shown(config(note="on the road"), secret(login="on"))


KEPT = {
    "reference": pod(
        env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}]
    ),
    "volume": {"kind": "Pod", "spec": {"volumes": [{"name": "v", "secret": {"secretName": "login"}}]}},
    "pull": {"kind": "Pod", "spec": {"imagePullSecrets": [{"name": "registry-login"}]}},
    "switch": {"kind": "ServiceAccount", "automountServiceAccountToken": False},
    "path": pod(env=[{"name": "TOKEN_FILE", "value": "/run/token"}]),
    "plain": pod(
        env=[{"name": "GREETING", "value": "hello"}], image="shop:1", ports=[{"containerPort": 8080}]
    ),
    "name in a file": config(file="secretName: login\nkeyboard: qwerty\n"),
}


@pytest.mark.parametrize("where", KEPT)
def test_where_a_secret_is_may_be_said(where: str) -> None:
    assert json.loads(shown(KEPT[where])) == KEPT[where]


def test_equal_and_different_stay_visible() -> None:
    old, new = secret(same="unchanged-one", other="before-it"), secret(same="unchanged-one", other="after-it")
    before, after = masked(old, new)
    assert before is not None
    assert after is not None
    assert before["stringData"] == {"same": "*** (value 1)", "other": "*** (value 1)"}
    assert after["stringData"] == {"same": "*** (value 1)", "other": "*** (value 2)"}


def test_a_change_of_nothing_but_a_secret_is_a_difference() -> None:
    notes = [config(note=f"it is {word}-canary") for word in ("before", "after")]
    secrets = [secret(login=f"{word}-canary") for word in ("before", "after")]
    found = compare(
        "1", [notes[0], secrets[0]], [notes[1], secrets[1]], lambda one: json.dumps(one, indent=1)
    )
    assert [one.name for one in found.objects] == ["ConfigMap/notes", "Secret/login"]
    text = json.dumps([one.lines for one in found.objects])
    assert text.count("value 2") == 2
    assert "canary" not in text


def test_labels_of_the_version_are_no_difference() -> None:
    def service(version: str) -> dict[str, Any]:
        labels = {"helm.sh/chart": f"shop-{version}", "app.kubernetes.io/version": version, "a": "b"}
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop", "labels": labels}}

    found = compare("1", [service("1")], [service("2")], str)
    assert (found.objects, found.unchanged) == ((), 1)
    other = service("2")
    other["metadata"]["labels"]["a"] = "c"
    (changed,) = compare("1", [service("1")], [other], str).objects
    assert (changed.action, changed.effect) == (Action.CHANGED, "metadata only")


def test_the_most_disturbing_comes_first() -> None:
    before, after = [config(a="1"), pod(image="a")], [config(a="2"), pod(image="b"), secret(a="bcdefgh")]
    found = compare("1", before, after, lambda one: json.dumps(one, indent=1)).objects
    assert [(one.name, one.action, one.effect) for one in found] == [
        ("Deployment/shop", "changed", "restarts pods"),
        ("ConfigMap/notes", "changed", "changes objects"),
        ("Secret/login", "added", "changes objects"),
    ]
    assert found[0].fields == ("spec.template.spec.containers",)
    removed = compare("1", [secret(a="bcdefgh")], [], lambda one: json.dumps(one, indent=1)).objects
    assert [one.action for one in removed] == [Action.REMOVED]
    assert all(line.startswith(("@", "-")) for line in removed[0].lines)


def test_huge_texts_take_no_time() -> None:
    began = time.monotonic()
    for text in ("a" * 1_000_000, "a-password" * 100_000, "token:" * 100_000, "://a:" * 100_000):
        masked(config(file=text), None)
    assert time.monotonic() - began < 20  # quadratic would be hours
    lines = "\n".join(map(str, range(5000)))
    objects = ({"kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": f"{n}{lines}"}} for n in (1, 2))
    (found,) = compare("1", [next(objects)], [next(objects)], lambda one: str(one["data"]["a"])).objects
    assert found.lines == ("too large to be compared: 5000 lines before, 5000 after",)

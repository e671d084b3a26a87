from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.emulated import Api, emulated_api

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
PROTOBUF = "application/vnd.kubernetes.protobuf"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with emulated_api(tmp_path_factory.mktemp("emulator")) as server:
        yield Api(server)


@pytest.fixture
def maps(api: Api) -> str:
    """The URL of the config maps of a new namespace."""
    return f"/api/v1/namespaces/{api.namespace()}/configmaps"


def _config_map(name: str, **data: str) -> Any:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_the_version_says_that_it_is_emulated(api: Api) -> None:
    _, version = api.ask("GET", "/version")

    assert "+emulated" in version["gitVersion"]


@pytest.mark.parametrize(
    ("method", "path", "media", "text"),
    [
        ("POST", "pods/p/exec", "application/json", "serve POST of the subresource pods/exec"),
        ("POST", "pods/p/eviction", "application/json", "serve POST of the subresource pods/eviction"),
        ("PUT", "deployments/d/scale", "application/json", "serve PUT of the subresource deployments/scale"),
        ("PATCH", "deployments/d/status", MERGE, "serve PATCH of the subresource deployments/status"),
        ("PATCH", "configmaps/c", "application/json-patch+json", "apply a JSON patch"),
    ],
)
def test_what_it_cannot_do_it_refuses(
    api: Api, maps: str, method: str, path: str, media: str, text: str
) -> None:
    api.ask("POST", maps, _config_map("c"))
    group = "apis/apps" if path.startswith("deployments") else "api"
    url = maps.replace("api", group, 1).replace("configmaps", path)

    status, said = api.refused(method, url, {}, media=media)

    assert status == 501
    assert said.startswith(f"the emulated API cannot {text}")


def test_deletion_that_orphans_is_refused(api: Api, maps: str) -> None:
    api.ask("POST", maps, _config_map("c"))

    status, said = api.refused("DELETE", f"{maps}/c", {"propagationPolicy": "Orphan"})

    assert (status, said) == (501, "the emulated API cannot delete with propagation policy Orphan")


def test_kinds_that_it_does_not_have_are_not_found(api: Api) -> None:
    for path in ("/apis/example.com/v1/things", "/api/v1/things", "/metrics", "/api/v2/pods", "/openapi/v2"):
        status, said = api.refused("GET", path)
        assert status == 404
        assert f"the emulated API cannot serve {path}" in said


@pytest.mark.parametrize(
    ("body", "media", "status", "text"),
    [
        (b"{bad", "application/json", 400, "the body is not JSON"),
        (b"[]", "application/json", 400, "must be of type ConfigMap"),
        (b"{}", "text/plain", 415, "unknown format: text/plain"),
        (b"", "application/json", 400, "the body is not JSON"),
        (b"\xff", PROTOBUF, 400, "the protobuf body is broken"),
        (_config_map("Wrong_Name"), "application/json", 422, 'metadata.name: Invalid value: "Wrong_Name"'),
        (_config_map(""), "application/json", 422, "name or generateName is required"),
        ({"kind": "Secret"}, "application/json", 400, "cannot be handled as a ConfigMap"),
        (
            {"metadata": {"name": "a", "namespace": "z"}},
            "application/json",
            400,
            "does not match the namespace",
        ),
        (b" " * 4_000_000, "application/json", 413, "limit is"),
    ],
)
def test_bad_bodies(api: Api, maps: str, body: Any, media: str, status: int, text: str) -> None:
    refused, said = api.refused("POST", maps, body, media=media)

    assert refused == status
    assert text in said
    assert api.ask("GET", maps)[1]["items"] == []


def test_web_pages_cannot_reach_it(api: Api, maps: str) -> None:
    assert api.refused("GET", maps, Host="rebound.example.com")[0] == 403
    assert api.ask("GET", maps, Host="localhost:1")[0] == 200


def test_methods_that_fit_no_url(api: Api, maps: str) -> None:
    assert api.refused("POST", f"{maps}/c", {})[0] == 405
    assert api.refused("PUT", maps, {})[0] == 405


def test_a_second_create_and_a_stale_replace_conflict(api: Api, maps: str) -> None:
    _, first = api.ask("POST", maps, _config_map("c"))
    assert api.refused("POST", maps, _config_map("c")) == (409, 'configmaps "c" already exists')
    api.ask("PUT", f"{maps}/c", _config_map("c", a="1"))

    status, said = api.refused("PUT", f"{maps}/c", first)

    assert status == 409
    assert said.startswith('Operation cannot be fulfilled on configmaps "c": the object has been modified')


def test_a_lease_is_never_replaced_unconditionally(api: Api, maps: str) -> None:
    leases = maps.replace("api/v1", "apis/coordination.k8s.io/v1").replace("configmaps", "leases")
    body = {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
    assert api.ask("PUT", f"{leases}/l", body)[0] == 200  # replaces create Leases

    status, said = api.refused("PUT", f"{leases}/l", body)

    assert status == 422
    assert "metadata.resourceVersion: Invalid value: 0: must be specified for an update" in said


@pytest.mark.parametrize("field", ["uid", "resourceVersion"])
def test_preconditions_of_a_deletion(api: Api, maps: str, field: str) -> None:
    _, made = api.ask("POST", maps, _config_map("c"))

    assert api.refused("DELETE", f"{maps}/c", {"preconditions": {field: "other"}})[0] == 409
    assert api.ask("DELETE", f"{maps}/c", {"preconditions": {field: made["metadata"][field]}})[0] == 200


def test_a_dry_run_answers_and_changes_nothing(api: Api, maps: str) -> None:
    assert api.ask("POST", f"{maps}?dryRun=All", _config_map("c"))[0] == 201
    assert api.refused("GET", f"{maps}/c")[0] == 404
    _, before = api.ask("POST", maps, _config_map("c", a="1"))

    _, shown = api.ask("PATCH", f"{maps}/c?dryRun=All", {"data": {"a": "2"}}, media=MERGE)
    api.ask("PATCH", f"{maps}/c?dryRun=All&fieldManager=x&force=true", _config_map("c", a="3"), media=APPLY)
    api.ask("DELETE", f"{maps}/c?dryRun=All")

    assert shown["data"] == {"a": "2"}
    assert api.ask("GET", f"{maps}/c")[1] == before


def test_generated_names_and_deletion_by_label(api: Api, maps: str) -> None:
    labelled = {"metadata": {"generateName": "c-", "labels": {"old": "yes"}}}
    names = {api.ask("POST", maps, labelled)[1]["metadata"]["name"] for _ in range(3)}
    api.ask("POST", maps, _config_map("kept"))
    assert len(names) == 3

    assert api.ask("DELETE", f"{maps}?labelSelector=old%3Dyes")[0] == 200

    assert [item["metadata"]["name"] for item in api.ask("GET", maps)[1]["items"]] == ["kept"]


def test_nothing_changes_without_a_change(api: Api, maps: str) -> None:
    _, first = api.ask("PATCH", f"{maps}/c?fieldManager=me", _config_map("c", a="1"), media=APPLY)
    _, second = api.ask("PATCH", f"{maps}/c?fieldManager=me", _config_map("c", a="1"), media=APPLY)

    assert first == second


def test_apply_needs_a_manager(api: Api, maps: str) -> None:
    assert api.refused("PATCH", f"{maps}/c", _config_map("c"), media=APPLY)[0] == 422


def test_two_managers_of_one_object(api: Api, maps: str) -> None:
    def apply(manager: str, *, force: str = "false", **data: str) -> tuple[int, Any]:
        url = f"{maps}/c?fieldManager={manager}&force={force}"
        return api.ask("PATCH", url, _config_map("c", **data), media=APPLY)

    assert apply("one", a="1", b="1")[0] == 201
    assert apply("two", b="1", c="2")[0] == 200  # the same value is no conflict: both own it
    status, answer = apply("two", b="2", c="2")
    assert (status, answer["message"]) == (409, 'Apply failed with 1 conflict: conflict with "one": .data.b')
    assert apply("one", a="1")[1]["data"] == {"a": "1", "b": "1", "c": "2"}  # two still owns b
    assert apply("two", b="2", c="2")[0] == 200
    assert apply("one", force="true", c="3")[1]["data"] == {"b": "2", "c": "3"}
    assert apply("two", b="2")[1]["data"] == {"b": "2", "c": "3"}  # c belongs to one since it took it


def test_an_immutable_config_map(api: Api, maps: str) -> None:
    api.ask("POST", maps, {**_config_map("c", a="1"), "immutable": True})

    status, said = api.refused("PATCH", f"{maps}/c", {"data": {"a": "2"}}, media=MERGE)

    assert status == 422
    assert "field is immutable when `immutable` is set" in said


def test_everything_is_allowed_and_it_says_why(api: Api) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    _, review = api.ask("POST", path, {"spec": {"resourceAttributes": {"verb": "create"}}})

    assert review["status"] == {"allowed": True, "reason": "the emulated API has no access control"}

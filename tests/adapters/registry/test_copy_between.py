"""From one registry to another: with basic and with token login, with and without the Referrers API."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.oci import Digest
from tests.adapters.registry.attaching import SIGNATURE, artifact, attach, listed, signed
from tests.adapters.registry.connecting import login
from tests.adapters.registry.pushing import Pusher
from tests.adapters.registry.servers import TokenRegistry, TokenServer, basic
from tests.support.faults import dropped, redirected, truncated
from tests.support.faulty_registry import FaultyRegistry, requests
from tests.support.registry import PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.adapters.registry.connecting import Connect
    from tests.support.registry import RegistryServer

pytestmark = pytest.mark.integration


@pytest.fixture
def modern(modern_server: str) -> Iterator[FaultyRegistry]:
    with FaultyRegistry(modern_server) as running:
        yield running


def test_into_a_registry_that_lists_referrers_itself(
    connect: Connect, shop: Pusher, modern: FaultyRegistry
) -> None:
    image, target, registry = shop.image("1.0.0"), Pusher(modern.address, "prod/shop"), connect()
    sbom = attach(shop, image)
    signature = attach(shop, sbom, SIGNATURE)
    cosign = signed(shop, image, "first")
    one, other = shop.repository.tagged("1.0.0"), target.repository.tagged("1.0.0")
    assert registry.copy(one, other).referrers == 3
    assert registry.is_copied(one, other)
    assert target.raw("1.0.0") == shop.raw("1.0.0")
    for subject, referrer in ((image, sbom), (sbom, signature)):
        found = registry.referrers(target.repository.at(Digest(subject["digest"])))
        assert [entry.digest for entry in found] == [referrer["digest"]]
        assert target.raw(referrer["digest"]) == shop.raw(referrer["digest"])
    assert target.raw(cosign["digest"]) == shop.raw(cosign["digest"])
    assert registry.copy(one, other).manifests == 0


def test_from_a_registry_that_lists_referrers_itself(
    connect: Connect, shop: Pusher, modern: FaultyRegistry
) -> None:
    source, registry = Pusher(modern.address), connect()
    image = source.image("1.0.0")
    sbom = artifact(source, image)
    signature = artifact(source, {key: sbom[key] for key in ("mediaType", "digest", "size")}, SIGNATURE)
    one, other = source.repository.tagged("1.0.0"), shop.repository.tagged("1.0.0")
    assert registry.copy(one, other).referrers == 2
    assert registry.is_copied(one, other)
    assert [entry["digest"] for entry in listed(shop, image)] == [sbom["digest"]]
    assert [entry["digest"] for entry in listed(shop, sbom)] == [signature["digest"]]


def test_each_registry_gets_its_own_login(
    connect: Connect, private_server: RegistryServer, tmp_path: Path
) -> None:
    """The one asks for a password, the other for tokens."""
    source = Pusher(private_server.address, login=f"{USER}:{PASSWORD}")
    image = source.image("1.0.0", layers=3)
    attach(source, image)
    auths = {private_server.address: {"username": USER, "password": PASSWORD}}
    with TokenServer("other:word") as tokens, TokenRegistry(tmp_path / "gated", tokens) as gated:
        auths[gated.address] = {"username": "other", "password": "word"}
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": auths}), encoding="utf-8")
        registry = connect(environment={"DOCKER_CONFIG": str(tmp_path / "docker")})
        target = Pusher(gated.address, "prod/shop").repository.tagged("1.0.0")
        report = registry.copy(source.repository.tagged("1.0.0"), target)
        assert (report.uploaded, report.referrers) == (6, 1)
        assert registry.is_copied(source.repository.tagged("1.0.0"), target)
        assert set(tokens.logins) == {basic("other:word")}


def test_a_broken_upload_begins_again_and_the_next_copy_sends_the_rest(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry, modern: FaultyRegistry
) -> None:
    layer = shop.blob(secrets.token_bytes(3_000_000))
    shop.image("1.0.0", layers=2, extra_layers=[layer])
    target = Pusher(modern.address, f"prod/{shop.path}")
    one, other = shop.repository.tagged("1.0.0"), target.repository.tagged("1.0.0")
    faulty.fail(requests("GET", f"/blobs/{layer['digest']}"), truncated(1_000_000), times=1)
    modern.fail(requests("PUT", "/manifests/"), dropped())
    with pytest.raises(Exception, match="no usable answer"):
        connect().copy(one, other)
    modern.heal()
    before = len(modern.requests)
    report = connect().copy(one, other)
    assert (report.uploaded, report.present) == (0, 4)
    assert not [path for method, path in modern.requests[before:] if method == "PUT" and "/uploads" in path]


def test_a_redirect_to_another_host_gets_no_login(
    connect: Connect, private_server: RegistryServer, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """Many registries keep blobs at a cloud's storage."""
    with FaultyRegistry(private_server.address) as front:
        source = Pusher(front.address, shop.path, login=f"{USER}:{PASSWORD}")
        content = secrets.token_bytes(2000)
        shop.blob(content)
        image = source.image("1.0.0", layers=0, extra_layers=[source.blob(content)])
        digest = json.loads(source.raw("1.0.0"))["layers"][0]["digest"]
        front.fail(requests("GET", f"/blobs/{digest}"), redirected(faulty.address))
        target = Pusher(shop.address, f"prod/{shop.path}").repository.tagged("1.0.0")
        registry = connect(front.address, login(USER, PASSWORD))
        assert registry.copy(source.repository.tagged("1.0.0"), target).digest == image["digest"]
        asked = [one for one in faulty.seen if one.method == "GET" and one.path.endswith(digest)]
        assert asked
        assert not any("authorization" in one.headers for one in asked)

"""`release audit`: production with nothing odd in it, and then with one of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.events_page import documented_document
from tests.road.chain import OTHER, SERVICE, VERSION, Promoted
from tests.support.faults import status
from tests.support.faulty_registry import requests

if TYPE_CHECKING:
    from tests.road.scene import Scene

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def promoted(scene: Scene) -> Promoted:
    return Promoted.make(scene)


def audit(promoted: Promoted, *options: str, code: int) -> Any:
    ran = promoted.scene.shop.run("release", "audit", *options, "-o", "json")
    assert ran.code == code, ran.out + ran.err
    assert set(ran.document) == documented_document("helmforge release audit")
    (found,) = ran.document["environments"]
    return found


def test_nothing_odd(promoted: Promoted) -> None:
    found = audit(promoted, code=0)
    assert (found["environment"], found["found"], found["unknown"]) == ("prod", [], [])
    assert (found["tags"], found["releases"], found["containers"] > 0) == (1, 1, True)
    text = promoted.scene.shop.good("release", "audit").out
    assert text == f"prod: nothing found (tags: 1, containers: {found['containers']}, Helm releases: 1)\n"
    assert audit(promoted, "--env", "qa", code=0)["tags"] == 0


def test_one_of_each_kind(promoted: Promoted) -> None:
    shop = promoted.scene.shop
    image = promoted.record()["image"]
    place = ("--namespace", shop.place.prod, "--kube-context", "prod")
    with promoted.mended():
        promoted.point_tag(f"prod/{SERVICE}", "1.0.1", image)
        promoted.stray_pod("registry.invalid/evil:1")
        shop.run_helm("install", "mailer", str(shop.repo.root / f"services/{SERVICE}/chart"), *place)
        found = audit(promoted, code=3)
        shop.run_helm("uninstall", "mailer", *place)
    kinds = {
        kind: [one for one in found["found"] if one["kind"] == kind] for kind in ("tag", "image", "release")
    }
    (tag,) = kinds["tag"]
    assert (tag["subject"], tag["why"]) == (
        f"{shop.registry}/prod/{SERVICE}:1.0.1",
        "no promotion record speaks for it",
    )
    (release,) = kinds["release"]
    assert release["subject"] == f"mailer in {shop.place.prod}"
    stray = next(one for one in kinds["image"] if "pod stray" in one["subject"])
    assert stray["image"] == "registry.invalid/evil:1"
    assert "not from where images of prod live" in stray["why"]


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (f":{VERSION}", "not pinned by digest"),
        (f":{VERSION}@{OTHER}", "no promotion record speaks for its image"),
    ],
)
def test_an_image_of_production_that_nobody_promoted(promoted: Promoted, reference: str, why: str) -> None:
    with promoted.mended():
        promoted.stray_pod(promoted.record()["repository"] + reference)
        (found,) = audit(promoted, code=3)["found"]
    assert why in found["why"]


def test_a_record_that_is_gone_or_altered(promoted: Promoted) -> None:
    tag = promoted.record()["image"].replace(":", "-")
    with promoted.mended():
        promoted.scene.forget_tag(f"prod/{SERVICE}", tag)
        found = audit(promoted, code=3)["found"]
    assert {one["kind"] for one in found} == {"tag", "image"}
    with promoted.mended():
        promoted.alter_promotion_record()
        found = audit(promoted, code=3)["found"]
    (tagged,) = (one for one in found if one["kind"] == "tag")
    assert "something else than was asked for" in tagged["why"]


def test_what_cannot_be_asked_is_told(promoted: Promoted) -> None:
    promoted.scene.proxy.fail(requests("", "/v2/prod/"), status(403))
    found = audit(promoted, code=4)
    assert (found["found"], len(found["unknown"]) > 0, found["releases"]) == ([], True, 1)

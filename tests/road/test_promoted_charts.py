"""`charts: {promote: true}`: production needs nothing of the place where releases are pushed."""

from __future__ import annotations

import http
import http.client
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.shop import Shop

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EMULATED = pytest.param(("emulated", "helm4"), id="emulated-helm4", marks=pytest.mark.integration)


def audited_tags(shop: Shop, code: int) -> list[tuple[str, str]]:
    ran = shop.run("release", "audit", "-o", "json")
    assert ran.code == code, ran.out + ran.err
    (prod,) = ran.document["environments"]
    return [(one["subject"], one["why"]) for one in prod["found"] if one["kind"] == "tag"]


def push_tag(registry: str, repository: str, tag: str, other: str) -> None:
    """As somebody who may push to the registry can: the same bytes under another name."""
    connection = http.client.HTTPConnection(registry, timeout=30)
    try:
        path = f"/v2/{repository}/manifests/"
        connection.request("GET", path + tag, headers={"Accept": _MANIFEST})
        manifest = connection.getresponse().read()
        connection.request("PUT", path + other, manifest, {"Content-Type": _MANIFEST})
        assert connection.getresponse().status == http.HTTPStatus.CREATED
    finally:
        connection.close()


@pytest.mark.parametrize("place", [_EMULATED], indirect=True)
def test_the_chart_is_deployed_from_the_place_of_its_environment(shop: Shop) -> None:
    rules = (shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    shop.change("helmforge.yaml", rules + "charts: {promote: true}\n")
    shop.release("1.0.0")
    shop.approve("1.0.0")
    ran = shop.good("release", "promote", "notification", "1.0.0", "--env", "prod", "-o", "json")
    steps = ("copy-image", "copy-chart", "record", "deploy-prod")
    assert ran.statuses == dict.fromkeys(steps, "done")
    chart = shop.digest("charts/notification", "1.0.0")
    assert shop.digest("prod/charts/notification", "1.0.0") == chart
    assert audited_tags(shop, code=0) == []
    push_tag(shop.registry, "prod/charts/notification", "1.0.0", "1.0.1")
    odd = f"{shop.registry}/prod/charts/notification:1.0.1"
    assert audited_tags(shop, code=3) == [(odd, "no promotion record speaks for it")]
    shop.delete_manifest("charts/notification", chart)
    shop.good("release", "rollback", "notification", "1.0.0", "--env", "prod")

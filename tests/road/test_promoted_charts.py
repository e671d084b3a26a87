"""`charts: {promote: true}`: production needs nothing of the place where releases are pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.shop import Shop


_EMULATED = pytest.param(("emulated", "helm4"), id="emulated-helm4", marks=pytest.mark.integration)


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
    shop.delete_manifest("charts/notification", chart)
    shop.good("release", "rollback", "notification", "1.0.0", "--env", "prod")

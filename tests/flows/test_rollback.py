from __future__ import annotations

from dataclasses import replace

import pytest

from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.plan import Deploy
from helmforge.domain.version import Version
from helmforge.errors import RefusedError
from helmforge.flows.release.rollback import prepare
from tests.flows.releases import IMAGE, PROD, SETTINGS, Outside, chart_of, history, record, service, world

RAN = history(("superseded", record("1.0.0")), ("superseded", record("1.1.0")), ("deployed", record("1.2.0")))


def deploy(outside: Outside, version: str = "") -> Deploy:
    wanted = Version.parse(version) if version else None
    (planned,) = prepare(world(outside, "helm", "registry"), SETTINGS, service(), PROD, wanted)
    assert isinstance(planned.step, Deploy)
    return planned.step


def test_the_image_comes_from_where_it_ran_from() -> None:
    step = deploy(Outside(RAN, {f"r.example/prod/shop@{IMAGE}": IMAGE}))
    assert (step.artifact.version, step.chart, step.action) == ("1.1.0", chart_of("1.1.0"), "rollback")
    assert str(step.repository) == "r.example/prod/shop"
    assert step.repository.registry.plain_http


def test_an_image_that_is_gone_is_refused_with_the_versions_that_ran() -> None:
    with pytest.raises(RefusedError, match=r"1\.0\.0 is no longer in the registry") as caught:
        deploy(Outside(RAN), "1.0.0")
    assert f"r.example/prod/shop@{IMAGE} does not exist" in caught.value.why
    assert "what ran here, newest first: 1.2.0, 1.1.0, 1.0.0" in caught.value.why


@pytest.mark.parametrize(
    ("revisions", "version", "ran"),
    [(RAN, "3.0.0", "1.2.0, 1.1.0, 1.0.0"), (RAN[:1], "", "1.0.0"), ((), "", "nothing on record")],
)
def test_what_never_ran_is_refused_with_the_versions_that_did(
    revisions: tuple[object, ...], version: str, ran: str
) -> None:
    with pytest.raises(RefusedError, match="never ran in prod") as caught:
        deploy(Outside(RAN[: len(revisions)]), version)
    assert caught.value.why.endswith(f"what ran here, newest first: {ran}")


def test_a_chart_that_was_promoted_comes_from_where_it_ran_from() -> None:
    described = DeploymentRecord.parse(record("1.0.0"))
    assert described is not None
    promoted = replace(described, charts="r.example/live/charts/shop").to_description()
    ran = history(("superseded", promoted), ("deployed", record("1.1.0")))
    step = deploy(Outside(ran, {f"r.example/prod/shop@{IMAGE}": IMAGE}))
    assert (str(step.artifact.charts), step.own_chart) == ("r.example/live/charts/shop", True)
    assert step.artifact.charts.registry.plain_http
    usual = deploy(Outside(ran, {f"r.example/prod/shop@{IMAGE}": IMAGE}), "1.1.0")
    assert (str(usual.artifact.charts), usual.own_chart) == ("r.example/charts/shop", False)

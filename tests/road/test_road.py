"""The whole road, once undisturbed and then again: the second run does nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.shop import APPROVER

if TYPE_CHECKING:
    from tests.support.shop import Shop


def test_from_the_trunk_to_production_and_back(shop: Shop) -> None:
    first = shop.release("v1.0.0")
    assert set(first.statuses.values()) == {"done", "skipped"}
    assert first.statuses["deploy-qa"] == "done"
    again = shop.good("pipeline", "run", "-o", "json").statuses
    changes = ("build", "claim", "push-image", "attest", "package", "push-chart", "deploy-qa")
    assert {again[step] for step in changes} == {"skipped"}

    refused = shop.run("release", "promote", "notification", "v1.0.0", "--env", "prod")
    assert (refused.code, "not approved" in refused.err) == (3, True)
    shop.approve("1.0.0")
    promoted = shop.good("release", "promote", "notification", "1.0.0", "--env", "prod", "-o", "json")
    assert promoted.statuses == {"copy-image": "done", "record": "done", "deploy-prod": "done"}
    repeated = shop.good("release", "promote", "notification", "1.0.0", "--env", "prod", "-o", "json")
    assert set(repeated.statuses.values()) == {"skipped"}

    rows = {row["environment"]: row for row in status(shop)}
    assert rows["qa"]["image"] == rows["prod"]["image"] != ""
    assert {row["state"] for row in rows.values()} == {"deployed"}
    assert {row["registry"] for row in rows.values()} == {"same"}
    assert {row["version"] for row in rows.values()} == {"v1.0.0"}

    shop.change("services/notification/index.html", "second\n")
    shop.release("v1.1.0")
    shop.approve("v1.1.0")
    shop.good("release", "promote", "notification", "v1.1.0", "--env", "prod")
    back = shop.good("release", "rollback", "notification", "--env", "prod", "-o", "json")
    assert back.statuses == {"deploy-prod": "done"}
    assert {row["environment"]: row["version"] for row in status(shop)} == {"qa": "v1.1.0", "prod": "v1.0.0"}
    furthest = shop.run("release", "rollback", "notification", "--env", "prod")
    assert (furthest.code, "never ran" in furthest.err) == (3, True)


def test_production_runs_the_approved_bytes_from_its_own_namespace(shop: Shop) -> None:
    shop.release("1.0.0")
    shop.approve("1.0.0")
    results = shop.folder / "run.env"
    shop.good("release", "promote", "notification", "1.0.0", "--env", "prod", "--dotenv", str(results))
    images = {}
    for environment, namespace in (("dev", shop.place.qa), ("prod", shop.place.prod)):
        text = shop.kubectl("get", "deployment", "-o", "json", f"--context={environment}", "-n", namespace)
        (deployment,) = json.loads(text)["items"]
        (images[environment],) = [c["image"] for c in deployment["spec"]["template"]["spec"]["containers"]]
    digest = images["dev"].partition("@")[2]
    assert digest.startswith("sha256:")
    chart = shop.digest("charts/notification", "1.0.0")
    assert results.read_text(encoding="utf-8").splitlines() == [
        "HELMFORGE_RESULT=done",
        "HELMFORGE_SERVICE=notification",
        "HELMFORGE_VERSION=1.0.0",
        f"HELMFORGE_IMAGE={shop.registry}/prod/notification:1.0.0",
        f"HELMFORGE_DIGEST={digest}",
        f"HELMFORGE_CHART_DIGEST={chart}",
    ]
    assert images == {
        "dev": f"{shop.registry}/notification:1.0.0@{digest}",
        "prod": f"{shop.registry}/prod/notification:1.0.0@{digest}",
    }
    (release,) = shop.helm("list", "-n", shop.place.prod, "--kube-context", "prod")
    assert release["chart"] == "notification-1.0.0"
    tags = shop.repo.git("ls-remote", "--tags", "origin")
    assert f"refs/tags/approvals/prod/notification/1.0.0/{APPROVER}" in tags
    assert "refs/tags/notification/1.0.0" in tags


def status(shop: Shop) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = shop.good("release", "status", "notification", "-o", "json").document[
        "services"
    ]
    return rows

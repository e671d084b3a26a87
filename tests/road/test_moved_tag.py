"""Two runs of one commit may build different bytes; the later push moves the tag away from the chart."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.support.tools import require_tool

if TYPE_CHECKING:
    from tests.support.shop import Shop


def push_other_bytes(shop: Shop, tag: str) -> None:
    """What another run of the same commit would push if its build came out differently."""
    image = f"{shop.registry}/notification:{tag}"
    label = f"--label=org.opencontainers.image.revision={shop.repo.head()}"
    folder = shop.folder / "other"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /other\n", encoding="utf-8")
    buildah = str(require_tool("buildah"))
    for argv in (
        [buildah, "build", "--isolation=chroot", label, f"--tag={image}", str(folder)],
        [buildah, "push", "--tls-verify=false", image],
    ):
        subprocess.run(argv, env=shop.environment(), check=True, capture_output=True)


def test_a_tag_that_left_its_chart_is_not_approved_and_the_pipeline_brings_it_back(shop: Shop) -> None:
    shop.release("1.0.0")
    deployed = shop.digest("notification", "1.0.0")
    push_other_bytes(shop, "1.0.0")
    assert shop.digest("notification", "1.0.0") != deployed

    refused = shop.run(
        "release", "approve", "notification", "1.0.0", "--env", "prod", email="ada@example.com"
    )
    assert refused.code == 3
    assert "do not belong together" in refused.err
    assert f"the chart pins {deployed}" in refused.err

    again = shop.good("pipeline", "run", "-o", "json").statuses
    assert again["push-image"] == "done"
    assert again["deploy-qa"] == "skipped"
    assert shop.digest("notification", "1.0.0") == deployed
    shop.approve("1.0.0")


def test_a_rollback_needs_the_image_to_be_there_still(shop: Shop) -> None:
    shop.release("1.0.0")
    digest = shop.digest("notification", "1.0.0")
    shop.change("services/notification/index.html", "second\n")
    shop.release("1.1.0")
    shop.delete_manifest("notification", digest)
    refused = shop.run("release", "rollback", "notification", "--env", "qa")
    assert refused.code == 3
    assert "no longer in the registry" in refused.err
    (row, _) = shop.good("release", "status", "notification", "-o", "json").document["services"]
    assert row["version"] == "1.1.0"

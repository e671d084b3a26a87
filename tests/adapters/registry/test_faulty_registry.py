"""The proxy itself: other tests trust it to change nothing unless told."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.faults import status
from tests.support.faulty_registry import requests
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import Asked, FaultyRegistry

pytestmark = pytest.mark.integration


def test_another_client_gets_through(shop: Pusher, faulty: FaultyRegistry) -> None:
    skopeo = require_tool("skopeo")
    shop.image("1.0.0")
    one, other = (f"docker://{shop.address}/{shop.path}:{tag}" for tag in ("1.0.0", "2.0.0"))
    insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"]
    copied = subprocess.run(
        [str(skopeo), "copy", *insecure, one, other], capture_output=True, text=True, check=False
    )
    assert copied.returncode == 0, copied.stderr
    assert shop.raw("2.0.0") == shop.raw("1.0.0")


def test_rules_run_out_and_the_newest_wins(shop: Pusher, faulty: FaultyRegistry) -> None:
    shop.image("1.0.0")
    heard: list[Asked] = []
    faulty.on_request(heard.append)
    faulty.fail(requests("GET"), status(500))
    faulty.fail(requests("GET", "/manifests/"), status(404), times=1)
    for expected in (404, 500):
        with pytest.raises(AssertionError, match=str(expected)):
            shop.raw("1.0.0")
    faulty.heal()
    assert shop.raw("1.0.0")
    assert [asked.method for asked in heard] == ["GET"] * 3
    assert faulty.requests[-1] == ("GET", f"/v2/{shop.path}/manifests/1.0.0")

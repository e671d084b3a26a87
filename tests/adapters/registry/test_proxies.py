from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.registry.proxies import proxy_for
from helmforge.domain.oci import RegistryHost, Repository
from helmforge.errors import UnreachableError

if TYPE_CHECKING:
    from tests.adapters.registry.connecting import Connect
    from tests.adapters.registry.pushing import Pusher
    from tests.support.faulty_registry import FaultyRegistry

_PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        ("https://ghcr.io/v2/", {}, None),
        ("https://ghcr.io/v2/", {"https_proxy": _PROXY}, _PROXY),
        ("https://ghcr.io/v2/", {"HTTPS_PROXY": "proxy.example:3128"}, _PROXY),
        ("https://ghcr.io/v2/", {"http_proxy": _PROXY}, None),
        ("http://ghcr.io/v2/", {"http_proxy": _PROXY}, _PROXY),
        ("https://a.ghcr.io/", {"https_proxy": _PROXY, "no_proxy": "x, .ghcr.io"}, None),
        ("https://GHCR.io/", {"https_proxy": _PROXY, "NO_PROXY": "ghcr.IO:443"}, None),
        ("https://notghcr.io/", {"https_proxy": _PROXY, "no_proxy": "ghcr.io,,"}, _PROXY),
        ("https://ghcr.io/", {"https_proxy": _PROXY, "no_proxy": "*"}, None),
        ("http://127.0.0.1:5000/", {"http_proxy": _PROXY}, None),
        ("http://localhost:5000/", {"http_proxy": _PROXY}, None),
        ("http://[::1]:5000/", {"http_proxy": _PROXY}, None),
        ("http://localhost.example/", {"http_proxy": _PROXY}, _PROXY),
    ],
)
def test_the_environment_names_the_proxy(url: str, environment: dict[str, str], expected: str | None) -> None:
    assert proxy_for(url, environment) == expected


@pytest.mark.integration
def test_a_registry_is_reached_through_the_proxy(
    connect: Connect, shop: Pusher, faulty: FaultyRegistry
) -> None:
    """`faulty` is the proxy: it takes requests for hosts that do not exist."""
    shop.image("1.0.0")
    host = RegistryHost("registry.invalid", insecure=True)
    registry = connect(environment={"http_proxy": f"http://ada:p%40ss@{faulty.address}"})
    assert registry.tags(Repository(host, shop.path)) == ("1.0.0",)
    asked = faulty.seen[-1]
    assert asked.path == f"http://registry.invalid/v2/{shop.path}/tags/list"
    assert asked.headers["proxy-authorization"] == "Basic YWRhOnBAc3M="


def test_a_proxy_that_is_no_use(connect: Connect) -> None:
    registry = connect(environment={"https_proxy": "carrier-pigeon://ada:hunter2@coop.invalid"})
    with pytest.raises(UnreachableError) as caught:
        registry.tags(Repository(RegistryHost("registry.invalid"), "shop"))
    assert "hunter2" not in str(caught.value)

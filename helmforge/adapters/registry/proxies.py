"""The proxy that the environment asks for: https_proxy, http_proxy, no_proxy, as curl reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy's URL; None for loopback and for hosts that no_proxy names."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if _LOOPBACK.fullmatch(host) or _is_exempt(host, _value(environment, "no_proxy")):
        return None
    proxy = _value(environment, f"{parts.scheme}_proxy")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_exempt(host: str, no_proxy: str) -> bool:
    """A name covers its subdomains, with or without a leading dot; `*` covers all."""
    for entry in no_proxy.lower().split(","):
        name = entry.strip().partition(":")[0].lstrip(".")
        if name and (name in {"*", host} or host.endswith(f".{name}")):
            return True
    return False


def _value(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""

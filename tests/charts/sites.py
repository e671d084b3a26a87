"""Surroundings in which a rollout has to work the same: with and without a way in, with all the rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.charts.helm import DIGEST, OTHER_DIGEST

Values = dict[str, Any]

NEW_IMAGE: Values = {"digest": OTHER_DIGEST}
_ROUTE: Values = {
    "route": {"enabled": True, "hosts": ["shop.example.com"], "parentRefs": [{"name": "public"}]}
}
_INGRESS: Values = {"ingress": {"enabled": True, "className": "traefik", "hosts": ["shop.example.com"]}}
_AUTOSCALING: Values = {"autoscaling": {"enabled": True, "minReplicas": 3}}
_CONFIGURATION: Values = {
    "config": {"env": {"LEVEL": "info"}, "files": {"app.yaml": "level: info\n"}},
    "secrets": {
        "create": {"API_KEY": "for tests only"},
        "files": {"tls": {"secret": "shop-tls", "mountPath": "/tls"}},
        "external": {"db": {"store": "vault", "keys": {"DB_PASSWORD": {"key": "shop/db"}}}},
    },
    "env": {"URL": "postgres://app:$(DB_PASSWORD)@db/app"},
}


@dataclass(frozen=True)
class Site:
    """Values beside those of the rollout, and what they make of each track."""

    values: Values = field(default_factory=dict)
    routed: bool = False
    autoscaled: bool = False
    configured: bool = False

    def rolling(self, **values: object) -> Values:
        return {"image": {"digest": DIGEST}} | self.values | values

    def canary(self, **settings: object) -> Values:
        """Without settings: prepared, with no canary yet."""
        return self.rolling(rollout={"strategy": "canary"}, canary=settings)

    def blue_green(self, active: str = "blue", /, **colors: Values) -> Values:
        """Green has the new image, unless it is given settings of its own."""
        settings = {"active": active, "green": {"image": NEW_IMAGE}} | colors
        return self.rolling(rollout={"strategy": "blueGreen"}, blueGreen=settings)

    def config_maps(self, track: str) -> set[str]:
        return {f"ConfigMap/{track}-{kind}" for kind in ("env", "files")} if self.configured else set()


SITES = {
    "plain": Site(),
    "route": Site(_ROUTE, routed=True),
    "ingress": Site(_INGRESS),
    "autoscaling": Site(_AUTOSCALING, autoscaled=True),
    "configuration": Site(_CONFIGURATION, configured=True),
    "all": Site(
        _ROUTE | _INGRESS | _AUTOSCALING | _CONFIGURATION, routed=True, autoscaled=True, configured=True
    ),
}

"""The variants of the web type beside EVERYTHING: what excludes something there, or is rarely set."""

from __future__ import annotations

from typing import Any

from tests.charts.everything import EVERYTHING
from tests.charts.helm import OTHER_DIGEST

WEB_BLUE_GREEN: dict[str, Any] = EVERYTHING | {
    "rollout": {"strategy": "blueGreen"},
    "blueGreen": {
        "active": "green",
        "blue": {"replicas": 2, "env": {"COLOR": "blue"}, "config": {"env": {"LEVEL": "warn"}}},
        "green": {"image": {"tag": "1.3.0", "digest": OTHER_DIGEST}},
    },
}
WEB_CANARY: dict[str, Any] = {
    "replicas": 4,
    "config": {"files": {"app.yaml": "a: 1\n"}},
    "rollout": {"strategy": "canary"},
    "canary": {
        "image": {"repository": "myrepo.cr.io/shop/canary", "digest": OTHER_DIGEST},
        "weight": 25,
        "replicas": 2,
        "config": {"files": {"app.yaml": "a: 2\n"}},
    },
}
# Without the autoscaling of the variants, a color has a number of replicas.
WEB_COLORS: dict[str, Any] = {
    "rollout": {"strategy": "blueGreen"},
    "blueGreen": {"green": {"replicas": 1, "image": {"digest": OTHER_DIGEST}}},
}

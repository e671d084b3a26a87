"""The chart types, and the values under which each of them is proven: one line of VARIANTS for a type.

`defaults` need no line, and neither does `rest` (rest_values.py). Every image has a digest, as a release
pins it. Together with its probes, the variants of a type set every key that its schema knows: test_keys.py
says which one is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helmforge.adapters.templates import JinjaTemplates
from tests.charts.batch_values import CRON_EVERYTHING, CRON_LOOSE, JOB_AFTERWARDS, JOB_EVERYTHING, JOB_HOOK
from tests.charts.everything import EVERYTHING
from tests.charts.everything_namespace import NAMESPACE_EVERYTHING, NAMESPACE_OPEN
from tests.charts.helm import ANSWERS, DIGEST
from tests.charts.rest_values import LESS, REST, SIZE
from tests.charts.schema_walk import contract
from tests.charts.web_values import WEB_BLUE_GREEN, WEB_CANARY, WEB_COLORS
from tests.charts.workload_values import (
    DAEMON_BY_HAND,
    DAEMON_EVERYTHING,
    STATEFUL_BY_HAND,
    STATEFUL_EVERYTHING,
    WORKER_ALONE,
    WORKER_EVERYTHING,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.scaffolding import ChartAnswers

Values = dict[str, Any]

VARIANTS: dict[str, dict[str, Values]] = {
    "web": {"everything": EVERYTHING, "blue-green": WEB_BLUE_GREEN, "canary": WEB_CANARY},
    "worker": {"everything": WORKER_EVERYTHING, "alone": WORKER_ALONE},
    "stateful": {"everything": STATEFUL_EVERYTHING, "by-hand": STATEFUL_BY_HAND},
    "daemon": {"everything": DAEMON_EVERYTHING, "by-hand": DAEMON_BY_HAND},
    "cron": {"everything": CRON_EVERYTHING, "loose": CRON_LOOSE},
    "job": {"everything": JOB_EVERYTHING, "hook": JOB_HOOK, "afterwards": JOB_AFTERWARDS},
    "namespace": {"everything": NAMESPACE_EVERYTHING, "open": NAMESPACE_OPEN},
}
# Only for test_keys.py: what no checker has to like.
_PROBES: dict[str, list[Values]] = {"web": [WEB_COLORS]}
_WITHOUT_IMAGE = {"namespace"}
# As the values of an environment say.
_NAMED: Values = {"namespace": "shop-qa"}
# As the release packages a chart.
_PINNED: Values = {"image": {"tag": "1.2.0", "digest": DIGEST}}


def types() -> tuple[str, ...]:
    return JinjaTemplates().types()


def answers(type_name: str) -> ChartAnswers:
    return replace(ANSWERS, type=type_name)


def probes(type_name: str) -> list[Values]:
    """Further values of a type, which set what its variants leave out."""
    known = contract(answers(type_name)).known
    return [known(LESS), known(SIZE), *_PROBES.get(type_name, ())]


def variants(type_name: str) -> dict[str, Values]:
    """All of a type, pinned where it has an image, and otherwise with what an environment's values say."""
    given: dict[str, Values] = {"defaults": {}, **VARIANTS.get(type_name, {})}
    if type_name in _WITHOUT_IMAGE:
        return {name: overlaid(_NAMED, values) for name, values in given.items()}
    given["rest"] = contract(answers(type_name)).known(REST)
    return {name: overlaid(_PINNED, values) for name, values in given.items()}


def cases() -> list[tuple[str, str]]:
    """(type, variant), for parametrize. Reads no template, so that a broken one breaks its own tests only."""
    rest = {name: () if name in _WITHOUT_IMAGE else ("rest",) for name in types()}
    return [(name, one) for name in types() for one in ("defaults", *VARIANTS.get(name, ()), *rest[name])]


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """What Helm makes of two values files: maps merge, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = overlaid(merged[key], value) if both else value
    return merged

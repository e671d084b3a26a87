"""The Helm release: its newest revision is helmforge's own, and holds what helmforge deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from helmforge.domain.chain import broken, ok, unknown
from helmforge.domain.deployment import current
from helmforge.flows.steps.deploy import CHART_LABEL, COMMIT_LABEL, label_of
from helmforge.flows.steps.deployed_files import image_values, values_files

if TYPE_CHECKING:
    from helmforge.domain.chain import Link
    from helmforge.domain.cluster import StoredRelease
    from helmforge.flows.release.links.case import Case

NAME = "helm release"


def helm_release(case: Case) -> Link:
    last = current(case.history)
    if last is None or last.record is None:
        return broken(NAME, "helmforge left no record at the newest revision")
    revision = last.revision
    where = f"revision {revision.revision} of {case.key.name} in {case.key.namespace}"
    if revision.pending:
        return unknown(NAME, f"{where} is {revision.status}: Helm is at work, or was killed")
    if revision.status != "deployed":
        return broken(NAME, f"{where} did not succeed", "deployed", revision.status)
    if last.record.service != case.service.name:
        return broken(NAME, f"{where} is another service's", case.service.name, last.record.service)
    if last.origin != revision.revision:
        where += f", by `helm rollback` to {last.origin},"
    return _contents(case, where, last.origin, revision.revision)


def _contents(case: Case, where: str, origin: int, revision: int) -> Link:
    stored = case.world.helm.stored(case.key, revision)
    record = case.record
    labels = {COMMIT_LABEL: record.commit, CHART_LABEL: label_of(case.chart.digest)}
    for name, value in labels.items():
        # `helm rollback` keeps the labels of the revision before it
        if origin == revision and stored.labels.get(name, "") != value:
            return broken(NAME, f"{where} has another label {name}", value, stored.labels.get(name, "none"))
    if file := _altered_template(case, stored):
        return broken(NAME, f"{where} holds another chart than the registry: {file} differs")
    if path := _difference(_expected_values(case), stored.values):
        return broken(NAME, f"{where} was given other values than the chart holds: {path} differs")
    return ok(NAME, f"{where} is deployed, by helmforge, as the chart says")


def _altered_template(case: Case, stored: StoredRelease) -> str:
    """The first one that differs; "" when all are the chart's."""
    ours = {path: data for path, data in case.chart.members.items() if path.startswith("templates/")}
    return next(
        (
            path
            for path in sorted(ours.keys() | stored.templates)
            if ours.get(path) != stored.templates.get(path)
        ),
        "",
    )


def _expected_values(case: Case) -> Mapping[str, object]:
    """As Helm reads them: in YAML 1.1, with numbers as JavaScript has them."""
    image = image_values(case.repository, case.record.version, case.record.image)
    return case.world.helm.values([*values_files(case.chart, case.environment.name, image).values()])


def _difference(expected: object, found: object) -> str:
    """The path of the first value that differs, `image.tag`; "" when none does. What stands in the cluster
    may be a secret, so no value is told.
    """
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted({*expected, *found}):
            if key not in expected or key not in found:
                return str(key)
            if below := _difference(expected[key], found[key]):
                return str(key) if below == "." else f"{key}.{below}"
        return ""
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = zip(expected, found, strict=True)
        return next(("[]" for one, other in pairs if _difference(one, other)), "")
    return "" if _same(expected, found) else "."


def _as_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer
        return number


def _same(expected: object, found: object) -> bool:
    """A large number is written in full in one place and as a power of ten in another."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return _as_float(expected) == _as_float(found)
    return expected == found

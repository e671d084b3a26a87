"""The record that every deployment leaves in Helm's release description, and what history tells."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from helmforge.domain.cluster import ReleaseRevision

_PREFIX = "helmforge "
_ROLLED_BACK = re.compile(r"Rollback to (\d{1,9})")
_RAN = frozenset({"deployed", "superseded"})
_KEPT_FAILURES = 6


@dataclass(frozen=True)
class DeploymentRecord:
    """Which artifact runs and why. Digests are `sha256:…`; `repository` is where the image is pulled from;
    `action` is deploy, promote or rollback; `approvals` are names of Git tags. `charts` is where the chart
    came from, "" for where releases push it.
    """

    service: str
    version: str
    commit: str
    chart: str
    image: str
    repository: str
    action: str
    approvals: tuple[str, ...] = ()
    charts: str = ""

    def to_description(self) -> str:
        """Without `charts` where it says nothing, as versions that do not know it expect."""
        document = {key: value for key, value in asdict(self).items() if key != "charts" or value}
        return _PREFIX + json.dumps(document, separators=(",", ":"), sort_keys=True)

    def same_artifact(self, other: DeploymentRecord) -> bool:
        return (self.chart, self.repository) == (other.chart, other.repository)

    @classmethod
    def parse(cls, description: str) -> DeploymentRecord | None:
        """None for a description that helmforge did not write."""
        if not description.startswith(_PREFIX):
            return None
        try:
            data = json.loads(description.removeprefix(_PREFIX))
        except (ValueError, RecursionError):
            return None
        approvals = data.pop("approvals", []) if isinstance(data, dict) else None
        if not isinstance(approvals, list) or not _all_texts([*approvals, *data.values()]):
            return None
        try:
            return cls(**data, approvals=tuple(approvals))
        except TypeError:  # unknown or missing keys
            return None


def _all_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


@dataclass(frozen=True)
class Deployed:
    """A revision of Helm's history together with the record that describes what it runs.

    `origin` is the number of the revision that brought it: another one after `helm rollback`.
    """

    revision: ReleaseRevision
    record: DeploymentRecord | None
    origin: int


def records(history: Sequence[ReleaseRevision]) -> tuple[Deployed, ...]:
    """Every revision with its record, oldest first. `helm rollback` writes no record of its own:
    its revision runs what the revision that it names ran.
    """
    by_number: dict[int, Deployed] = {}
    for revision in sorted(history, key=lambda r: r.revision):
        target = by_number.get(_target(revision))
        by_number[revision.revision] = (
            Deployed(revision, target.record, target.origin)
            if target
            else Deployed(revision, DeploymentRecord.parse(revision.description), revision.revision)
        )
    return tuple(by_number.values())


def _target(revision: ReleaseRevision) -> int:
    """The revision that `helm rollback` went to; 0 when it was something else."""
    rolled_back = _ROLLED_BACK.fullmatch(revision.description.strip())
    return int(rolled_back[1]) if rolled_back else 0


def current(history: Sequence[ReleaseRevision]) -> Deployed | None:
    """The newest revision whatever its state; None when there is none."""
    known = records(history)
    return known[-1] if known else None


def running(history: Sequence[ReleaseRevision]) -> Deployed | None:
    """The newest revision that was deployed successfully; None when there is none."""
    ran = good_ones(history)
    return ran[-1] if ran else None


def good_ones(history: Sequence[ReleaseRevision]) -> tuple[Deployed, ...]:
    """Revisions that were deployed successfully, oldest first."""
    return tuple(deployed for deployed in records(history) if deployed.revision.status in _RAN)


def previous(history: Sequence[ReleaseRevision]) -> DeploymentRecord | None:
    """What ran before the present artifact came first, so that rolling back twice goes further back
    instead of returning.
    """
    deployed = good_ones(history)
    ran = [d.record for d in deployed if d.record]
    if not ran:
        return None
    if deployed[-1].record is None:
        return ran[-1]  # somebody deployed by hand after it
    first = next(i for i, record in enumerate(ran) if record.same_artifact(ran[-1]))
    return ran[first - 1] if first else None


def find_version(history: Sequence[ReleaseRevision], version: str) -> DeploymentRecord | None:
    """The newest successful deployment of `version` (with or without its `v`)."""
    for deployed in reversed(records(history)):
        record = deployed.record
        same = record is not None and record.version.removeprefix("v") == version.removeprefix("v")
        if same and deployed.revision.status in _RAN:
            return record
    return None


def versions_that_ran(history: Sequence[ReleaseRevision]) -> tuple[str, ...]:
    """Each once, what ran last first."""
    ran = (one.record for one in reversed(records(history)) if one.revision.status in _RAN)
    return tuple(dict.fromkeys(record.version for record in ran if record))


def removed_first(history: Sequence[ReleaseRevision]) -> DeploymentRecord | None:
    """What a first deployment brought that failed and was removed again, when nothing came after it.

    `helm uninstall` by hand leaves no record in the description.
    """
    last = current(history)
    if last is None or last.revision.status != "uninstalled" or running(history):
        return None
    return last.record


def surplus(history: Sequence[ReleaseRevision]) -> tuple[int, ...]:
    """Revisions that tell nothing about what ran, but for the newest few: deployments that failed, and the
    rollbacks that undid them. Helm keeps a number of revisions whatever they are, so these would push
    out those that rollback and status need.
    """
    targets = {_target(revision) for revision in history}
    origin, found = 0, []
    for one in records(history):
        status, number = one.revision.status, one.revision.revision
        undone = status == "superseded" and number != one.origin == origin
        if (undone or status == "failed" or one.revision.pending) and number not in targets:
            found.append(number)
        origin = one.origin if status in _RAN else origin
    return tuple(found[:-_KEPT_FAILURES])

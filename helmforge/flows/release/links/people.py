"""Who let it in: the approvals as they were judged then, and the record of the promotion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge.domain.approval import Subject
from helmforge.domain.chain import broken, not_applicable, ok, unknown
from helmforge.domain.deployment import previous
from helmforge.domain.verdict import judge
from helmforge.flows.release.approvals import weigh
from helmforge.flows.release.conditions import CI_GATE
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.release.subject import writers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from helmforge.domain.chain import Link
    from helmforge.domain.git import AnnotatedTag
    from helmforge.domain.promotion_record import PromotionRecord
    from helmforge.domain.verdict import Evidence
    from helmforge.flows.release.links.case import Case


def promotion_record(case: Case) -> Link:
    name = "promotion record"
    if not case.is_promoted:
        return not_applicable(name, f"nothing is promoted to {case.environment.name}")
    image = case.repository.at(case.image)
    record = case.promotion
    if record is None:
        _, bad = promotions_of(case.world, image)
        return broken(
            name,
            f"no record says that {case.record.version} was promoted to {case.environment.name}",
            f"a record at {image}",
            "; ".join(bad) or "none",
        )
    for what, (expected, found) in _differences(case, record).items():
        if expected != found:
            return broken(name, f"the record names another {what} than was deployed", expected, found)
    when = record.promoted_at.isoformat(timespec="minutes")
    return ok(name, f"promoted by {record.promoted_by} at {when}")


def _differences(case: Case, record: PromotionRecord) -> dict[str, tuple[str, str]]:
    ours, artifact = case.record, case.artifact
    return {
        "commit": (ours.commit, record.commit),
        "image": (ours.image, str(record.image)),
        "target": (f"{ours.repository}:{ours.version}", record.target),
        "source": (f"{artifact.images}@{ours.image}", record.source),
        "chart": (str(artifact.charts), record.charts_source),
        "place of the chart": (str(case.deployed.charts), record.charts),
        "list of approvals": (_joined(ours.approvals), _joined(record.approval_names)),
    }


def _joined(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def approvals(case: Case) -> Link:
    name = "approvals"
    if not case.is_promoted:
        return not_applicable(name, f"{case.environment.name} needs no approval")
    when = _moment(case)
    if when is None:
        return unknown(name, "neither Helm nor a promotion record says when it was promoted")
    named = case.record.approvals
    if named and named[0].startswith(CI_GATE):
        return _by_ci(case, named[0])
    prefix = _subject(case).tag_prefix
    with case.fetching:
        present = {tag.name: tag for tag in case.world.git.tags(prefix)}
    if gone := [tag for tag in named if tag not in present]:
        return broken(name, "an approval that counted is gone", gone[0], "none")
    if moved := _moved(case, present):
        return moved
    return _judged(case, [present[tag] for tag in named], when)


def _by_ci(case: Case, gate: str) -> Link:
    if case.environment.approvals.by_ci:
        return ok("approvals", f"by the gate of the CI system: {gate.removeprefix(CI_GATE)}")
    return broken("approvals", "the CI system let it in, and the policy asks for people", "tags", gate)


def _judged(case: Case, tags: list[AnnotatedTag], when: datetime) -> Link:
    name, policy = "approvals", case.environment.approvals
    before = previous(case.history)
    with case.fetching:
        wrote = writers(case.world, case.service, case.artifact, before.commit if before else "")
    weighed = weigh(case.world.git, case.settings, policy, tags, wrote, counted=_counted(case))
    evidence = replace(weighed, commit=case.artifact.commit)
    verdict = judge(tags, _subject(case), policy, evidence, when)
    if verdict.granted and not verdict.rejected:
        people = ", ".join(tag.rpartition("/")[2] for tag in verdict.valid) or "nobody, as the policy says"
        judged = f"{len(verdict.valid)} of {policy.required}: {people}, judged as of {when:%Y-%m-%d %H:%M}Z"
        return ok(name, "; ".join([judged, *_ended(case, tags, evidence, when)]))
    if before is None and min(one.revision for one in case.history) > 1 and verdict.rejected:
        return unknown(name, f"{verdict.rejected[0][1]}; but Helm no longer knows what ran before")
    what = "; ".join(f"{tag} does not count: {reason}" for tag, reason in verdict.rejected)
    have = f"{len(verdict.valid)} valid approvals"
    return broken(name, what or "too few approvals", f"{policy.required} valid approvals", have)


def _counted(case: Case) -> dict[str, datetime]:
    """By the id of the tag object: when the promotion record says that it counted.

    Keys that have expired since are believed for these objects alone: whoever has such a key can date
    signatures back.
    """
    record = case.promotion
    return {one.oid: record.promoted_at for one in record.approvals if one.oid} if record else {}


def _ended(case: Case, tags: Iterable[AnnotatedTag], evidence: Evidence, promoted: datetime) -> Iterator[str]:
    """Of the signatures that count: whose keys no longer would, and why they do."""
    for tag in tags:
        signature = evidence.signatures.get(tag.oid)
        end = signature.key_expires if signature else None
        if end and end <= case.world.clock.now():
            after = "the promotion" if end > promoted else "the approval"
            yield f"the key of {tag.tagger.email} expired on {end:%Y-%m-%d}, after {after}"


def _moved(case: Case, present: dict[str, AnnotatedTag]) -> Link | None:
    for one in case.promotion.approvals if case.promotion else ():
        tag = present.get(one.name)
        if tag is None:
            return broken("approvals", "an approval in the promotion record is gone", one.name, "none")
        if one.oid and tag.oid != one.oid:
            return broken("approvals", f"{one.name} was replaced after the promotion", one.oid, tag.oid)
    return None


def _subject(case: Case) -> Subject:
    record = case.record
    return Subject(case.environment.name, case.service.name, record.version, record.image, record.chart)


def _moment(case: Case) -> datetime | None:
    """When the artifact first came in: an approval may expire afterwards."""
    if case.promotion:
        return case.promotion.promoted_at
    return case.first_revision.updated if case.first_revision else None

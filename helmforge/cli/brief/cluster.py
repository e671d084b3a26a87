"""What the cluster has seen of the version, and what it would be told, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.pieces import Diff, Outside, Section, Table, not_known, say
from helmforge.cli.printing import age
from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block
    from helmforge.domain.brief import Brief
    from helmforge.domain.brief.before import Stay
    from helmforge.domain.brief.objects import Difference, ObjectDifference


def before_section(brief: Brief) -> Section:
    before = brief.before
    if before is None:
        return Section("Before", ())
    if isinstance(before, Unknown):
        return Section("In the environment before", (not_known(before.why),))
    return Section(f"In {before.environment}", tuple(_before(brief, before)))


def _before(brief: Brief, stay: Stay) -> Iterator[Block]:
    version = brief.subject.version
    if not stay.version:
        yield say(f"nothing runs in {stay.environment} that helmforge deployed")
    elif stay.same:
        yield say(f"{version} runs there for ", age(stay.since, brief.made) or "an unknown time")
    else:
        yield say(f"{version} does not run there: it is ", Outside(stay.version))
    yield from _pods(stay)


def _pods(stay: Stay) -> Iterator[Block]:
    pods = stay.pods
    if isinstance(pods, Unknown):
        yield say("restarts are not known: ", Outside(pods.why))
        return
    total = sum(pod.restarts for pod in pods)
    ready = sum(pod.ready for pod in pods)
    yield say(f"{ready} of {len(pods)} pods ready, {total} restarts")
    rows = [
        (Outside(pod.name), "ready" if pod.ready else "not ready", str(pod.restarts), Outside(pod.reason))
        for pod in pods
        if pod.restarts or not pod.ready
    ]
    if rows:
        yield Table(("pod", "state", "restarts", "last reason"), tuple(rows))


def objects_section(brief: Brief) -> Section:
    difference = brief.difference
    if isinstance(difference, Unknown):
        return Section("Changes in the cluster", (not_known(difference.why),))
    return Section("Changes in the cluster", tuple(_objects(difference)))


def _objects(difference: Difference) -> Iterator[Block]:
    actions = [str(one.action) for one in difference.objects]
    counts = ", ".join(f"{actions.count(action)} {action}" for action in dict.fromkeys(actions))
    yield say(
        f"objects: {counts}, {difference.unchanged} unchanged" if counts else "objects: none differs",
        "; the differences are at the end, secrets masked" if counts else "",
    )
    if difference.objects:
        yield Table(("object", "", "effect", "fields"), tuple(map(_object, difference.objects)))


def _object(one: ObjectDifference) -> tuple[str, ...]:
    return Outside(one.name), str(one.action), one.effect, Outside(", ".join(one.fields))


def diff_section(brief: Brief) -> Section:
    difference = brief.difference
    if isinstance(difference, Unknown):
        return Section("Differences", ())
    diffs = (Diff(f"{one.name} ({one.action})", one.lines) for one in difference.objects)
    return Section("Differences", tuple(diffs))

"""What is left of a run, in terms that are equal for equal outcomes: refs, digests, Helm's revisions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.shop import Shop


@dataclass(frozen=True)
class World:
    """Versions are written as V and commits as C, so that two versions of one commit compare equal."""

    refs: frozenset[str]
    tags: frozenset[str]
    consistent: bool
    revisions: tuple[tuple[int, str, str], ...]


def observe(shop: Shop, version: str, environment: str, before: int) -> World:
    """`before` is Helm's newest revision before the run."""
    commit = shop.repo.head()
    history = _history(shop, environment)
    new = tuple(
        (revision["revision"] - before, revision["status"], _described(revision, version))
        for revision in history
        if revision["revision"] > before
    )
    listed = shop.repo.git("ls-remote", "origin", f"*notification/{version}*").splitlines()
    refs = (line.split("\t") for line in listed)
    return World(
        refs=frozenset(f"{'C' if oid == commit else 'tag'} {ref.replace(version, 'V')}" for oid, ref in refs),
        tags=frozenset(_existing(shop, version)),
        consistent=_consistent(shop, version, environment, history[-1]["description"] if history else ""),
        revisions=new,
    )


def newest_revision(shop: Shop, environment: str) -> int:
    history = _history(shop, environment)
    return int(history[-1]["revision"]) if history else 0


def expire_lease(shop: Shop, environment: str) -> None:
    """What time would do to the Lease of a killed run, without the waiting."""
    name = "lease/helmforge-notification"
    context, namespace = _place(shop, environment)
    place = (f"--context={context}", f"--namespace={namespace}")
    if shop.kubectl("get", name, *place, "--ignore-not-found", "-o", "name"):
        shop.kubectl("patch", name, *place, "--type=merge", '--patch={"spec": {"holderIdentity": null}}')


def _place(shop: Shop, environment: str) -> tuple[str, str]:
    return ("dev", shop.place.qa) if environment == "qa" else ("prod", shop.place.prod)


def _history(shop: Shop, environment: str) -> list[dict[str, Any]]:
    context, namespace = _place(shop, environment)
    releases = shop.helm("list", "-n", namespace, "--kube-context", context, "--all-namespaces=false")
    if not releases:
        return []
    found: list[dict[str, Any]] = shop.helm(
        "history", "notification", "-n", namespace, "--kube-context", context, "--max", "100"
    )
    return found


def _described(revision: Mapping[str, Any], version: str) -> str:
    """The record without what differs between two versions: digests are checked by `consistent`."""
    prefix, _, text = revision["description"].partition(" ")
    if prefix != "helmforge":
        return str(revision["description"])
    record = json.loads(text)
    return f"{record['action']} {record['version'].replace(version, 'V')} {record['repository']}"


def _existing(shop: Shop, version: str) -> list[str]:
    names = ("notification", "charts/notification", "prod/notification")
    return [name for name in names if shop.digest(name, version)]


def _consistent(shop: Shop, version: str, environment: str, description: str) -> bool:
    """What runs is what the registry has under the version, from this commit."""
    if not description.startswith("helmforge "):
        return False
    record = json.loads(description.partition(" ")[2])
    name = "notification" if environment == "qa" else "prod/notification"
    image, chart = shop.digest(name, version), shop.digest("charts/notification", version)
    return (record["image"], record["chart"], record["commit"]) == (image, chart, shop.repo.head())

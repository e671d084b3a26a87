"""Where the image comes from: what its environment asks for is attached to it, and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.chain import broken, not_applicable, ok
from helmforge.flows.provenance import shortfalls

if TYPE_CHECKING:
    from helmforge.domain.chain import Link
    from helmforge.flows.release.links.case import Case


def provenance(case: Case) -> Link:
    """By today's policy, at the copy that runs."""
    name, policy = "provenance", case.environment.provenance
    if not policy.demanding:
        return not_applicable(name, f"{case.environment.name} asks for none")
    image = case.repository.at(case.image)
    if found := shortfalls(case.world, case.settings, case.environment, case.artifact, image):
        return broken(name, "; ".join(found), policy.title)
    return ok(name, policy.title)

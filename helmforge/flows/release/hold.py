"""`helmforge release hold`: no promotion of one service to one environment, until somebody lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.git import RefExistsError
from helmforge.errors import RefusedError, UsageError
from helmforge.flows.release.gate import demand_gate

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.ports import Git
    from helmforge.flows.world import World

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Hold:
    """The tag on the remote. `oid` is "" when it is not annotated: it holds all the same."""

    tag: str
    by: str = ""
    reason: str = ""
    oid: str = ""

    @property
    def text(self) -> str:
        return f"{self.by}: {self.reason}" if self.oid else "the tag does not say why"


def holding(git: Git, service: Service, environment: Environment) -> Hold | None:
    """Anything under this name holds: who can push it can stop a promotion, and do nothing worse."""
    name = f"approvals/{environment.name}/{service.name}/hold"
    ref = f"refs/tags/{name}"
    found = git.remote_refs(ref)
    if ref not in found:
        return None
    for tag in git.tags(name):
        reason = " ".join(tag.message[:_LONGEST_REASON].split())
        return Hold(name, tag.tagger.email or "nobody", reason or "no reason", tag.oid)
    return Hold(name)


def place(
    world: World, settings: Settings, service: Service, environment: Environment, reason: str
) -> tuple[Hold, bool]:
    """The hold, and whether it is a new one."""
    demand_gate(settings, environment)
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise UsageError(
            f"a hold needs a reason of at most {_LONGEST_REASON} characters", hint="--reason TEXT"
        )
    trunk = world.git.commit(settings.revision)
    if held := holding(world.git, service, environment):
        return held, False
    name = f"approvals/{environment.name}/{service.name}/hold"
    try:
        world.git.create_tag(name, trunk.oid if trunk else settings.revision, reason)
    except RefExistsError:
        held = holding(world.git, service, environment)
        return held or Hold(name), False
    return Hold(name, world.git.identity().email, reason), True


def lift(world: World, settings: Settings, service: Service, environment: Environment) -> Hold | None:
    """What was lifted; None when nothing held. RefusedError for somebody who may not approve."""
    demand_gate(settings, environment)
    held = holding(world.git, service, environment)
    if held is None:
        return None
    me, approvers = world.git.identity().email.lower(), environment.approvals.approvers
    if approvers and me not in {one.lower() for one in approvers}:
        raise RefusedError(
            f"{me} may not lift the hold",
            where=held.tag,
            why=f"{me} is not among the approvers ({', '.join(approvers)})",
        )
    if not held.oid:
        raise RefusedError(
            "this hold was not made by helmforge", where=held.tag, hint="remove the tag with Git"
        )
    try:
        world.git.delete_tag(held.tag, held.oid)
    except RefExistsError as error:
        raise RefusedError("the hold changed in this moment", where=held.tag, hint="look again") from error
    return held

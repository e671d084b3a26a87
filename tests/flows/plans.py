"""Plans for tests, and what their steps do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.names import ServiceName
from helmforge.domain.plan import Plan, Step, chain
from helmforge.domain.settings import Build, Service

if TYPE_CHECKING:
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log


@dataclass(frozen=True)
class First(Step):
    verb = "first"


@dataclass(frozen=True)
class Second(Step):
    verb = "second"


def service(name: str) -> Service:
    return Service(ServiceName(name), name, Build("Dockerfile", name), f"{name}/chart")


def plan(*names: str) -> Plan:
    whole = Plan()
    for name in names:
        whole += chain(First(service(name)), Second(service(name)))
    return whole


def nothing_found(_step: Step, _log: Log) -> Facts:
    return {}


class Switch:
    """A world with one fact in it."""

    def __init__(self, *, on: bool = False, works: bool = True) -> None:
        self.on = on
        self.works = works
        self.acts = 0

    def probe(self, _step: Step) -> Facts | None:
        return {"on": "yes"} if self.on else None

    def act(self, _step: Step, log: Log) -> None:
        log("switching")
        self.acts += 1
        self.on = self.works

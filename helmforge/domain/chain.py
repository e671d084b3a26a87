"""What `release verify` says of each link between a running pod and the people who approved it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from helmforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable


class LinkStatus(Enum):
    """From the best to the worst; UNKNOWN could not be asked, which is neither good nor a break."""

    NOT_APPLICABLE = "not applicable"
    OK = "ok"
    UNKNOWN = "unknown"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """One link; `expected` and `found` are there when it is broken and they can be named."""

    name: str
    status: LinkStatus
    what: str
    expected: str = ""
    found: str = ""


@dataclass(frozen=True)
class Chain:
    """Of one service in one environment. `version` is what Helm's record names, "" without one."""

    service: str
    environment: str
    version: str
    links: tuple[Link, ...]

    @property
    def status(self) -> LinkStatus:
        """The worst of its links."""
        return worst(link.status for link in self.links)


def worst(statuses: Iterable[LinkStatus]) -> LinkStatus:
    order = list(LinkStatus)
    return max(statuses, key=order.index, default=LinkStatus.NOT_APPLICABLE)


def exit_code(status: LinkStatus) -> ExitCode:
    """A break outweighs what could not be asked."""
    codes = {LinkStatus.BROKEN: ExitCode.REFUSED, LinkStatus.UNKNOWN: ExitCode.UNREACHABLE}
    return codes.get(status, ExitCode.DONE)


def ok(name: str, what: str) -> Link:
    return Link(name, LinkStatus.OK, what)


def broken(name: str, what: str, expected: str = "", found: str = "") -> Link:
    return Link(name, LinkStatus.BROKEN, what, expected, found)


def unknown(name: str, what: str) -> Link:
    return Link(name, LinkStatus.UNKNOWN, what)


def not_applicable(name: str, what: str) -> Link:
    return Link(name, LinkStatus.NOT_APPLICABLE, what)

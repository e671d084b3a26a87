"""Why a service is affected, as a line, as a chain, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.printing import clean
from helmforge.domain.affected import NodeKind

if TYPE_CHECKING:
    from helmforge.domain.affected import Link, Reason


def why(reason: Reason) -> str:
    """One line; the caller cleans it."""
    return f"{reason.path} ({reason.via})" if reason.path and reason.via else reason.path or reason.via


def chain_lines(reason: Reason) -> list[str]:
    """From the changed file to the service, one line each."""
    if not reason.chain:
        return [f"  {clean(why(reason))}"]
    links = [f"  -> {clean(_named(link))}  ({clean(link.via)})" for link in reason.chain]
    return [f"  {clean(reason.path)}", *links]


def reason_document(reason: Reason) -> dict[str, object]:
    return {
        "service": reason.service,
        "path": reason.path,
        "via": reason.via,
        "chain": [
            {"kind": link.node.kind.value, "name": link.node.name, "via": link.via} for link in reason.chain
        ],
    }


def _named(link: Link) -> str:
    kind = "folder" if link.node.kind is NodeKind.PATH else link.node.kind.value
    return f"{kind} {link.node.name}"

"""Releases that no service stands for any more, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.printing import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.orphans import Orphan


def orphan_lines(orphans: Iterable[Orphan]) -> list[str]:
    """What stays in the clusters, and how to take it away."""
    return [
        clean(
            f"the release {one.service} in {one.environment} is orphaned ({one.why}): when nobody needs it, "
            f"helm uninstall {one.service} --kube-context {one.context} --namespace {one.namespace}"
        )
        for one in orphans
    ]

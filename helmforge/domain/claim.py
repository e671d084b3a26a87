"""Claims: which tags give a version to a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from helmforge.domain.git import AnnotatedTag


def objection(tag: AnnotatedTag) -> str:
    """Why `tag`, whose name is that of a claim, is none; "" when it is one."""
    if tag.lightweight:
        return "it is a lightweight tag, which does not say who released the version"
    if not tag.inner_name:
        return "its tag object is malformed"
    return "" if tag.inner_name == tag.name else f"it was made as {tag.inner_name!r}, and renamed"


def demand_claim(tag: AnnotatedTag, remote: str) -> None:
    """Raises RefusedError. Pipelines make claims; the next one can as soon as the name is free."""
    if why := objection(tag):
        raise RefusedError(
            f"{tag.name} claims no version",
            where=f"refs/tags/{tag.name} on {remote}",
            why=why,
            hint=f"delete it with: git push --delete {remote} refs/tags/{tag.name}\n"
            "then let the pipeline of the release branch claim the version",
        )

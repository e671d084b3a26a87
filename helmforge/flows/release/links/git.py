"""The version's tag, and the commit behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.chain import broken, not_applicable, ok, unknown

if TYPE_CHECKING:
    from helmforge.domain.chain import Link
    from helmforge.flows.release.links.case import Case


def version_tag(case: Case) -> Link:
    name = "version tag"
    if not case.is_released:
        return not_applicable(name, f"{case.record.version} was built from the trunk, without a release")
    wanted = case.artifact.claim_tag
    with case.fetching:
        tags = case.world.git.tags(wanted)
    tag = next((one for one in tags if one.name == wanted), None)
    if tag is None:
        light = case.world.git.remote_refs(f"refs/tags/{wanted}").get(f"refs/tags/{wanted}")
        found = f"a lightweight tag of {light}" if light else "none"
        return broken(name, f"there is no annotated tag {wanted} on {case.world.git.remote}", found=found)
    if tag.inner_name != wanted:
        return broken(name, f"{wanted} is another tag, renamed", wanted, tag.inner_name)
    if tag.target != case.record.commit:
        return broken(name, f"{wanted} names another commit", case.record.commit, tag.target)
    return ok(name, f"{wanted} is {tag.target}")


def commit(case: Case) -> Link:
    name = "commit"
    git, oid = case.world.git, case.record.commit
    if git.is_shallow():
        return unknown(name, "this clone is shallow, and its history says nothing: git fetch --unshallow")
    branches = _branches(case)
    with case.fetching:
        git.fetch(*branches)
    if git.commit(oid) is None:
        return broken(name, f"no branch of {git.remote} has the commit", oid, "none")
    for ref, tip in branches.items():
        if oid in git.merge_bases(oid, tip):
            return ok(name, f"{oid} is in the history of {ref.removeprefix('refs/heads/')}")
    names = ", ".join(ref.removeprefix("refs/heads/") for ref in branches)
    return broken(name, f"the commit is in the history of none of: {names}", oid, "none")


def _branches(case: Case) -> dict[str, str]:
    """The trunk and the version's branch, as far as they exist now."""
    settings, record = case.settings, case.record
    names = [settings.trunk]
    if case.is_released:
        names.append(settings.branches.release.format(service=record.service, version=record.version))
    return dict(case.world.git.remote_refs(*(f"refs/heads/{name}" for name in names)))

"""Chart and image in the registry: still there, the same bytes, and under the version's tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.chain import LinkStatus, broken, not_applicable, ok
from helmforge.domain.oci import REVISION

if TYPE_CHECKING:
    from helmforge.domain.chain import Link
    from helmforge.domain.oci import ImageRef
    from helmforge.flows.release.links.case import Case


def chart(case: Case) -> Link:
    name, deployed = "chart", case.deployed
    own = case.environment.images.chart_repository(case.service.name)
    if deployed.charts not in {case.artifact.charts, own}:
        what = f"the chart was not deployed from where charts of {case.environment.name} live"
        return broken(name, what, str(own), str(deployed.charts))
    moved = _tag(case, name, deployed.chart, case.record.chart)
    if moved.status is not LinkStatus.OK:
        return moved
    digest = case.chart.digest  # pulls it, and compares every byte with the digest
    revision = case.world.registry.labels(deployed.charts.at(digest)).get(REVISION, "")
    if revision != case.record.commit:
        return broken(name, f"{deployed.chart} is of another commit", case.record.commit, revision or "none")
    return ok(name, f"{deployed.chart} is {digest}")


def pinned_image(case: Case) -> Link:
    name = "pinned image"
    pinned = case.chart.image_digest
    if not pinned:
        return broken(name, "the chart pins no image by digest", case.record.image, "none")
    if pinned != case.record.image:
        return broken(name, "the chart pins another image than was deployed", case.record.image, pinned)
    return ok(name, f"the chart pins {pinned}")


def image(case: Case) -> Link:
    name = "image"
    configured = case.environment.images.repository(case.service.name)
    if case.repository != configured:
        what = f"the image was not deployed from where images of {case.environment.name} live"
        return broken(name, what, str(configured), str(case.repository))
    return _image(case, name, configured.tagged(case.record.version))


def source_image(case: Case) -> Link:
    name = "source image"
    if case.artifact.images == case.repository:
        return not_applicable(name, f"{case.environment.name} runs the image where it was first pushed")
    found = _image(case, name, case.artifact.image)
    if found.status is not LinkStatus.OK:
        return found
    revision = case.world.registry.labels(case.artifact.images.at(case.image)).get(REVISION, "")
    if revision != case.record.commit:
        return broken(
            name, f"{case.artifact.image} is of another commit", case.record.commit, revision or "none"
        )
    return found


def _image(case: Case, name: str, ref: ImageRef) -> Link:
    link = _tag(case, name, ref, case.record.image)
    if link.status is not LinkStatus.OK:
        return link
    if case.world.registry.manifest(ref.repository.at(case.image)) is None:  # its bytes, not only its name
        return broken(name, f"{ref} has no manifest", case.record.image, "none")
    return link


def _tag(case: Case, name: str, ref: ImageRef, digest: str) -> Link:
    found = case.world.registry.resolve(ref)
    if found is None:
        return broken(name, f"{ref} is no longer in the registry", digest, "none")
    if found.digest != digest:
        return broken(name, f"the tag {ref} was moved", digest, found.digest)
    return ok(name, f"{ref} is {digest}")

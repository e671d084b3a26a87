"""The size of the image, next to the one that runs: manifests only, no layer is pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.brief.image import chosen, image_change, layers, platforms
from helmforge.domain.oci import Digest
from helmforge.errors import HelmforgeError, StepError, StoppedError
from helmforge.flows.release.recorded import recorded_repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.brief.image import ImageChange, Layers
    from helmforge.domain.oci import ImageRef
    from helmforge.flows.ports import Registry
    from helmforge.flows.release.brief.case import Case


def new_image(case: Case) -> ImageRef:
    return case.published.artifact.images.at(case.published.image)


def running_image(case: Case) -> ImageRef | None:
    """None when nothing runs."""
    record = case.production.record
    if record is None or not record.image:
        return None
    return recorded_repository(case.settings, record).at(Digest.parse(record.image))


def read_image(case: Case) -> ImageChange:
    """The size of the new one even where nothing can be said of the other."""
    registry = case.world.registry
    new = _Image.read(registry, new_image(case))
    try:
        ref = running_image(case)
        old = _Image.read(registry, ref) if ref else None
    except StoppedError:
        raise
    except HelmforgeError:
        old = None
    platform = chosen(new.by_platform, old.by_platform if old else ()) if new.by_platform else ""
    return image_change(platform, new.layers(platform), old.layers(platform) if old else None)


class _Image:
    """`by_platform` is empty for an image of one platform."""

    def __init__(self, registry: Registry, ref: ImageRef, content: bytes) -> None:
        self._registry, self._ref, self._content = registry, ref, content
        self.by_platform: Mapping[str, Digest] = platforms(content)

    @classmethod
    def read(cls, registry: Registry, ref: ImageRef) -> _Image:
        return cls(registry, ref, _content(registry, ref))

    def layers(self, platform: str) -> Layers:
        if not self.by_platform:
            return layers(self._content)
        digest = self.by_platform.get(platform) or next(iter(self.by_platform.values()))
        return layers(_content(self._registry, self._ref.repository.at(digest)))


def _content(registry: Registry, ref: ImageRef) -> bytes:
    manifest = registry.manifest(ref)
    if manifest is None:
        raise StepError(f"{ref} is not in the registry")
    return manifest.content

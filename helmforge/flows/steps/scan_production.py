"""What production has already, for `scan.delta`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import running
from helmforge.domain.oci import Digest
from helmforge.errors import HelmforgeError
from helmforge.flows.release.recorded import recorded_repository
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from helmforge.domain.scanning import Finding
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World


@dataclass
class Production:
    """The last environment. Each image is scanned once in a run, by its digest."""

    world: World
    settings: Settings
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _known: dict[str, tuple[Finding, ...]] = field(default_factory=dict, init=False)

    def findings(self, service: Service, folder: Path, log: Log) -> tuple[Finding, ...]:
        """Nothing when there is no such image, or when it cannot be found out: then everything blocks."""
        environment = self.settings.environments[-1].name
        try:
            image = self._image(service)
            if image is None:
                log(f"{environment} runs no image of {service.name}: every finding counts")
                return ()
            with self._lock:
                return self._scanned(image, folder, log)
        except HelmforgeError as error:
            log(f"what {environment} has cannot be told, so every finding counts: {error}")
            return ()

    def _image(self, service: Service) -> ImageRef | None:
        environment = self.settings.environments[-1]
        guard_cluster(self.world.kubernetes, environment)
        key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
        good = running(self.world.helm.history(key))
        if good is None or good.record is None:
            return None
        return recorded_repository(self.settings, good.record).at(Digest.parse(good.record.image))

    def _scanned(self, image: ImageRef, folder: Path, log: Log) -> tuple[Finding, ...]:
        name = str(image.digest)
        if name not in self._known:
            log(f"comparing with {image}, which runs in {self.settings.environments[-1].name}")
            self._known[name] = self.world.scanner.scan_published(self.settings.scan, image, folder, log)
        return self._known[name]

"""A whole promotion inside of this process, against a real registry that somebody else may write to.

Git is real, too, though asked only once for each thing: nobody changes it here. Helm and the cluster are
stand-ins that keep what they were given.
"""

from __future__ import annotations

import contextlib
import io
import json
import tarfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from helmforge.adapters.archives import ChartArchives
from helmforge.config import parse_settings
from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.oci import REVISION, Digest
from helmforge.domain.version import Version
from helmforge.errors import HelmforgeError, StepError
from helmforge.flows import configuration
from helmforge.flows.release import promote
from helmforge.flows.running import run_plan
from tests.adapters.registry.connecting import Connect
from tests.adapters.registry.pushing import OCI_MANIFEST, Pusher
from tests.flows.test_lock import Cloud
from tests.forgery.court import APPROVALS, NOW, settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.cluster import ReleaseKey, StoredRelease, Upgrade
    from helmforge.domain.settings import Environment
    from helmforge.errors import ExitCode
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World
    from tests.forgery.court import Court

VERSION = "1.0.0"
_HELM = "application/vnd.cncf.helm"


@dataclass(frozen=True)
class Pair:
    """An image, and the chart that pins it."""

    image: Digest
    chart: Digest


class Publisher:
    """Whoever may write to the registry's QA places."""

    def __init__(self, address: str, commit: str) -> None:
        self.images, self.charts = Pusher(address, "shop"), Pusher(address, "charts/shop")
        self._of = {REVISION: commit}

    def publish(self) -> Pair:
        """Another image with each call; no tag names it yet."""
        image = Digest(self.images.image(layers=1, annotations=self._of)["digest"])
        files = {
            "Chart.yaml": f"name: shop\nversion: {VERSION}\n",
            "values.yaml": f"image: {{digest: '{image}'}}\n",
        }
        config = self.charts.blob(b'{"name": "shop"}', f"{_HELM}.config.v1+json")
        layer = self.charts.blob(_packed(files), f"{_HELM}.chart.content.v1.tar+gzip")
        document = {"config": config, "layers": [layer], "annotations": self._of}
        chart = self.charts.manifest(document, OCI_MANIFEST)
        return Pair(image, Digest(chart["digest"]))

    def tag(self, *, image: Digest | None = None, chart: Digest | None = None) -> None:
        for place, digest in ((self.images, image), (self.charts, chart)):
            if digest is not None:
                place.manifest(json.loads(place.raw(digest)), OCI_MANIFEST, VERSION)


def _packed(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"shop/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


@dataclass
class Cluster(Cloud):
    """Keeps the chart and the values of each upgrade."""

    revisions: list[ReleaseRevision] = field(default_factory=list)
    packages: list[bytes] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        return tuple(self.revisions)

    def containers(self, *_: object) -> tuple[()]:
        return ()

    def stored(self, *_: object) -> StoredRelease:
        raise StepError("Helm keeps nothing here")

    def upgrade(self, upgrade: Upgrade, log: Log) -> None:
        self.packages.append(upgrade.chart.read_bytes())
        self.values.append("\n".join(file.read_text(encoding="utf-8") for file in upgrade.values))
        number = len(self.revisions) + 1
        self.revisions.append(ReleaseRevision(number, "deployed", "shop", "", NOW, upgrade.description))


class _Remembered:
    def __init__(self, git: object) -> None:
        self._git = git
        self._known: dict[object, object] = {}

    def __getattr__(self, name: str) -> object:
        found = getattr(self._git, name)
        if not callable(found):
            return found

        def ask(*arguments: object, **named: object) -> object:
            asked = (name, arguments, *named.items())
            if asked not in self._known:
                self._known[asked] = found(*arguments, **named)
            return self._known[asked]

        return ask


def trunk_file(registry: str) -> dict[str, str]:
    """helmforge.yaml for a registry, host:port; charts are promoted, too."""
    return {"helmforge.yaml": settings(APPROVALS, "charts: {promote: true}").replace("r.example", registry)}


class Promotions:
    """`shop` 1.0.0, approved for prod with the bytes of `approved`, whatever the registry has."""

    def __init__(self, court: Court, folder: Path, approved: Pair) -> None:
        """The trunk has the settings of `trunk_file`."""
        court.sign_off(image=str(approved.image), chart=str(approved.chart))
        local = parse_settings((court.repo.root / "helmforge.yaml").read_text(encoding="utf-8"))
        git = cast("Any", _Remembered(court.world().git))
        self.settings = configuration.trunk_settings(git, local)
        services = configuration.trunk_services(git, self.settings)
        self.service = configuration.find_service(git, self.settings, services, "shop")
        self._connect = Connect({"HOME": str(folder), "PATH": ""})
        self._world = replace(
            court.world(),
            git=git,
            archives=ChartArchives(),
            interrupt=lambda: None,
            workspace=lambda: contextlib.nullcontext(folder),
            holder="us",
        )

    def world(self, cluster: Cluster) -> World:
        """With new connections to the registry, as of a new process."""
        ports = dict.fromkeys(("helm", "kubernetes", "clock"), cast("Any", cluster))
        return replace(self._world, registry=self._connect(), **ports)

    def environment(self, place: str) -> Environment:
        """Production, its images in a namespace of this name."""
        prod = self.settings.environment("prod")
        return replace(prod, images=replace(prod.images, template=f"{place}/{{service}}"))

    def run(self, place: str, cluster: Cluster) -> ExitCode:
        """`helmforge release promote`."""
        world, there = self.world(cluster), self.environment(place)
        try:
            promotion = promote.prepare(world, self.settings, self.service, Version.parse(VERSION), there)
        except HelmforgeError as error:
            return error.exit_code
        return run_plan(world, self.settings, promotion.plan, lambda _: None).exit_code

"""Each byte of what is read from the registry, changed: manifests, the chart, the image's configuration and
the record of the promotion. (Those of an approval: test_changed_bytes. Records that somebody writes anew,
with digests that fit: tests/domain/test_promotion_record.)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.artifact import released
from helmforge.domain.chain import LinkStatus
from helmforge.domain.oci import AlteredError, Digest
from helmforge.domain.promotion_record import RECORD_TYPE
from helmforge.domain.version import Version
from helmforge.errors import ExitCode
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.release.verify import verify
from helmforge.flows.steps.chart import pull
from tests.forgery.promoting import VERSION, Cluster, Promotions, Publisher, trunk_file
from tests.support.faulty_registry import FaultyRegistry, requests
from tests.support.referrers_registry import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.domain.oci import Repository
    from tests.forgery.court import Court
    from tests.forgery.promoting import Pair
    from tests.support.faulty_registry import Asked, Forward, Reply

pytestmark = pytest.mark.integration
PLACE = "live"


class OneByte:
    """Answers with a byte changed; which one is `at`."""

    def __init__(self) -> None:
        self.at = 0
        self._good: Reply | None = None

    def __call__(self, asked: Asked, forward: Forward) -> Reply:
        good = self._good = self._good or forward(asked)
        body = bytearray(good.body)
        body[self.at] ^= 1
        return replace(good, body=bytes(body))


@dataclass
class Promoted:
    """`shop` 1.0.0, in production."""

    proxy: FaultyRegistry
    promotions: Promotions
    approved: Pair
    cluster: Cluster
    commit: str

    def __post_init__(self) -> None:
        self.world = self.promotions.world(self.cluster)
        self.environment = self.promotions.environment(PLACE)
        self.images = self.environment.images.repository(self.promotions.service.name)
        service, version = self.promotions.service.name, Version.parse(VERSION)
        self.artifact = released(self.promotions.settings, service, version, self.commit)

    def broken(self) -> set[str]:
        """Links of `release verify`."""
        settings, service = self.promotions.settings, self.promotions.service
        chain = verify(self.promotions.world(self.cluster), settings, service, self.environment)
        return {link.name for link in chain.links if link.status is LinkStatus.BROKEN}

    def part(self, name: str) -> tuple[Repository, Digest]:
        """Of the image, the chart or the record: its manifest or a blob of it."""
        of, _, what = name.partition(" ")
        subject = self.images.at(self.approved.image)
        if of == "chart":
            repository, digest = self.artifact.charts, self.approved.chart
        elif of == "image":
            repository, digest = self.images, self.approved.image
        else:
            repository, digest = self.images, self.world.registry.referrers(subject, RECORD_TYPE)[0].digest
        if what == "manifest":
            return repository, digest
        manifest = self.world.registry.manifest(repository.at(digest))
        assert manifest is not None
        document = json.loads(manifest.content)
        blob = document["config"] if what == "configuration" else document["layers"][0]
        return repository, Digest(blob["digest"])

    def size(self, name: str) -> int:
        repository, digest = self.part(name)
        if not name.endswith("manifest"):
            return len(self.world.registry.blob(repository, digest))
        manifest = self.world.registry.manifest(repository.at(digest))
        return len(manifest.content) if manifest else 0


@pytest.fixture
def promoted(court: Court, tmp_path: Path) -> Iterator[Promoted]:
    with serving(tmp_path / "log") as server, FaultyRegistry(server) as proxy:
        publisher = Publisher(server, court.commit)
        approved, cluster = publisher.publish(), Cluster()
        publisher.tag(image=approved.image, chart=approved.chart)
        with court.trunk(trunk_file(proxy.address)):
            promotions = Promotions(court, tmp_path, approved)
            assert promotions.run(PLACE, cluster) is ExitCode.DONE
            yield Promoted(proxy, promotions, approved, cluster, court.commit)


def _chart(it: Promoted) -> object:
    return pull(it.world, it.artifact, it.approved.chart)


def _copy(it: Promoted) -> object:
    target = replace(it.images, path="elsewhere/shop").tagged(VERSION)
    return it.world.registry.copy(it.artifact.images.at(it.approved.image), target)


def _labels(it: Promoted) -> object:
    return it.world.registry.labels(it.images.at(it.approved.image))


def _record(it: Promoted) -> object:
    good, bad = promotions_of(it.world, it.images.at(it.approved.image))
    if not good and all("something else than was asked for" in why for why in bad):
        raise AlteredError("the record does not count")
    return good


READ: dict[str, Callable[[Promoted], object]] = {
    "chart manifest": _chart,
    "chart archive": _chart,
    "image manifest": _copy,
    "image configuration": _labels,
    "record manifest": _record,
    "record": _record,
}


@pytest.mark.parametrize("name", READ)
def test_no_byte_is_read_as_another(promoted: Promoted, name: str) -> None:
    size, (_, digest), altered = promoted.size(name), promoted.part(name), OneByte()
    assert size > 10
    promoted.proxy.fail(requests("GET", f"/(manifests|blobs)/{digest}"), altered)
    for altered.at in range(size):
        with pytest.raises(AlteredError):
            READ[name](promoted)
    promoted.proxy.heal()
    assert READ[name](promoted)


LINKS = {
    "chart manifest": {"chart", "pinned image"},
    "chart archive": {"chart", "pinned image"},
    "image manifest": {"image", "source image"},
    "image configuration": {"source image"},
    "record manifest": {"promotion record"},
    "record": {"promotion record"},
}


def test_a_changed_byte_breaks_its_links_and_is_not_promoted(promoted: Promoted) -> None:
    assert promoted.broken() == set()
    for name, links in LINKS.items():
        size, (_, digest), altered = promoted.size(name), promoted.part(name), OneByte()
        promoted.proxy.fail(requests("GET", f"/(manifests|blobs)/{digest}"), altered)
        for altered.at in (0, size // 2, size - 1):
            assert promoted.broken() >= links, (name, altered.at)
            if name in {"chart manifest", "chart archive", "image manifest"}:
                cluster = Cluster()
                assert (
                    promoted.promotions.run(f"{name.replace(' ', '-')}-{altered.at}", cluster)
                    is ExitCode.FAILED
                )
                assert cluster.packages == []
        promoted.proxy.heal()

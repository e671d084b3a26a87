"""Somebody moves tags in QA while a promotion is under way: before its first request to the registry, its
second, and so on to the last. What was approved arrives, or nothing.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.deployment import DeploymentRecord
from helmforge.errors import ExitCode
from helmforge.flows.release.promotions import promotions_of
from tests.forgery.promoting import VERSION, Cluster, Pair, Promotions, Publisher, trunk_file
from tests.support.faulty_registry import FaultyRegistry
from tests.support.referrers_registry import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.domain.oci import Digest
    from tests.forgery.court import Court
    from tests.support.faulty_registry import Asked

pytestmark = pytest.mark.integration


@dataclass
class Street:
    """`before`: the number of the request before which `moves` happen; 0 for never."""

    promotions: Promotions
    publisher: Publisher
    approved: Pair
    evil: Pair
    moves: dict[str, Digest]
    before: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.judge = self.promotions.world(Cluster())

    def watch(self, _: Asked) -> None:
        with self._lock:
            self.asked += 1
            if self.asked == self.before:
                self.publisher.tag(**self.moves)

    def promote(self, place: str, cluster: Cluster, before: int) -> ExitCode:
        self.publisher.tag(image=self.approved.image, chart=self.approved.chart)
        self.before, self.asked = before, 0
        code = self.promotions.run(place, cluster)
        self.before = 0
        return code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("registry") / "log") as address:
        yield address


@pytest.fixture
def street(court: Court, server: str, tmp_path: Path) -> Iterator[Street]:
    publisher = Publisher(server, court.commit)
    approved, evil = publisher.publish(), publisher.publish()
    with FaultyRegistry(server) as proxy, court.trunk(trunk_file(proxy.address)):
        street = Street(Promotions(court, tmp_path, approved), publisher, approved, evil, {})
        proxy.on_request(street.watch)
        yield street


def test_only_what_was_approved_ever_arrives(street: Street) -> None:
    """Both tags are moved, to an image and a chart that belong together."""
    street.moves = {"image": street.evil.image, "chart": street.evil.chart}
    assert street.promote("calm", Cluster(), 0) is ExitCode.DONE
    requests, codes = street.asked, []
    for number in range(1, requests + 1):
        place, cluster = f"at-{number}", Cluster()
        codes.append(street.promote(place, cluster, number))
        demand_only_approved(street, place, cluster, codes[-1])
    known = codes.index(ExitCode.DONE)  # the digests are, from here on: no tag of QA is asked for again
    assert set(codes[:known]) == {ExitCode.REFUSED}
    assert set(codes[known:]) == {ExitCode.DONE}
    assert requests > 2 * known > 0


@pytest.mark.parametrize("moved", ["image", "chart"])
def test_a_tag_that_leaves_the_other_behind_is_refused_until_both_are_known(
    street: Street, moved: str
) -> None:
    street.moves = {moved: street.evil.image if moved == "image" else street.evil.chart}
    code, number = ExitCode.REFUSED, 0
    while code is ExitCode.REFUSED:
        number += 1
        place, cluster = f"{moved}-{number}", Cluster()
        code = street.promote(place, cluster, number)
        demand_only_approved(street, place, cluster, code)
    assert (code, number > 1) == (ExitCode.DONE, True)


def demand_only_approved(street: Street, place: str, cluster: Cluster, code: ExitCode) -> None:
    environment, service = street.promotions.environment(place), street.promotions.service.name
    images, charts = environment.images.repository(service), environment.images.chart_repository(service)
    world = street.judge
    for repository, mine, theirs in (
        (images, street.approved.image, street.evil.image),
        (charts, street.approved.chart, street.evil.chart),
    ):
        found = world.registry.resolve(repository.tagged(VERSION))
        assert (found and found.digest) == (mine if code is ExitCode.DONE else None), place
        assert world.registry.resolve(repository.at(theirs)) is None, place
    if code is not ExitCode.DONE:
        assert (code, cluster.packages, world.registry.tags(images)) == (ExitCode.REFUSED, [], ())
        return
    ((record,), bad) = promotions_of(world, images.at(street.approved.image))
    assert (Pair(record.image, record.chart), bad) == (street.approved, ())
    (package,), (values,), (revision,) = cluster.packages, cluster.values, cluster.revisions
    manifest = world.registry.manifest(charts.at(street.approved.chart))
    assert manifest is not None
    assert (
        f"sha256:{hashlib.sha256(package).hexdigest()}" == json.loads(manifest.content)["layers"][0]["digest"]
    )
    assert json.loads(values)["image"]["digest"] == street.approved.image
    deployed = DeploymentRecord.parse(revision.description)
    assert deployed is not None
    assert (deployed.image, deployed.chart) == (street.approved.image, street.approved.chart)

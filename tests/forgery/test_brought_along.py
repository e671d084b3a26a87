"""Records that somebody attaches in QA, for a promotion to carry into production.

Against a registry written in Go: it reads names of JSON in any case, and lists a referrer under the type of
its config, whatever its own artifactType says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.oci import Digest, RegistryHost
from helmforge.domain.promotion_plan import CopyImage
from helmforge.domain.promotion_record import RECORD_TYPE, ApprovalTag, PromotionRecord
from helmforge.domain.settings import Registry
from helmforge.errors import HelmforgeError
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.steps.promotion import Promotions
from tests.adapters.registry.connecting import Connect
from tests.adapters.registry.pushing import OCI_MANIFEST, Pusher
from tests.flows.releases import chart_of, service, world
from tests.support.referrers_registry import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.flows.world import World
    from tests.adapters.registry.pushing import Entry

pytestmark = pytest.mark.integration

EMPTY, ELSE = "application/vnd.oci.empty.v1+json", "application/vnd.example.else"


@dataclass
class Scene:
    """An approved image in QA; another one in production. Eve may push to QA."""

    address: str
    folder: Path

    def __post_init__(self) -> None:
        self.registry = Registry(RegistryHost(self.address))
        self.qa = Pusher(self.address)
        self.prod = Pusher(self.address, f"prod/{self.qa.path}")
        self.image = self.qa.image("1.0.0", layers=1)
        self.other = self.prod.image("0.9.0", layers=1)

    @property
    def world(self) -> World:
        registry: Any = Connect({"HOME": str(self.folder), "PATH": ""})()
        return replace(world(None), registry=registry)

    def promote(self, image: Entry | None = None) -> None:
        digest = Digest((image or self.image)["digest"])
        source, target = self.qa.repository.at(digest), self.prod.repository.tagged("1.0.0")
        Promotions(self.world).copy(CopyImage(service(), source, target), lambda _: None)

    def records(self) -> list[str]:
        """Who promoted what, as production tells it."""
        images = [Digest(one["digest"]) for one in (self.image, self.other)]
        found = [promotions_of(self.world, self.prod.repository.at(image))[0] for image in images]
        return [record.promoted_by for records in found for record in records]

    def record(self, of: Entry) -> Entry:
        """The layer with a record by Eve of what nobody promoted."""
        digest, target = Digest(of["digest"]), f"{self.prod.repository}:0.9.0"
        approval = ApprovalTag("approvals/prod/shop/0.9.0/ada@example.com")
        facts = {"service": "shop", "version": "0.9.0", "commit": "c" * 40, "environment": "prod"}
        record = PromotionRecord(
            source=f"{self.qa.repository}@{digest}",
            target=target,
            image=digest,
            charts=f"{self.address}/charts/shop",
            charts_source=f"{self.address}/charts/shop",
            chart=chart_of("0.9.0"),
            approvals=(approval,),
            promoted_by="Eve <eve@example.com>",
            promoted_at=datetime(2030, 1, 1, tzinfo=UTC),
            **facts,
        )
        return self.qa.blob(record.to_statement(), RECORD_TYPE)

    def attach(self, of: Entry, kind: str, config: str, **subject: Any) -> Entry:
        """Listed for the approved image."""
        document = {"artifactType": kind, "config": self.qa.blob(b"{}", config), "layers": [self.record(of)]}
        made = {**self.qa.manifest({**document, **subject}, OCI_MANIFEST), "artifactType": ELSE}
        self.qa.index([made], self.image["digest"].replace(":", "-"))
        return made


def _subject(entry: Entry, **more: str) -> Entry:
    return {**{key: entry[key] for key in ("mediaType", "digest", "size")}, **more}


def _as_another_type(it: Scene) -> None:
    it.attach(it.image, ELSE, RECORD_TYPE, subject=_subject(it.image))


def _by_its_layer(it: Scene) -> None:
    it.attach(it.image, ELSE, EMPTY, subject=_subject(it.image))


def _subject_in_another_case(it: Scene) -> None:
    it.attach(it.other, ELSE, RECORD_TYPE, Subject=_subject(it.other))


def _two_subjects(it: Scene) -> None:
    it.attach(it.other, ELSE, RECORD_TYPE, subject=_subject(it.image), SUBJECT=_subject(it.other))


def _subject_by_a_long_s(it: Scene) -> None:
    named = {"\u017fubject": _subject(it.other)}
    it.attach(it.other, ELSE, RECORD_TYPE, **named)


def _two_digests(it: Scene) -> None:
    subject = _subject(it.image, Digest=it.other["digest"])
    it.attach(it.other, ELSE, RECORD_TYPE, subject=subject)


def _two_configs(it: Scene) -> None:
    config = it.qa.blob(b"{}", RECORD_TYPE)
    it.attach(it.image, ELSE, EMPTY, subject=_subject(it.image), Config=config)


def _inside_an_index(it: Scene) -> None:
    made = it.attach(it.other, ELSE, RECORD_TYPE, Subject=_subject(it.other))
    it.qa.index([it.qa.index([made])], it.image["digest"].replace(":", "-"))


def _under_a_tag_of_cosign(it: Scene) -> None:
    config = it.qa.blob(b"{}", RECORD_TYPE)
    document = {"artifactType": ELSE, "config": config, "layers": [it.record(it.other)]}
    document["Subject"] = _subject(it.other)
    it.qa.manifest(document, OCI_MANIFEST, it.image["digest"].replace(":", "-") + ".att")


LEFT_BEHIND: dict[str, Callable[[Scene], None]] = {
    "as another type": _as_another_type,
    "by its layer": _by_its_layer,
}
REFUSED: dict[str, Callable[[Scene], None]] = {
    "subject in another case": _subject_in_another_case,
    "two subjects": _two_subjects,
    "subject by a long s": _subject_by_a_long_s,
    "two digests": _two_digests,
    "two configs": _two_configs,
    "inside an index": _inside_an_index,
    "under a tag of cosign": _under_a_tag_of_cosign,
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("registry") / "log") as running:
        yield running


@pytest.fixture
def scene(address: str, tmp_path: Path) -> Scene:
    return Scene(address, tmp_path)


@pytest.mark.parametrize("forge", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_a_record_stays_behind(scene: Scene, forge: Callable[[Scene], None]) -> None:
    forge(scene)
    scene.promote()
    assert scene.records() == []
    image = scene.prod.repository.at(Digest(scene.image["digest"]))
    assert scene.world.registry.referrers(image) == ()


@pytest.mark.parametrize("forge", REFUSED.values(), ids=REFUSED)
def test_what_reads_in_two_ways_stops_the_promotion(scene: Scene, forge: Callable[[Scene], None]) -> None:
    forge(scene)
    with pytest.raises(HelmforgeError, match=r"some read its name .* as '(subject|digest|config)'"):
        scene.promote()
    assert scene.records() == []
    assert scene.world.registry.tags(scene.prod.repository) == ("0.9.0",)


def test_an_image_brings_no_record_inside_of_it(scene: Scene) -> None:
    config = scene.qa.blob(b"{}", RECORD_TYPE)
    document = {"config": config, "layers": [scene.record(scene.other)], "subject": _subject(scene.other)}
    inside = scene.qa.manifest(document, OCI_MANIFEST)
    for image in (inside, scene.qa.index([scene.image, inside])):
        with pytest.raises(HelmforgeError, match="belongs to another image"):
            scene.promote(image)
    document["subject"] = _subject(scene.image)
    own = scene.qa.index([scene.image, scene.qa.manifest(document, OCI_MANIFEST)])
    with pytest.raises(HelmforgeError, match="holds what may not be copied"):
        scene.promote(own)
    assert scene.records() == []


def test_what_is_no_record_is_brought_along(scene: Scene) -> None:
    """The same hands, without a trick."""
    document = {"config": scene.qa.blob(b"{}", EMPTY), "layers": [scene.qa.blob(b"{}", ELSE)]}
    named = {"artifactType": ELSE, "annotations": {"Digest": "1", "digest": "2"}}
    made = scene.qa.manifest({**named, **document, "subject": _subject(scene.image)}, OCI_MANIFEST)
    scene.promote()
    referrers = scene.world.registry.referrers(scene.prod.repository.at(Digest(scene.image["digest"])))
    assert made["digest"] in {one.digest for one in referrers}

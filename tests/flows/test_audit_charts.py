"""`release audit` where promotions copy charts, too: tags of charts in production."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.containers import Container
from helmforge.domain.oci import AlteredError, Descriptor, Digest, Manifest
from helmforge.domain.promotion_record import RECORD_TYPE, PromotionRecord
from helmforge.errors import StepError, UnreachableError
from helmforge.flows.release.audit import audit
from tests.flows.releases import IMAGE, PROD, SETTINGS, service, world
from tests.support.attachments import referrer

if TYPE_CHECKING:
    from helmforge.domain.audit import Audit
    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.errors import HelmforgeError

PROMOTING = replace(SETTINGS, promote_charts=True)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHARTS, IMAGES = "live/charts/shop", "live/shop"
LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def digest_of(content: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


@dataclass
class Production:
    """Registry, archives, Helm and cluster: shop 1.0.0 was promoted, and nothing runs. An archive is the
    values.yaml inside it.
    """

    tags_: dict[str, dict[str, Digest]] = field(default_factory=dict)
    stored: dict[Digest, bytes] = field(default_factory=dict)
    attached: list[Digest] = field(default_factory=list)
    errors: dict[Digest, HelmforgeError] = field(default_factory=dict)

    containers_: tuple[Container, ...] = ()

    def __post_init__(self) -> None:
        self.chart = self.put_chart("1.0.0", f"image: {{digest: '{IMAGE}'}}")
        self.tags_[IMAGES] = {"1.0.0": IMAGE}
        self.attach(self.record())

    def record(self, **other: str) -> PromotionRecord:
        facts = {
            "service": "shop",
            "version": "1.0.0",
            "environment": "prod",
            "charts": f"r.example/{CHARTS}",
        }
        return PromotionRecord(
            source=f"r.example/shop@{IMAGE}",
            target=f"r.example/live/shop:{other.get('version', '1.0.0')}",
            image=IMAGE,
            charts_source="r.example/charts/shop",
            chart=self.chart,
            commit="c" * 40,
            approvals=(),
            promoted_by="Bo <bo@example.com>",
            promoted_at=NOON,
            **(facts | other),
        )

    def put(self, content: bytes) -> Digest:
        self.stored[digest_of(content)] = content
        return digest_of(content)

    def put_chart(self, tag: str, values: str) -> Digest:
        layer = {"mediaType": LAYER, "digest": self.put(values.encode())}
        found = self.put(json.dumps({"layers": [layer]}).encode())
        self.tags_.setdefault(CHARTS, {})[tag] = found
        return found

    def attach(self, record: PromotionRecord) -> None:
        content = record.to_statement()
        layer = {"mediaType": RECORD_TYPE, "digest": self.put(content), "size": len(content)}
        self.attached = [self.put(referrer(RECORD_TYPE, IMAGE, layer))]

    def tags(self, repository: Repository) -> tuple[str, ...]:
        return tuple(self.tags_.get(repository.path, {}))

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        found = ref.digest or self.tags_[ref.repository.path].get(ref.tag or "")
        return Descriptor("", found, 1) if found in {IMAGE, *self.stored} else None

    def referrers(self, ref: ImageRef, kind: str) -> tuple[Descriptor, ...]:
        return tuple(Descriptor(kind, one, 1) for one in self.attached if ref.digest == IMAGE)

    def manifest(self, ref: ImageRef) -> Manifest | None:
        digest = ref.digest or self.tags_[ref.repository.path][ref.tag or ""]
        if error := self.errors.get(digest):
            raise error
        content = self.stored.get(digest)
        return Manifest(content, "", digest) if content is not None else None

    def blob(self, _: Repository, digest: Digest) -> bytes:
        return self.stored[digest]

    def members(self, archive: bytes) -> dict[str, bytes]:
        if not archive:
            raise StepError("this is not a usable chart archive")
        return {"values.yaml": archive}

    def now(self) -> datetime:
        return NOON

    def containers(self, *_: object) -> tuple[Container, ...]:
        return self.containers_

    def releases(self, *_: object) -> tuple[()]:
        return ()


def audited(production: Production, *, promote: bool = True) -> Audit:
    outside = world(production, "registry", "archives", "helm", "kubernetes", "clock")
    return audit(outside, PROMOTING if promote else SETTINGS, (service(),), PROD)


def found(production: Production) -> dict[str, str]:
    """Of the tags of charts: why each is listed."""
    audit = audited(production)
    assert not audit.unknown
    return {one.subject.rpartition(":")[2]: one.why for one in audit.oddities if "charts/" in one.subject}


def test_a_chart_that_was_promoted() -> None:
    audit = audited(Production())
    assert (audit.oddities, audit.unknown, audit.tags) == ((), (), 2)


def test_without_promoted_charts_only_tags_of_images_are_looked_at() -> None:
    production = Production()
    production.put_chart("9.9.9", "")
    audit = audited(production, promote=False)
    assert (audit.oddities, audit.tags) == ((), 1)


def test_a_chart_that_was_pushed_by_hand() -> None:
    production = Production()
    chart = production.put_chart("1.0.1", f"image: {{digest: '{IMAGE}'}}\nreplicas: 9")
    (odd,) = audited(production).oddities
    assert (odd.kind.value, odd.subject, odd.image) == ("tag", f"r.example/{CHARTS}:1.0.1", chart)
    assert odd.why == "no promotion record speaks for it"


def test_a_chart_under_another_tag_than_it_was_promoted_to() -> None:
    production = Production()
    production.tags_[CHARTS] = {"1.0.1": production.chart}
    assert list(found(production)) == ["1.0.1"]


def test_a_tag_that_was_moved_to_another_chart() -> None:
    production = Production()
    production.put_chart("1.0.0", f"image: {{digest: '{IMAGE}'}}\nreplicas: 9")
    assert list(found(production)) == ["1.0.0"]


@pytest.mark.parametrize(
    "other",
    [
        {"environment": "qa"},
        {"service": "orders"},
        {"charts": "r.example/charts/shop"},
        {"version": "1.0.1"},
    ],
)
def test_a_record_about_something_else(other: dict[str, str]) -> None:
    production = Production()
    production.attach(production.record(**other))
    assert list(found(production)) == ["1.0.0"]


def test_the_tag_of_a_version_with_a_v_is_that_of_the_chart() -> None:
    production = Production()
    production.attach(production.record(version="v1.0.0"))
    assert found(production) == {}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ("replicas: 1", "it pins no image"),
        ("image: {digest: latest}", "it pins no image"),
        ("image: [", "values.yaml"),
        ("", "this is not a usable chart archive"),
    ],
)
def test_a_chart_that_leads_to_no_image(values: str, why: str) -> None:
    production = Production()
    production.put_chart("1.0.1", values)
    assert why in found(production)["1.0.1"]


@pytest.mark.parametrize(
    "content",
    [b"{}", b"[", b'{"layers": [1]}', f'{{"layers": [{{"mediaType": "{LAYER}", "digest": "x"}}]}}'.encode()],
)
def test_something_else_than_a_chart(content: bytes) -> None:
    production = Production()
    production.tags_[CHARTS]["1.0.1"] = production.put(content)
    assert "is not a Helm chart" in found(production)["1.0.1"]


def test_bytes_that_are_not_those_of_the_digest() -> None:
    production = Production()
    production.errors[production.chart] = AlteredError("something else than was asked for")
    assert "something else than was asked for" in found(production)["1.0.0"]


def test_a_chart_that_cannot_be_asked_for_is_told_and_not_listed() -> None:
    production = Production()
    production.errors[production.chart] = UnreachableError("no answer")
    audit = audited(production)
    assert (audit.oddities, audit.unknown) == ((), ("no answer",))


def test_signatures_of_a_chart_are_no_version() -> None:
    production = Production()
    layers = [{"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json"}]
    config = {"mediaType": "application/vnd.oci.image.config.v1+json"}
    signature = production.put(json.dumps({"config": config, "layers": layers}).encode())
    production.tags_[CHARTS][production.chart.replace(":", "-") + ".sig"] = signature
    assert (audited(production).tags, found(production)) == (2, {})
    production.tags_[CHARTS][f"sha256-{'0' * 64}.sig"] = signature
    assert len(found(production)) == 1


def test_a_record_that_is_dated_in_the_future_speaks_for_nothing() -> None:
    production = Production()
    production.attach(replace(production.record(), promoted_at=NOON + timedelta(minutes=5)))
    image = f"r.example/live/shop:1.0.0@{IMAGE}"
    production.containers_ = (Container("shop-1", "shop", image, image, True, "ReplicaSet/shop-1", "shop"),)
    assert audited(production).oddities == ()
    production.attach(replace(production.record(), promoted_at=NOON + timedelta(minutes=6)))
    oddities = audited(production).oddities
    assert [one.kind.value for one in oddities] == ["image", "tag", "tag"]
    assert all("it is dated in the future, 2026-11-21T12:06+00:00" in one.why for one in oddities)


def test_a_tag_that_is_deleted_meanwhile() -> None:
    production = Production()
    production.tags_[CHARTS]["1.0.1"] = Digest(f"sha256:{'9' * 64}")
    assert found(production) == {}

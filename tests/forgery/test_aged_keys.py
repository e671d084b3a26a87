"""Years later: keys that were good at the promotion have expired, and `release verify` still knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.chain import LinkStatus
from helmforge.domain.cluster import ReleaseKey, ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.promotion_record import ApprovalTag, PromotionRecord
from helmforge.flows import configuration
from helmforge.flows.release.links.case import Case
from helmforge.flows.release.links.people import approvals
from tests.forgery.court import ADA, CHART, IMAGE, PREFIX, rules
from tests.forgery.keys import SshKeys, gpg_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.chain import Link
    from tests.forgery.court import Court
    from tests.forgery.keys import GpgKeys

pytestmark = pytest.mark.integration
TAG = PREFIX + ADA
SIGNED = rules(f"{{from: [{ADA}], signed: true}}")
SIGNERS, KEYRING = ".helmforge/allowed_signers", ".helmforge/keyring.asc"
MADE = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROMOTED = MADE + timedelta(days=1)
EXPIRED = datetime(2026, 6, 1, tzinfo=UTC)
KEYS = {"Old": "20260601T000000", "Gone": "20260601T000000", "Good": "never", "Renewed": "20260601T000000"}


@pytest.fixture(scope="module")
def gpg() -> Iterator[GpgKeys]:
    with gpg_keys() as keys:
        for name, expires in KEYS.items():
            keys.make(f"{name} <{ADA}>", expires=expires, made="20260101T000000")
        fingerprint = keys.fingerprint("Renewed")
        keys.run("--pinentry-mode", "loopback", "--passphrase", "", "--quick-set-expire", fingerprint, "0")
        yield keys


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> SshKeys:
    return SshKeys(tmp_path_factory.mktemp("ssh"))


@dataclass(frozen=True)
class Promoted:
    """shop 1.0.0 as it was promoted by one signed approval. Without `oid` the record names no object."""

    court: Court
    oid: str
    at: datetime = PROMOTED

    def link(self) -> Link:
        world = self.court.world()
        settings, services = self.court.trunk_rules(world)
        service = configuration.find_service(world.git, settings, services, "shop")
        prod = settings.environment("prod")
        record = DeploymentRecord(
            *("shop", "1.0.0", self.court.commit, CHART, IMAGE, "r.example/prod/shop", "promote"), (TAG,)
        )
        revision = ReleaseRevision(1, "deployed", "shop", "", self.at, record.to_description())
        key = ReleaseKey(prod.cluster, prod.namespace_of(service), "shop")
        case = Case(world, settings, service, prod, key, (revision,), record)
        vars(case)["promotions"] = (self._record(),)
        return approvals(case)

    def _record(self) -> PromotionRecord:
        return PromotionRecord(
            source=f"r.example/shop@{IMAGE}",
            target="r.example/prod/shop:1.0.0",
            image=IMAGE,
            charts="r.example/charts/shop",
            charts_source="r.example/charts/shop",
            chart=CHART,
            service="shop",
            version="1.0.0",
            commit=self.court.commit,
            environment="prod",
            approvals=(ApprovalTag(TAG, self.oid),),
            promoted_by="Ci <ci@example.com>",
            promoted_at=self.at,
        )


def approved(court: Court, gpg: GpgKeys, name: str, at: datetime = MADE) -> Promoted:
    """The tag says that it was made at MADE; `at` is when gpg signs."""
    raw = gpg.sign(court.raw(TAG, court.document(), made=MADE), name, f"{at:%Y%m%dT%H%M%S}")
    return Promoted(court, court.push(TAG, raw))


def test_a_key_that_expired_after_the_promotion(court: Court, gpg: GpgKeys) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public("Old")}):
        promoted = approved(court, gpg, "Old")
        link = promoted.link()
        assert link.status is LinkStatus.OK, link
        assert link.what == (
            "1 of 1: ada@example.com, judged as of 2026-05-02 12:00Z; "
            "the key of ada@example.com expired on 2026-06-01, after the promotion"
        )


@pytest.mark.parametrize("name", ["Good", "Renewed"])
def test_a_key_that_is_still_good_needs_no_word(court: Court, gpg: GpgKeys, name: str) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public(name)}):
        link = approved(court, gpg, name).link()
        assert (link.status, link.what.rpartition(", ")[2]) == (
            LinkStatus.OK,
            "judged as of 2026-05-02 12:00Z",
        )


def test_a_promotion_after_the_key_had_expired(court: Court, gpg: GpgKeys) -> None:
    patient = rules(f"{{from: [{ADA}], signed: true, expires: 60d}}")
    with court.trunk(patient | {KEYRING: gpg.public("Old")}):
        link = replace(approved(court, gpg, "Old"), at=EXPIRED + timedelta(hours=1)).link()
        assert (link.status, "the key of its signature has expired" in link.what) == (LinkStatus.BROKEN, True)


def test_an_object_that_no_record_names(court: Court, gpg: GpgKeys) -> None:
    """Who holds an expired key can date a tag and its signature back."""
    with court.trunk(SIGNED | {KEYRING: gpg.public("Old")}):
        link = replace(approved(court, gpg, "Old"), oid="").link()
        assert (link.status, "the key of its signature has expired" in link.what) == (LinkStatus.BROKEN, True)


def test_a_signature_that_is_younger_than_the_promotion(court: Court, gpg: GpgKeys) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public("Old")}):
        link = approved(court, gpg, "Old", PROMOTED + timedelta(hours=1)).link()
        assert (link.status, "was made later than it counted" in link.what) == (LinkStatus.BROKEN, True)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_promotion_at_the_end_of_all_times(court: Court, gpg: GpgKeys, at: str) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public("Old")}):
        link = replace(approved(court, gpg, "Old"), at=datetime.fromisoformat(at)).link()
        assert link.status is LinkStatus.BROKEN


def test_a_key_that_was_revoked_is_never_believed(court: Court, gpg: GpgKeys) -> None:
    """gpg alone would only say that it has expired."""
    promoted = approved(court, gpg, "Gone")
    gpg.revoke("Gone")
    with court.trunk(SIGNED | {KEYRING: gpg.public("Gone")}):
        link = promoted.link()
        assert (link.status, "the key of its signature was revoked" in link.what) == (LinkStatus.BROKEN, True)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("20260601", "expired on 2026-06-01, after the promotion"),
        ("20260502", "expired on 2026-05-02, after the approval"),
        ("20260501", "it is not signed with a key of ada@example.com that was allowed then"),
        ("29990101", "judged as of 2026-05-02 12:00Z"),
    ],
)
def test_a_line_of_allowed_signers_that_has_ended(court: Court, ssh: SshKeys, ends: str, said: str) -> None:
    options = f'valid-after="20260101",valid-before="{ends}"'
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"), options=options)}):
        raw = ssh.sign(court.raw(TAG, court.document(), made=MADE), "ada")
        link = Promoted(court, court.push(TAG, raw)).link()
        assert (link.status is LinkStatus.OK, said in link.what) == (ends != "20260501", True), link

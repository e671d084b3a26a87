"""`signed: true`: keys of the trunk decide, whatever the user's own configuration says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from helmforge.errors import RefusedError, UsageError
from tests.forgery.court import ADA, BO, PREFIX, rules
from tests.forgery.keys import SshKeys, git_settings, gpg_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.forgery.court import Court
    from tests.forgery.keys import GpgKeys

pytestmark = pytest.mark.integration
TAG = PREFIX + ADA
SIGNED = rules(f"{{from: [{ADA}, {BO}], signed: true}}")
SIGNERS, KEYRING = ".helmforge/allowed_signers", ".helmforge/keyring.asc"


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> SshKeys:
    return SshKeys(tmp_path_factory.mktemp("ssh"))


@pytest.fixture(scope="module")
def gpg() -> Iterator[GpgKeys]:
    with gpg_keys() as keys:
        keys.make("Ada <Ada@example.com>")
        keys.make("Bo <bo@example.com>")
        keys.make("Old <ada@example.com>", expires="20261101T000000")
        keys.make("Gone <ada@example.com>")
        yield keys


def refusal(court: Court) -> str:
    with pytest.raises(RefusedError) as caught:
        court.promote()
    return caught.value.why


def signed(court: Court, sign: Callable[[str], str], name: str = TAG, email: str = ADA) -> None:
    court.push(name, sign(court.raw(name, court.document(email), email)))


def test_git_signs_with_the_key_of_the_approver(court: Court, ssh: SshKeys) -> None:
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"))}):
        before = court.repo.git("for-each-ref", "refs/tags/approvals", "refs/heads")
        assert court.approve(ADA, **ssh.settings("ada")).created
        assert court.repo.git("for-each-ref", "refs/tags/approvals", "refs/heads") == before
        assert court.promote() == (TAG,)
        assert not court.approve(ADA, **ssh.settings("ada")).created


def test_gpg_signs_too(court: Court, gpg: GpgKeys) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public("Ada@example.com", BO)}):
        settings = git_settings({"gpg.format": "openpgp", "user.signingKey": "Ada <Ada@example.com>"})
        court.approve(ADA, GNUPGHOME=str(gpg.home), **settings)
        assert court.promote() == (TAG,)


def test_without_a_key_nothing_is_made(court: Court) -> None:
    settings = git_settings({"gpg.format": "ssh", "user.signingKey": "/nowhere/key"})
    with court.trunk(SIGNED | {SIGNERS: ""}):
        with pytest.raises(UsageError, match="could not sign") as caught:
            court.approve(ADA, **settings)
        assert "user.signingKey" in caught.value.hint
        assert f"refs/tags/{TAG}" not in court.repo.remote_refs()


def test_a_key_that_the_trunk_does_not_know_is_told_at_once(court: Court, ssh: SshKeys) -> None:
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"))}):
        with pytest.raises(RefusedError, match="is signed, and does not count") as caught:
            court.approve(ADA, **ssh.settings("eve"))
        assert SIGNERS in caught.value.hint
        assert "it is not signed with a key of ada@example.com" in refusal(court)
        assert court.approve(ADA, **ssh.settings("ada")).created


def test_one_key_of_several_people_and_patterns(court: Court, ssh: SshKeys) -> None:
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((f"{BO},{ADA}", "team"))}):
        signed(court, lambda raw: ssh.sign(raw, "team"))
        assert court.promote() == (TAG,)
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed(("*@example.com,!bo@example.com", "team"))}):
        assert court.promote() == (TAG,)


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ('namespaces="git"', True),
        ('namespaces="file"', False),
        ('valid-after="20261101",valid-before="20261201"', True),
        ('valid-before="20261121110000"', True),
        ('valid-before="20261121105959"', False),
        ('valid-after="20261121110001"', False),
        ('valid-before="20261001"', False),
        ("cert-authority", False),
    ],
)
def test_what_a_line_of_allowed_signers_allows(
    court: Court, ssh: SshKeys, options: str, *, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(court.repo.environment, "TZ", "Pacific/Auckland")
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"), options=options)}):
        signed(court, lambda raw: ssh.sign(raw, "ada"))  # an hour before NOW
        if counts:
            assert court.promote() == (TAG,)
        else:
            assert "it is not signed with a key of ada@example.com" in refusal(court)


def test_the_users_own_trust_is_nothing(court: Court, ssh: SshKeys) -> None:
    mine = court.repo.folder / "mine"
    mine.write_text(ssh.allowed((ADA, "eve")), encoding="utf-8")
    court.repo.git("config", "gpg.ssh.allowedSignersFile", str(mine))
    court.repo.git("config", "gpg.ssh.program", shutil.which("true") or "true")
    try:
        with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"))}):
            signed(court, lambda raw: ssh.sign(raw, "eve"))
            assert "it is not signed with a key of" in refusal(court)
    finally:
        court.repo.git("config", "--remove-section", "gpg.ssh")


FORGED_SSH: dict[str, tuple[Callable[[Court, SshKeys], None], str]] = {
    "not signed": (lambda court, _: signed(court, str), "it is not signed"),
    "somebody else's key": (
        lambda court, ssh: signed(court, lambda raw: ssh.sign(raw, "bo")),
        "it is not signed with a key of ada@example.com",
    ),
    "another namespace": (
        lambda court, ssh: signed(court, lambda raw: ssh.sign(raw, "ada", "file")),
        "it is not signed with a key of ada@example.com",
    ),
    "the signature of another tag": (
        lambda court, ssh: signed(court, lambda raw: raw + ssh.sign("other", "ada").removeprefix("other")),
        "it is not signed with a key of ada@example.com",
    ),
    "two signatures": (
        lambda court, ssh: signed(court, lambda raw: ssh.sign(ssh.sign(raw, "ada"), "ada")),
        "it is not signed with a key",
    ),
    "an empty signature": (
        lambda court, _: signed(court, lambda raw: f"{raw}-----BEGIN SSH SIGNATURE-----\n"),
        "malformed",
    ),
    "more behind the signature": (
        lambda court, ssh: signed(court, lambda raw: ssh.sign(raw, "ada") + "more\n"),
        "malformed",
    ),
    "X.509": (
        lambda court, _: signed(court, lambda raw: f"{raw}-----BEGIN SIGNED MESSAGE-----\nx\n"),
        "neither one of SSH nor one of OpenPGP",
    ),
}


@pytest.mark.parametrize("case", FORGED_SSH)
def test_a_forged_ssh_signature(court: Court, ssh: SshKeys, case: str) -> None:
    forge, reason = FORGED_SSH[case]
    if case == "two signatures":
        reason = "not a JSON document"
    with court.trunk(SIGNED | {SIGNERS: ssh.allowed((ADA, "ada"), (BO, "bo"))}):
        forge(court, ssh)
        assert reason in refusal(court)


FORGED_GPG: dict[str, tuple[str, str]] = {
    "Bo <bo@example.com>": (BO, "it is signed with a key of bo@example.com"),
    "Old <ada@example.com>": ("Old", "the key of its signature has expired"),
    "Gone <ada@example.com>": ("Gone", "the key of its signature was revoked"),
    "Ada <Ada@example.com>": (BO, "no key in the trunk's keyring made its signature"),
}


@pytest.mark.parametrize("user", FORGED_GPG)
def test_a_gpg_signature_that_does_not_count(court: Court, gpg: GpgKeys, user: str) -> None:
    exported, reason = FORGED_GPG[user]
    raw = gpg.sign(court.raw(TAG, court.document()), user, "20261015T000000")
    if exported == "Gone":
        gpg.revoke(user)
    with court.trunk(SIGNED | {KEYRING: gpg.public(exported)}):
        court.push(TAG, raw)
        assert reason in refusal(court)


def test_a_gpg_signature_of_something_else(court: Court, gpg: GpgKeys) -> None:
    with court.trunk(SIGNED | {KEYRING: gpg.public("Ada@example.com")}):
        signed(court, lambda raw: gpg.sign(raw, "Ada <Ada@example.com>").replace("Somebody", "Anybody"))
        assert "its signature is wrong" in refusal(court)


def test_keys_of_the_branch_or_the_clone_are_nothing(court: Court, ssh: SshKeys, gpg: GpgKeys) -> None:
    with court.trunk(SIGNED):
        court.repo.write({SIGNERS: ssh.allowed((ADA, "ada")), KEYRING: gpg.public("Ada@example.com")})
        signed(court, lambda raw: ssh.sign(raw, "ada"))
        assert "the trunk has no file of allowed signers" in refusal(court)
        signed(court, lambda raw: gpg.sign(raw, "Ada <Ada@example.com>"))
        assert "the trunk has no keyring" in refusal(court)
        court.repo.git("clean", "--quiet", "-fd")

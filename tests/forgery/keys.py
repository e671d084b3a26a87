"""Real keys of SSH and OpenPGP for the people of the tests."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator


class SshKeys:
    """A key for each name, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def private(self, name: str) -> Path:
        path = self._folder / name
        if not path.exists():
            argv = [
                str(require_tool("ssh-keygen")),
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "",
                "-f",
                str(path),
            ]
            subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
        return path

    def public(self, name: str) -> str:
        return self.private(name).with_suffix(".pub").read_text(encoding="utf-8").strip()

    def allowed(self, *people: tuple[str, str], options: str = "") -> str:
        """A file of allowed signers; people are (address, name of the key)."""
        return "".join(f"{email} {options} {self.public(name)}\n" for email, name in people)

    def sign(self, text: str, name: str, namespace: str = "git") -> str:
        """`text` with its signature behind it."""
        argv = [str(require_tool("ssh-keygen")), "-Y", "sign", "-n", namespace, "-f", str(self.private(name))]
        done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
        return text + done.stdout.decode()

    def settings(self, name: str) -> dict[str, str]:
        """The environment in which Git signs with this key."""
        return git_settings({"gpg.format": "ssh", "user.signingKey": str(self.private(name))})


def git_settings(values: dict[str, str]) -> dict[str, str]:
    entries = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, (key, value) in enumerate(values.items()):
        entries |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return entries


class GpgKeys:
    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *args: str, text: str = "") -> str:
        argv = [str(require_tool("gpg")), "--homedir", str(self.home), "--batch", "--quiet", *args]
        done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
        return done.stdout.decode()

    def make(self, user: str, expires: str = "never", made: str = "20260901T000000") -> None:
        times = ("--faked-system-time", f"{made}!") if made else ()
        self.run(
            *times,
            "--passphrase",
            "",
            "--pinentry-mode",
            "loopback",
            "--quick-gen-key",
            user,
            "ed25519",
            "sign",
            expires,
        )

    def public(self, *users: str) -> str:
        return self.run("--armor", "--export", *users)

    def fingerprint(self, user: str) -> str:
        return self.run("--with-colons", "--list-keys", user).split("\nfpr:")[1].split(":")[8]

    def revoke(self, user: str) -> None:
        path = self.home / "openpgp-revocs.d" / f"{self.fingerprint(user)}.rev"
        self.run("--import", text=path.read_text(encoding="utf-8").replace(":-----BEGIN", "-----BEGIN"))

    def sign(self, text: str, user: str, made: str = "") -> str:
        times = ("--faked-system-time", f"{made}!") if made else ()
        return text + self.run(*times, "--local-user", user, "--armor", "--detach-sign", text=text)


@contextlib.contextmanager
def gpg_keys() -> Iterator[GpgKeys]:
    """In a folder with a short name: the agent's socket lies in it."""
    require_tool("gpg")
    home = Path(tempfile.mkdtemp(prefix="hfgpg-", dir="/tmp"))
    try:
        yield GpgKeys(home)
    finally:
        stop = ["gpgconf", "--homedir", str(home), "--kill", "all"]
        subprocess.run(stop, capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)

"""Tag objects that Git signs with the user's key."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from helmforge.adapters.git.signatures import split
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.adapters.git.commands import GitCommands


def signed_tag(git: GitCommands, name: str, target: str, message: str) -> str:
    """The id of the object. UsageError when Git has no key, or could not sign.

    Only `git tag` knows all of the user's settings for keys, and it makes a ref: for a moment.
    """
    ref = f"refs/tags/{name}"
    with _as_it_was(git, ref):
        flags = ("--force", "--sign", "--cleanup=verbatim", "--file=-", "--end-of-options")
        made = git.run(
            "-c", "user.useConfigOnly=true", "tag", *flags, name, target, stdin=f"{message}\n".encode()
        )
        raw = git.run("cat-file", "tag", ref).raw if made.code == 0 else b""
        # Git 2.39 makes a tag without a signature, and says nothing, when ssh-keygen fails
        if not split(raw)[1]:
            raise UsageError(
                "Git could not sign the approval",
                why="\n".join(made.err.strip().splitlines()[-3:]),
                hint="git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub",
            )
        return git.check("rev-parse", "--verify", ref, what="cannot read the signed tag").decode().strip()


@contextmanager
def _as_it_was(git: GitCommands, ref: str) -> Iterator[None]:
    before = git.run("rev-parse", "--verify", "--quiet", ref).out.strip()
    try:
        yield
    finally:
        change = (ref, before) if before else ("-d", ref)
        git.run("update-ref", *change)

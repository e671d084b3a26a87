"""A service's unit tests: how they run, and what their JUnit files say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


@dataclass(frozen=True)
class UnitTests:
    """An empty `command`: there are none. `junit` are globs from the root of the repository. With `pass_env`
    the command sees only these variables and those that every program needs; `env` goes on top.
    """

    command: tuple[str, ...] = ()
    timeout: timedelta | None = None
    junit: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    pass_env: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Results:
    """What JUnit files report. `failed` names the first tests that failed; `unreadable` says of files why
    they could not be read.
    """

    files: int = 0
    tests: int = 0
    failures: int = 0
    skipped: int = 0
    failed: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    def __add__(self, other: Results) -> Results:
        return Results(
            self.files + other.files,
            self.tests + other.tests,
            self.failures + other.failures,
            self.skipped + other.skipped,
            self.failed + other.failed,
            self.unreadable + other.unreadable,
        )

    @property
    def facts(self) -> dict[str, str]:
        """Without files there is nothing to tell."""
        if not self.files:
            return {}
        counts = {"tests": self.tests, "failures": self.failures, "skipped": self.skipped}
        facts = {name: str(number) for name, number in counts.items()}
        return facts | ({"failed_tests": "\n".join(self.failed)} if self.failed else {})

    @property
    def summary(self) -> str:
        return f"{self.failures} of {self.tests} tests failed" + (
            f", {self.skipped} skipped" if self.skipped else ""
        )


_SECRETS = ("_PASSWORD", "_TOKEN", "_SECRET", "_KEY")
_OF_SIGNING = frozenset(
    {
        "COSIGN_PRIVATE_KEY", "COSIGN_PASSWORD", "SIGSTORE_ID_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL",
    }
)  # fmt: skip


def is_own_secret(variable: str) -> bool:
    """Of helmforge itself: neither a service's tests nor a build get to see it. Who has what signs images, or
    the CI job's identity, can sign anything.
    """
    return variable in _OF_SIGNING or (variable.startswith("HELMFORGE_") and variable.endswith(_SECRETS))


_NEEDED = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM", "CI",
        "SYSTEMROOT", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    }
)  # fmt: skip


def passes(tests: UnitTests, variable: str) -> bool:
    """Whether a variable of the surroundings goes to the tests."""
    if is_own_secret(variable):
        return False
    if tests.pass_env is None:
        return True
    return variable in tests.pass_env or variable in _NEEDED or variable.startswith("LC_")

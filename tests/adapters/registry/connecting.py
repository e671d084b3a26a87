"""Clients for the tests, with an environment of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.adapters.registry import Credentials, OciRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Connect:
    """Makes clients that do not sleep; `pauses` has the seconds that they would have slept."""

    environment: dict[str, str]
    pauses: list[float] = field(default_factory=list)

    def __call__(
        self,
        configured: str = "myrepo.cr.io",
        environment: Mapping[str, str] | None = None,
        *,
        attempts: int = 3,
        timeout_seconds: float = 20.0,
    ) -> OciRegistry:
        return OciRegistry(
            self.credentials(configured, environment),
            attempts=attempts,
            wait=self.pauses.append,
            timeout_seconds=timeout_seconds,
        )

    def credentials(self, configured: str, environment: Mapping[str, str] | None = None) -> Credentials:
        full = {"HELMFORGE_REGISTRY_HOST": configured, **self.environment, **(environment or {})}
        return Credentials(full, Runner(full))


def login(user: str, password: str) -> dict[str, str]:
    """The environment variables of a login."""
    return {"HELMFORGE_REGISTRY_USERNAME": user, "HELMFORGE_REGISTRY_PASSWORD": password}

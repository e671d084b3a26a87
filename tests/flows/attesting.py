"""What the steps around provenance ask, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helmforge.config import parse_settings
from helmforge.domain.artifact import released
from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.domain.plan import AttestImage
from helmforge.domain.version import Version
from helmforge.flows.steps import runners
from tests.flows.releases import service, world
from tests.support.attachments import PUBLIC_KEY, Cosign, MemoryRegistry, Syft

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.flows.steps import Runners

COMMIT = "c" * 40
RULES = """\
registry: r.example
provenance: {%s}
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval, provenance: {%s}}
"""
SIGNS = "sign: {key: 'env://COSIGN_PRIVATE_KEY'}"
RUN = Ci(CiSystem.GITHUB, run_url="https://github.example/acme/shop/actions/runs/7")


@dataclass
class Outside:
    """Everything that the step asks, and a clock that goes on by a second each time."""

    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    sboms: Syft = field(default_factory=Syft)
    signer: Cosign = field(default_factory=Cosign)
    files: dict[str, bytes] = field(default_factory=lambda: {"cosign.pub": PUBLIC_KEY})
    seconds: int = 0

    def remote_url(self) -> str:
        return "git@github.example:acme/shop.git"

    def read(self, _: str, path: str) -> bytes | None:
        return self.files.get(path)

    def dirty_paths(self, *_: str) -> tuple[str, ...]:
        return ()

    def commit(self, _: str) -> Any:
        return self

    @property
    def time(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    @property
    def root(self) -> None:
        return None

    def now(self) -> datetime:
        self.seconds += 1
        return self.time + timedelta(seconds=self.seconds)

    @property
    def name(self) -> str:
        return "a builder"

    def build(self, *_: object) -> None:
        self.registry.image("1.0.0")

    def steps(self, rules: str = "", asked: str = "", ci: Ci = RUN) -> Runners:
        ports: dict[str, Any] = {
            "registry": self.registry,
            "sboms": self.sboms,
            "signer": self.signer,
            "builder": lambda: self,
        }
        bundle = replace(world(self, "git", "clock"), ci=ci, **ports)
        return runners(bundle, parse_settings(RULES % (rules, asked)), Path("unused"))


def artifact_of_release() -> Artifact:
    return released(parse_settings(RULES % ("", "")), service().name, Version.parse("1.0.0"), COMMIT)


def attest_step(artifact: Artifact | None = None) -> AttestImage:
    return AttestImage(service(), artifact or artifact_of_release(), "refs/heads/release/shop/1.0.0")

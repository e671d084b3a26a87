"""Where forged approvals are tried: the flows of promotion over a real Git remote. Registry, Helm and cluster
are stand-ins with one answer each.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from helmforge.config import parse_settings
from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.domain.version import Version
from helmforge.flows import configuration
from helmforge.flows.release import approve, promote
from helmforge.flows.world import World
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from helmforge.domain.brief import Summary
    from helmforge.domain.ci import Ci
    from helmforge.domain.cluster import ReleaseKey
    from helmforge.domain.oci import ImageRef, Repository

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
AUTHOR, ADA, BO, CY, EVE, CI = (f"{name}@example.com" for name in ("kim", "ada", "bo", "cy", "eve", "ci"))
IMAGE, CHART, OTHER = (Digest(f"sha256:{digit * 64}") for digit in "abf")
PREFIX = "approvals/prod/shop/1.0.0/"
APPROVALS = f"{{from: [{ADA}, {BO}, {CY}, {AUTHOR}]}}"


@dataclass
class Outside:
    """Registry, archives, Helm, kubectl and clock. `history` is that of every release, `image` what the
    registry has under the version's tag.
    """

    now: datetime = NOW
    image: Digest = IMAGE
    chart: Digest = CHART
    history_of: dict[str, tuple[ReleaseRevision, ...]] = field(default_factory=dict)

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        return Descriptor("", self.chart if "charts/" in ref.repository.path else self.image, 1)

    def manifest(self, ref: ImageRef) -> Manifest:
        layer = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": OTHER}
        return Manifest(json.dumps({"layers": [layer]}).encode(), "", self.chart)

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        return b""

    def members(self, archive: bytes) -> Mapping[str, bytes]:
        return {"values.yaml": f"image: {{digest: '{self.image}'}}\n".encode()}

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        return self.history_of.get(key.namespace, ())

    def lease(self, key: ReleaseKey) -> None:
        return None

    def runs_in_qa(self, since: timedelta, chart: Digest = CHART, status: str = "deployed") -> None:
        record = DeploymentRecord("shop", "1.0.0", "c" * 40, chart, IMAGE, "r.example/shop", "deploy")
        revision = ReleaseRevision(1, status, "shop", "", self.now - since, record.to_description())
        self.history_of["default-qa"] = (revision,)

    def runs_in(self, environment: str, commit: str) -> None:
        """Version 0.9.0, for three days."""
        record = DeploymentRecord("shop", "0.9.0", commit, self.chart, IMAGE, "r.example/shop", "promote")
        made = self.now - timedelta(days=3)
        revision = ReleaseRevision(1, "deployed", "shop", "", made, record.to_description())
        self.history_of[f"default-{environment}"] = (revision,)


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


class Court:
    """`shop` 1.0.0 by kim, released by the CI, waiting for prod."""

    def __init__(self, folder: Path) -> None:
        files = {
            "helmforge.yaml": settings(APPROVALS),
            "services/shop/service.yaml": "name: shop\n",
            "services/shop/Dockerfile": "FROM scratch\n",
        }
        self.repo = Monorepo(folder)
        self.repo.git("config", "user.email", AUTHOR)
        self.repo.write(files)
        self.commit = self.repo.commit(f"shop\n\nCo-authored-by: Cy <{CY}>")
        self.repo.push("main")
        self.claim("1.0.0")
        self.outside = Outside()

    def claim(self, version: str, by: str = CI) -> None:
        name = f"shop/{version}"
        self.push(name, self.raw(name, f"claim of {name}", by))

    @contextlib.contextmanager
    def trunk(self, files: Mapping[str, str]) -> Iterator[None]:
        """The trunk with these files, for some time."""
        self.repo.write(files)
        self.repo.commit("rules")
        self.repo.push("main")
        try:
            yield
        finally:
            self.repo.git("reset", "--quiet", "--hard", self.commit)
            self.repo.git("push", "--quiet", "--force", "origin", f"{self.commit}:refs/heads/main")

    def reset(self) -> None:
        """No approvals; outside and work tree as they were."""
        self.outside = Outside()
        self.repo.git("reset", "--quiet", "--hard", self.commit)
        self.repo.git("clean", "--quiet", "-fd")
        refs = [ref for ref in self.repo.remote_refs() if "/approvals/" in ref and not ref.endswith("^{}")]
        if refs:
            self.repo.git("push", "--quiet", "origin", *(f":{ref}" for ref in refs))

    def document(self, approver: str = ADA, /, **changes: object) -> str:
        """The message of a good approval, with changes; None removes a key."""
        good = {
            "schema": "helmforge.dev/approval/v1",
            "environment": "prod",
            "service": "shop",
            "version": "1.0.0",
            "image": str(IMAGE),
            "chart": str(CHART),
            "approver": approver,
            "expires": (NOW + timedelta(days=1)).isoformat(),
        }
        return json.dumps({key: value for key, value in (good | changes).items() if value is not None})

    def raw(
        self,
        name: str,
        message: str,
        email: str = ADA,
        *,
        made: datetime = NOW - timedelta(hours=1),
        target: str = "",
        kind: str = "commit",
    ) -> str:
        """A tag object, as bytes of any hand would be."""
        tagger = f"tagger Somebody <{email}> {int(made.timestamp())} +0000"
        return f"object {target or self.commit}\ntype {kind}\ntag {name}\n{tagger}\n\n{message}\n"

    def store(self, raw: str) -> str:
        return self.repo.git("hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=raw)

    def push(self, name: str, raw: str) -> str:
        """Forces the remote's ref to a tag object of these bytes."""
        oid = self.store(raw)
        self.repo.git("push", "--quiet", "origin", f"+{oid}:refs/tags/{name}")
        return oid

    def sign_off(self, approver: str = ADA, /, **changes: object) -> None:
        """A good approval, but for the changes of its document."""
        name = PREFIX + approver
        self.push(name, self.raw(name, self.document(approver, **changes), approver))

    def world(self, **environment: str) -> World:
        unused: Any = None
        empty = World(*(unused for _ in World.__dataclass_fields__))
        outside = cast("Any", self.outside)
        ports = dict.fromkeys(("registry", "archives", "helm", "kubernetes"), outside)
        return replace(
            empty, git=opened(self.repo, **environment), clock=cast("Any", _Clock(self.outside.now)), **ports
        )

    def promote(self, *, version: str = "1.0.0", ci: Ci | None = None) -> tuple[str, ...]:
        """The approvals that count; RefusedError when they are too few."""
        world = self.world()
        rules, services = self.trunk_rules(world)
        shop = configuration.find_service(world.git, rules, services, "shop")
        more = {} if ci is None else {"ci": ci}
        return promote.prepare(
            world, rules, shop, Version.parse(version), rules.environment("prod"), **more
        ).approvals

    def approve_looking(
        self,
        email: str,
        show: Callable[[Summary], None] | None,
        *,
        version: str = "1.0.0",
        **environment: str,
    ) -> approve.Approved:
        """`helmforge release approve` by somebody, on a terminal."""
        made = {"GIT_COMMITTER_DATE": self.outside.now.isoformat()}
        world = self.world(GIT_COMMITTER_EMAIL=email, **made, **environment)
        rules, services = self.trunk_rules(world)
        shop = configuration.find_service(world.git, rules, services, "shop")
        prod = rules.environment("prod")
        return approve.approve(world, rules, shop, Version.parse(version), prod, show)

    def approve(self, email: str, *, version: str = "1.0.0", **environment: str) -> approve.Approved:
        """The same, of somebody who looks at nothing."""
        return self.approve_looking(email, None, version=version, **environment)

    def trunk_rules(self, world: World) -> tuple[Any, Any]:
        local = parse_settings((self.repo.root / "helmforge.yaml").read_text(encoding="utf-8"))
        rules = configuration.trunk_settings(world.git, local)
        return rules, configuration.trunk_services(world.git, rules)


def settings(approvals: str, more: str = "") -> str:
    return f"""\
registry: r.example
services: ["services/*"]
{more}
environments:
  qa: {{cluster: {{context: dev}}, deploy: on-release}}
  prod:
    cluster: {{context: prod}}
    deploy: on-approval
    imageNamespace: prod
    approvals: {approvals}
"""


def rules(approvals: str, more: str = "") -> dict[str, str]:
    """The trunk's helmforge.yaml with another policy."""
    return {"helmforge.yaml": settings(approvals, more)}

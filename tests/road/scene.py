"""A shop that many refusals can share, and everything that a refused command must leave as it was."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.emulated import Api

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.commands import Ran
    from tests.support.faulty_registry import FaultyRegistry
    from tests.support.shop import Shop

TITLE, REASON, NEXT = "error: ", "  why: ", "  do: "
_KINDS = (
    "api/v1/{}/secrets",
    "api/v1/{}/services",
    "api/v1/{}/serviceaccounts",
    "apis/apps/v1/{}/deployments",
    "apis/coordination.k8s.io/v1/{}/leases",
)


@dataclass(frozen=True)
class Scene:
    """A shop on the emulated cluster, behind a registry that can be told to misbehave. `storage` is the
    registry's folder, `server` the address of the cluster, `temporary` what TMPDIR names.
    """

    shop: Shop
    proxy: FaultyRegistry
    storage: Path
    server: str
    temporary: Path

    def state(self) -> dict[str, str]:
        """Refs of the remote, tags of the registry, the cluster's objects, the clone, left-over files."""
        return {
            **{f"ref {ref}": oid for ref, oid in self.shop.repo.remote_refs().items() if ref[-1] != "}"},
            **dict(self._registry()),
            **dict(self._cluster()),
            **self._clone(),
            **{f"temporary {path.name}": "left over" for path in self.temporary.glob("helmforge-*")},
        }

    @contextlib.contextmanager
    def unchanged(self) -> Iterator[None]:
        before = self.state()
        yield
        now = self.state()
        differing = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        assert not differing, {name: (before.get(name), now.get(name)) for name in differing}

    def changes(self, before: dict[str, str]) -> set[str]:
        """The names of what came, went or changed since `before`."""
        now = self.state()
        return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}

    def pushed(self, branch: str, files: Mapping[str, str] | None = None, *, start: str = "main") -> str:
        """A branch on the remote, checked out here, with a commit of these files when there are any.
        Returns its tip.
        """
        repo = self.shop.repo
        repo.git("checkout", "--quiet", "-B", "made", start)
        if files:
            repo.write(files)
            repo.commit(f"made for {branch}")
        repo.git("push", "--quiet", "origin", f"+HEAD:refs/heads/{branch}")
        repo.git("fetch", "--quiet", "origin")
        return repo.head()

    @contextlib.contextmanager
    def trunk_says(self, old: str, new: str) -> Iterator[None]:
        """helmforge.yaml of the trunk with one text replaced, for some time. Leaves the trunk checked out."""
        repo, name = self.shop.repo, "helmforge.yaml"
        repo.checkout("main")
        before = (repo.root / name).read_text(encoding="utf-8")
        assert old in before
        self.shop.change(name, before.replace(old, new))
        try:
            yield
        finally:
            repo.git("checkout", "--quiet", "--force", "main")
            self.shop.change(name, before)

    def release(self, version: str) -> None:
        """Brings notification to QA from the trunk. Not by `release cut`: it refuses to go backwards, and
        the versions of other tests come in any order.
        """
        self.pushed(f"release/notification/{version}")
        self.shop.good("pipeline", "run", "--ref", f"release/notification/{version}")

    def until_pending(self) -> None:
        """Helm is at work in QA."""
        secrets = f"/api/v1/namespaces/{self.shop.place.qa}/secrets?labelSelector=owner%3Dhelm"
        Api(self.server).until(
            secrets,
            lambda found: any(
                item["metadata"]["labels"]["status"].startswith("pending-") for item in found["items"]
            ),
        )

    def helm_secrets(self) -> list[str]:
        """Helm's records of revisions in QA."""
        return [name for name in self.state() if name.startswith("qa secrets sh.helm.release")]

    def forget_tag(self, repository: str, tag: str) -> None:
        """The registry has only a way to delete a manifest with all its tags."""
        shutil.rmtree(self._repositories / repository / "_manifests/tags" / tag)

    @property
    def _repositories(self) -> Path:
        return self.storage / "storage/docker/registry/v2/repositories"

    def _registry(self) -> Iterator[tuple[str, str]]:
        """What is attached to an image goes by the image's tag: `registry notification:1.0.0 attached`."""
        links = {
            (
                path.parents[4].relative_to(self._repositories).as_posix(),
                path.parents[1].name,
            ): path.read_text(encoding="utf-8")
            for path in self._repositories.rglob("_manifests/tags/*/current/link")
        }
        images = {(where, digest.replace(":", "-")): tag for (where, tag), digest in sorted(links.items())}
        for (where, tag), digest in links.items():
            image = images.get((where, tag), "")
            yield f"registry {where}:{f'{image} attached' if image else tag}", digest

    def _cluster(self) -> Iterator[tuple[str, str]]:
        api = Api(self.server)
        for namespace in (self.shop.place.qa, self.shop.place.prod):
            environment = namespace.rpartition("-")[2]
            for kind in _KINDS:
                _, listed = api.ask("GET", "/" + kind.format(f"namespaces/{namespace}"))
                for item in listed["items"]:
                    name = f"{environment} {kind.rpartition('/')[2]} {item['metadata']['name']}"
                    spec = json.dumps([item["metadata"].get("labels"), item.get("spec")], sort_keys=True)
                    if not kind.endswith("leases"):
                        yield name, spec
                    elif item["spec"].get("holderIdentity"):
                        yield name, "held"

    def _clone(self) -> dict[str, str]:
        repo = self.shop.repo
        return {
            "clone status": repo.git("status", "--porcelain", "--branch", "--ignored"),
            "clone branches": repo.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"),
            "clone head": repo.head(),
        }


def assert_refused(ran: Ran, code: int, *parts: str) -> None:
    """One error for people with a next step, and what it must say; nothing of Python's."""
    text = f"{ran.code}\n{ran.out}\n{ran.err}"
    assert ran.code == code, text
    lines = ran.err.splitlines()
    assert sum(line.startswith(TITLE) for line in lines) == 1, text
    assert any(line.startswith(NEXT) for line in lines), text
    assert "Traceback" not in ran.err + ran.out, text
    shown = ran.err[ran.err.index(TITLE) :]
    for part in parts:
        assert part in shown, text

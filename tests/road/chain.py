"""A promoted version whose chain can be broken anywhere and mended again."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.promotion_record import RECORD_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.road.scene import Scene
    from tests.support.commands import Ran

SERVICE, VERSION = "notification", "1.0.0"
OTHER = f"sha256:{'0' * 64}"


@dataclass(frozen=True)
class Promoted:
    """`notification` 1.0.0, in production, which asks for the provenance of the build."""

    scene: Scene

    @classmethod
    def make(cls, scene: Scene) -> Promoted:
        rules = (scene.shop.repo.root / "helmforge.yaml").read_text(encoding="utf-8")
        place = "    imageNamespace: prod\n"
        scene.shop.change("helmforge.yaml", rules.replace(place, f"{place}    provenance: {{slsa: true}}\n"))
        scene.release(VERSION)
        scene.shop.repo.git("checkout", "--quiet", "--force", "main")
        scene.shop.approve(VERSION)
        scene.shop.good("release", "promote", SERVICE, VERSION, "--env", "prod")
        return cls(scene)

    def verify(self, *options: str, kubeconfig: Path | None = None) -> Ran:
        arguments = options or (SERVICE, "--env", "prod")
        config = kubeconfig or self.scene.shop.place.kubeconfig
        return self.scene.shop.run("release", "verify", *arguments, "-o", "json", KUBECONFIG=str(config))

    @contextlib.contextmanager
    def mended(self) -> Iterator[None]:
        """Registry, remote, Helm's records and pods are afterwards as they were."""
        kept = self.scene.temporary / "kept"
        folders = {self.storage: kept / "storage", self.remote: kept / "remote"}
        for folder, copy in folders.items():
            shutil.copytree(folder, copy, symlinks=True)
        before = self._release_secrets()
        try:
            yield
        finally:
            for folder, copy in folders.items():
                shutil.rmtree(folder)
                shutil.copytree(copy, folder, symlinks=True)
            shutil.rmtree(kept)
            self.kubectl("delete", "secret", "--selector=owner=helm")
            self.kubectl("create", "--validate=ignore", "--filename=-", stdin=json.dumps(before))
            self.kubectl("delete", "pod", "--selector=stray=yes")

    @property
    def storage(self) -> Path:
        return self.scene.storage / "storage"

    @property
    def remote(self) -> Path:
        return self.scene.shop.repo.remote

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        namespace = f"--namespace={self.scene.shop.place.prod}"
        return self.scene.shop.kubectl(*arguments, namespace, "--context=prod", stdin=stdin)

    def stray_pod(self, image: str, **labels: str) -> None:
        """By hand, where the Service of notification looks for pods."""
        labels = {"app.kubernetes.io/instance": SERVICE, "stray": "yes"} | labels
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "stray", "labels": labels},
            "spec": {"containers": [{"name": SERVICE, "image": image}]},
        }
        self.kubectl("create", "--validate=ignore", "--filename=-", stdin=json.dumps(pod))

    def point_tag(self, repository: str, tag: str, digest: str) -> None:
        """As somebody who may push to the registry can."""
        folder = self.storage / "docker/registry/v2/repositories" / repository / "_manifests"
        link = folder / "tags" / tag / "current/link"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.write_text(digest, encoding="utf-8")
        if digest != OTHER:
            revision = folder / "revisions/sha256" / digest.partition(":")[2]
            revision.mkdir(parents=True, exist_ok=True)
            (revision / "link").write_text(digest, encoding="utf-8")

    def blob(self, digest: str) -> Path:
        name = digest.partition(":")[2]
        return self.storage / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data"

    def alter_promotion_record(self) -> None:
        tag = self.record()["image"].replace(":", "-")
        index = self.blob(self.scene.shop.digest(f"prod/{SERVICE}", tag))
        entries = json.loads(index.read_bytes())["manifests"]
        (entry,) = (one for one in entries if one["artifactType"] == RECORD_TYPE)
        manifest = json.loads(self.blob(entry["digest"]).read_bytes())
        blob = self.blob(manifest["layers"][0]["digest"])
        blob.write_bytes(blob.read_bytes().replace(b"ada@example.com", b"eve@example.com"))

    def forge_record(self, **facts: Any) -> None:
        """As somebody who may change Secrets of the namespace can: Helm's own record tells another story."""
        (secret,) = self._release_secrets()["items"]
        document = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
        prefix, _, record = document["info"]["description"].partition(" ")
        document["info"]["description"] = f"{prefix} {json.dumps(json.loads(record) | facts)}"
        packed = base64.b64encode(gzip.compress(json.dumps(document).encode()))
        secret["data"]["release"] = base64.b64encode(packed).decode()
        self.kubectl("replace", "--validate=ignore", "--filename=-", stdin=json.dumps(secret))

    def record(self) -> Mapping[str, Any]:
        (revision, *_) = self.scene.shop.helm(
            "history", SERVICE, "--namespace", self.scene.shop.place.prod, "--kube-context", "prod"
        )
        found: Mapping[str, Any] = json.loads(revision["description"].partition(" ")[2])
        return found

    def _release_secrets(self) -> Any:
        found = json.loads(self.kubectl("get", "secret", "--selector=owner=helm", "--output=json"))
        for item in found["items"]:
            for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
                item["metadata"].pop(key, None)
        return {"apiVersion": "v1", "kind": "List", "items": found["items"]}

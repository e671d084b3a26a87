"""The only doors from the flows to the outside world. `helmforge.wiring` picks what stands behind them.

All of them tell "not there" (None, empty) from "could not ask" (UnreachableError) and "not
allowed" (HelmforgeError with the reason); nothing reads an error as absence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.cluster import Lease, ReleaseKey, ReleaseRevision, RolloutReport, Upgrade
    from helmforge.domain.event import Event
    from helmforge.domain.git import AnnotatedTag, Commit, Person
    from helmforge.domain.oci import CopyReport, Descriptor, Digest, ImageRef, Manifest, Repository
    from helmforge.domain.scaffolding import ChartAnswers
    from helmforge.domain.settings import Build, Cluster, Scan

Log: TypeAlias = "Callable[[str], None]"
"""Takes one line of a tool's output, without its newline, as it appears."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, in UTC, with its zone."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment: for durations, which no adjustment of the clock disturbs."""

    def wait(self, seconds: float) -> None: ...


class Git(Protocol):
    """The repository that the command stands in. Object ids are full hexadecimal commit ids."""

    @property
    def root(self) -> Path: ...
    @property
    def remote(self) -> str:
        """The remote's name."""

    def is_shallow(self) -> bool: ...
    def identity(self) -> Person:
        """Who would make a commit now. UsageError when Git does not know."""

    def remote_url(self) -> str:
        """Without credentials. UsageError when there is no such remote."""

    def default_branch(self) -> str | None:
        """Asks the remote which branch its HEAD names; None when that branch does not exist."""

    def branch(self) -> str | None:
        """The branch that is checked out; None when the head is detached."""

    def commit(self, rev: str) -> Commit | None:
        """`rev` is a full ref name, HEAD or an object id; None when it does not exist locally."""

    def find_commit(self, expression: str) -> Commit | None:
        """What `expression` names (gitrevisions(7): `main~1`, `v1.0^`, `@{u}`); None when nothing here."""

    def merge_base(self, one: str, other: str) -> str | None: ...
    def changed_paths(self, base: str, head: str) -> tuple[str, ...]:
        """POSIX paths, both sides of a rename, of what differs between the two trees."""

    def log(self, base: str | None, head: str, paths: Iterable[str] = ()) -> tuple[Commit, ...]:
        """Commits reachable from `head` and not from `base`, newest first, that touch `paths`."""

    def read(self, rev: str, path: str) -> bytes | None: ...
    def files(self, rev: str, folder: str) -> Mapping[str, bytes]:
        """Every blob below `folder` at `rev`, by path relative to the folder."""

    def named_files(self, rev: str, name: str) -> Mapping[str, bytes]:
        """Every regular file called `name` at `rev`, by its folder ("." for the root)."""

    def folders_with(self, name: str, globs: Iterable[str]) -> tuple[str, ...]:
        """Folders of the work tree that match one of `globs` and hold a file `name`, sorted."""

    def dirty_paths(self, *places: str) -> tuple[str, ...]:
        """Paths in these folders (or of these files) that differ from HEAD, untracked ones included."""

    def remote_refs(self, *patterns: str) -> Mapping[str, str]:
        """Asks the remote: full ref name -> commit id (annotated tags peeled). Patterns are full
        ref names that may end in `*`.
        """

    def fetch(self, *refs: str) -> None:
        """Brings full ref names from the remote: branches into `refs/remotes/<remote>/`, tags into
        `refs/tags/` (a tag that was moved on the remote replaces the local one).
        """

    def create_branch(self, branch: str, commit: str) -> None:
        """On the remote, by compare-and-swap. RefExistsError when it is there already."""

    def create_tag(self, name: str, commit: str, message: str, *, replaces: str = "") -> None:
        """Annotated, on the remote, by compare-and-swap.

        RefExistsError when it is there already, or when it is no longer the tag object `replaces`
        (AnnotatedTag.oid). No local tag of that name is left behind.
        """

    def tags(self, prefix: str) -> tuple[AnnotatedTag, ...]:
        """Asks the remote for annotated tags below `prefix` (`approvals/prod/shop/1.2.0/`, or a
        whole name). Lightweight tags are left out.
        """


class Registry(Protocol):
    """OCI Distribution API. Reads follow tags or digests; every manifest read is verified."""

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        """None when the manifest does not exist (404)."""

    def manifest(self, ref: ImageRef) -> Manifest | None: ...
    def labels(self, ref: ImageRef) -> Mapping[str, str]:
        """Labels of the image's configuration, overlaid by annotations of its manifest. Of an index:
        its own annotations over those of its first platform. Empty when the manifest is absent.
        """

    def blob(self, repository: Repository, digest: Digest) -> bytes:
        """For small blobs (charts, records): whole in memory, verified, at most 64 MiB."""

    def tags(self, repository: Repository) -> tuple[str, ...]:
        """All pages; empty when the repository does not exist."""

    def copy(self, source: ImageRef, target: ImageRef) -> CopyReport:
        """Copies manifest or index with everything below it and tags it. Same registry: blobs are
        mounted, nothing is pulled. The target's digest equals the source's, or an error is raised.
        """

    def put_referrer(
        self, subject: ImageRef, artifact_type: str, content: bytes, annotations: Mapping[str, str]
    ) -> Digest:
        """Attaches `content` (one layer of media type `artifact_type`) to the manifest. Uses the
        Referrers API where the registry has it, and the fallback tag where it has not. Idempotent.
        """

    def referrers(self, subject: ImageRef, artifact_type: str = "") -> tuple[Descriptor, ...]: ...


class Helm(Protocol):
    """One method per verb, for Helm 3.17+ and 4. Paths are local."""

    def version(self) -> str: ...
    def lint(self, chart: Path, values: Path | None, log: Log) -> None: ...
    def template(self, chart: Path, values: tuple[Path, ...], name: str, namespace: str) -> str:
        """The rendered manifests, a YAML stream."""

    def package(self, chart: Path, folder: Path) -> Path:
        """The .tgz that Helm wrote into `folder`."""

    def push(self, package: Path, repository: Repository) -> None:
        """`repository` is the chart's own; its last component is the chart's name."""

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        """Oldest first, pending and failed ones included; empty when there is no such release."""

    def upgrade(self, upgrade: Upgrade, log: Log) -> None:
        """`upgrade --install --wait --reset-values`; never rolls back by itself."""

    def rollback(self, key: ReleaseKey, revision: int, timeout_seconds: int) -> None: ...
    def uninstall(self, key: ReleaseKey, timeout_seconds: int, *, trace: str = "") -> None:
        """With a `trace` Helm keeps the history, its newest revision `uninstalled` and so described."""


class Kubernetes(Protocol):
    """Reads and Leases through kubectl."""

    def cluster_id(self, cluster: Cluster) -> str:
        """UID of the namespace kube-system."""

    def ensure_namespace(self, cluster: Cluster, namespace: str) -> None: ...
    def lease(self, key: ReleaseKey) -> Lease | None: ...
    def create_lease(self, key: ReleaseKey, holder: str, seconds: int) -> bool:
        """False when another one was first."""

    def renew_lease(self, key: ReleaseKey, lease: Lease, holder: str, seconds: int) -> bool:
        """Takes over or renews `lease` as it was read; False when it changed since."""

    def release_lease(self, key: ReleaseKey, holder: str) -> None:
        """Gives the Lease back if `holder` still holds it."""

    def forget_pending(self, key: ReleaseKey, revision: int, labels: Mapping[str, str]) -> bool:
        """Deletes Helm's record of a revision that is still pending-install or pending-upgrade and
        carries all of `labels`; False when there is no such record. For the holder of the Lease only.
        """

    def forget_revisions(self, key: ReleaseKey, revisions: Sequence[int]) -> None:
        """Deletes Helm's records of these revisions, but never of one that is deployed. For the holder of
        the Lease only.
        """

    def explain(self, key: ReleaseKey) -> RolloutReport: ...


class Builder(Protocol):
    """docker (buildx), buildah or podman."""

    name: str

    def build(self, build: Build, root: Path, image: ImageRef, labels: Mapping[str, str], log: Log) -> None:
        """Builds and stores the image locally under its name. Raises ToolError."""

    def exists(self, image: ImageRef, labels: Mapping[str, str]) -> bool:
        """Whether the local store has the image with these labels."""

    def push(self, image: ImageRef, log: Log) -> None: ...
    def export(self, image: ImageRef, archive: Path) -> None:
        """Writes the image, as built for this machine's platform, to a new file: docker's archive format."""


class Scanner(Protocol):
    def scan(self, scan: Scan, image: ImageRef, archive: Callable[[], Path], log: Log) -> None:
        """`archive` writes the built image to a file in docker's archive format, for scanners that
        cannot look into the builder's store; it is called only when it is needed.

        Raises StepError when the scanner finds something at or above the severity, and when it is
        missing or fails: never passes silently.
        """


class Programs(Protocol):
    """A service's own commands (its tests)."""

    def run(self, command: tuple[str, ...], folder: Path, log: Log) -> None:
        """Raises ToolError with the exit code and the tail of the output."""


class Files(Protocol):
    """The work tree of the user. Paths are relative to its root, POSIX, and never leave it."""

    def read(self, path: str) -> bytes | None: ...
    def exists(self, path: str) -> bool: ...
    def find(self, *names: str) -> tuple[str, ...]:
        """Paths of all files with one of these names (of all files when none is given), sorted;
        hidden and ignored folders left out.
        """

    def write_new(self, files: Mapping[str, str]) -> None:
        """All of them or, on any failure, none. RefusedError names those that exist."""


class Templates(Protocol):
    def render(self, answers: ChartAnswers) -> Mapping[str, str]:
        """Path relative to the service's folder -> text."""


class Archives(Protocol):
    """Chart archives on disk and in memory."""

    def stage(self, files: Mapping[str, bytes], folder: Path, modified: datetime) -> None:
        """Writes `files` below `folder`, all with the time `modified`."""

    def normalise(self, package: Path, modified: datetime) -> None:
        """Rewrites a chart archive in place so that its bytes depend on names, contents and
        `modified` only, and sets the file's own time.
        """

    def members(self, archive: bytes) -> Mapping[str, bytes]:
        """Regular files by path relative to the chart's folder. Nothing is extracted to disk."""


class Events(Protocol):
    def detect(self) -> Event | None:
        """The Git event that the surrounding CI reports in its environment; None outside CI."""

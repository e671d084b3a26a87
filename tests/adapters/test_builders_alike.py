"""What every builder does, whatever it is called and wherever it runs."""

from __future__ import annotations

import json
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.building import BuildSecret, Cache
from helmforge.domain.oci import TITLE, RegistryHost, Repository
from helmforge.errors import RefusedError, StepError, ToolError, UsageError
from tests.adapters.builders import LOCAL, REMOTE, trust, used_cache, workshop
from tests.adapters.images import LABELS, the_build, write_context
from tests.adapters.leaks import CommandLines, files_with, length_in
from tests.support.buildkit import BuildKitServer
from tests.support.registry import RegistryServer
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Build
    from tests.adapters.builders import Workshop

CANARY = "canary-5f0c1e"
MARKED = {**LABELS, TITLE: 'shop, "the" one'}
_USING = """\
FROM scratch
COPY busybox /bin/busybox
RUN --mount=type=secret,id=npm \
["/bin/busybox", "sh", "-c", "/bin/busybox wc -c < /run/secrets/npm > /length"]
"""
_PLAIN = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/again\n"


def silent(_: str) -> None: ...


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildKitServer]:
    with BuildKitServer(tmp_path_factory.mktemp("kit")) as running:
        yield running


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(
    params=[
        *(pytest.param(kind, marks=pytest.mark.integration) for kind in LOCAL),
        *(pytest.param(kind, marks=pytest.mark.e2e) for kind in REMOTE),
    ]
)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Workshop:
    kind = str(request.param)
    server: BuildKitServer | None = request.getfixturevalue("daemon") if kind in REMOTE else None
    if server is not None:
        server.forget()
    return workshop(kind, tmp_path / "workshop", server, NPM_TOKEN=CANARY)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write_context(folder)
    return folder


def image(registry: RegistryServer, tag: str = "v1", name: str = "team/shop") -> ImageRef:
    return Repository(RegistryHost(registry.address), name).tagged(tag)


def dockerfile(root: Path, text: str, **changes: object) -> Build:
    (root / "services" / "shop" / "build" / "Dockerfile").write_text(text, encoding="utf-8")
    return the_build(**changes)


def pushed(reference: ImageRef, made: Workshop, *flags: str) -> Any:
    argv = ["skopeo", "inspect", "--tls-verify=false", *flags, f"docker://{reference}"]
    require_tool("skopeo")
    return json.loads(made.runner.check(argv, what="not in the registry").out)


def test_a_secret_is_seen_by_the_build_and_is_nowhere_else(
    made: Workshop, root: Path, registry: RegistryServer
) -> None:
    lines: list[str] = []
    build = dockerfile(root, _USING, secrets={"npm": BuildSecret(env="NPM_TOKEN")})
    with CommandLines(CANARY) as watched:
        made.builder.build(build, root, image(registry, "secret"), MARKED, lines.append)
        made.builder.export(image(registry, "secret"), root / "image.tar")

    assert watched.seen & {"buildah", "podman", "buildctl", "docker", "docker-buildx"}
    assert watched.found == set()
    assert CANARY not in "\n".join(lines)
    assert length_in(root / "image.tar") == len(CANARY)
    assert list(files_with(CANARY.encode(), made.folder, root)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"secrets": {"npm": BuildSecret(env="NOT_SET")}}, UsageError),
        ({"secrets": {"npm": BuildSecret(env="NPM_TOKEN")}, "secrets_withheld": True}, RefusedError),
    ],
    ids=["missing", "of a fork"],
)
def test_without_its_secret_nothing_is_built(
    made: Workshop, root: Path, registry: RegistryServer, changes: dict[str, Any], expected: type[Exception]
) -> None:
    lines: list[str] = []
    with pytest.raises(expected):
        made.builder.build(
            dockerfile(root, _USING, **changes), root, image(registry, "none"), MARKED, lines.append
        )
    assert lines == []
    assert not made.builder.exists(image(registry, "none"), {})


def test_what_is_pushed_carries_labels_and_annotations(
    made: Workshop, root: Path, registry: RegistryServer
) -> None:
    target = image(registry, "labels")
    build = dockerfile(root, _PLAIN + "ARG GREETING\nLABEL greeting=$GREETING\n", args={"GREETING": "a=b, c"})
    made.builder.build(build, root, target, MARKED, silent)
    assert made.builder.exists(target, MARKED)
    made.builder.push(target, silent)

    labels = pushed(target, made, "--config")["config"]["Labels"]
    assert labels == {**MARKED, "greeting": "a=b, c"}
    if made.kind != "docker":  # its own store keeps images, and no manifests
        assert MARKED.items() <= pushed(target, made, "--raw")["annotations"].items()


def test_the_same_commit_has_the_same_digest(made: Workshop, root: Path, registry: RegistryServer) -> None:
    if not made.reproducible:
        pytest.skip("Docker's own image store is not reproducible in every version")
    digests = set()
    forget = made.kind in REMOTE
    for tag in ("first", "second"):
        target = image(registry, tag)
        build = dockerfile(root, _USING, secrets={"npm": BuildSecret(env="NPM_TOKEN")})
        os.utime(root / "services" / "shop" / "busybox")
        if forget:
            _forget(made)
        made.builder.build(build, root, target, MARKED, silent)
        made.builder.push(target, silent)
        digests.add(pushed(target, made)["Digest"])
    assert len(digests) == 1


def _forget(made: Workshop) -> None:
    made.runner.check(["buildctl", "prune", "--all"], what="the daemon remembers", env=_address(made))


def _address(made: Workshop) -> dict[str, str]:
    return {"BUILDKIT_HOST": f"unix://{made.runner.environment['HOME']}/socket"}


def test_several_platforms_are_one_index(made: Workshop, root: Path, registry: RegistryServer) -> None:
    target = image(registry, "platforms")
    build = dockerfile(root, _PLAIN, platforms=("linux/amd64", "linux/arm64"))
    try:
        made.builder.build(build, root, target, MARKED, silent)
    except StepError as error:
        assert made.kind == "docker"  # without the containerd image store
        assert "containerd image store" in error.hint  # noqa: PT017 - either is right
        return
    assert made.builder.exists(target, MARKED)
    made.builder.push(target, silent)
    made.builder.export(target, root / "image.tar")

    index = pushed(target, made, "--raw")
    assert [entry["platform"]["architecture"] for entry in index["manifests"]] == ["amd64", "arm64"]
    if made.kind in REMOTE:
        assert index["annotations"] == MARKED
    arm = pushed(target, made, "--override-arch=arm64", "--config")
    assert (arm["architecture"], arm["config"]["Labels"]) == ("arm64", MARKED)
    assert tarfile.is_tarfile(root / "image.tar")


def test_two_builds_side_by_side(made: Workshop, root: Path, registry: RegistryServer) -> None:
    build = dockerfile(root, _PLAIN)
    targets = [image(registry, "beside", name) for name in ("team/a", "team/b")]
    lines: dict[str, list[str]] = {str(target): [] for target in targets}

    def work(target: ImageRef) -> None:
        made.builder.build(build, root, target, {**MARKED, TITLE: str(target)}, lines[str(target)].append)
        made.builder.push(target, silent)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, targets))

    for target in targets:
        assert pushed(target, made, "--config")["config"]["Labels"][TITLE] == str(target)
        assert any("COPY busybox" in line for line in lines[str(target)])


def test_a_cache_in_the_registry_is_written_and_read(
    made: Workshop, root: Path, registry: RegistryServer, fresh: Callable[[], Workshop]
) -> None:
    if not made.caches:
        pytest.skip("Docker's own image store exports no caches")
    place = Repository(RegistryHost(registry.address), f"cache/{made.kind}")
    trust(made, registry)
    build = dockerfile(root, _PLAIN, cache=Cache((place,), place))
    first: list[str] = []
    made.builder.build(build, root, image(registry, "cache"), MARKED, first.append)
    assert not used_cache(first)

    other = fresh()
    trust(other, registry)
    second: list[str] = []
    reading = dockerfile(root, _PLAIN, cache=Cache((place,)))
    other.builder.build(reading, root, image(registry, "cache"), {**MARKED, TITLE: "2"}, second.append)

    assert used_cache(second)
    assert other.builder.exists(image(registry, "cache"), {**MARKED, TITLE: "2"})


@pytest.fixture
def fresh(made: Workshop, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Workshop]:
    """Another machine: nothing of earlier builds is there."""

    def make() -> Workshop:
        server: BuildKitServer | None = request.getfixturevalue("daemon") if made.kind in REMOTE else None
        if server is not None:
            server.forget()
        return workshop(made.kind, tmp_path / "another", server)

    return make


def test_a_cache_that_cannot_be_written_does_not_stop_a_build(
    made: Workshop, root: Path, registry: RegistryServer
) -> None:
    if not made.caches:
        pytest.skip("Docker's own image store exports no caches")
    nowhere = Repository(RegistryHost("127.0.0.1:1"), "cache/none")
    build = dockerfile(root, _PLAIN, cache=Cache((), nowhere))
    lines: list[str] = []
    made.builder.build(build, root, image(registry, "uncached"), MARKED, lines.append)
    assert made.builder.exists(image(registry, "uncached"), MARKED)
    assert any("127.0.0.1:1" in line for line in lines)


def test_a_broken_dockerfile_leaves_nothing(made: Workshop, root: Path, registry: RegistryServer) -> None:
    target = image(registry, "broken")
    with pytest.raises(ToolError, match="cannot be built") as caught:
        made.builder.build(dockerfile(root, "FROM scratch\nCOPY nothing /\n"), root, target, MARKED, silent)
    assert "nothing" in caught.value.why
    assert not made.builder.exists(target, {})

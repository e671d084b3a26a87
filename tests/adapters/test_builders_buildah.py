"""buildah for real, and podman where it is installed: both build with the same library."""

from __future__ import annotations

import json
import os
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.builders.buildah import Buildah
from helmforge.adapters.builders.podman import Podman
from helmforge.adapters.process import Runner
from helmforge.domain.building import Cache
from helmforge.domain.oci import REVISION, RegistryHost, Repository
from helmforge.errors import StepError, ToolError, UnreachableError
from tests.adapters.images import LABELS, private_store, the_build, write_context
from tests.adapters.recorded import arguments_of, recorded_program
from tests.support.faults import status
from tests.support.faulty_registry import FaultyRegistry, requests
from tests.support.registry import RegistryServer
from tests.support.tools import find_tool, require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from tests.support.faulty_registry import Fault

pytestmark = pytest.mark.integration


def silent(_: str) -> None: ...


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Runner:
    return private_store(tmp_path)


@pytest.fixture(params=[Buildah, Podman] if find_tool("podman") else [Buildah])
def builder(request: pytest.FixtureRequest, store: Runner) -> Buildah | Podman:
    kind: Callable[..., Buildah | Podman] = request.param
    require_tool(request.param.name)
    return kind(store, wait=lambda _: None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_context(tmp_path)
    return tmp_path


def image(address: str = "127.0.0.1:1", tag: str = "v1.0.0") -> ImageRef:
    return Repository(RegistryHost(address), "team/shop").tagged(tag)


def pushed(reference: ImageRef, runner: Runner, *flags: str) -> Any:
    argv = ["skopeo", "inspect", "--tls-verify=false", *flags, f"docker://{reference}"]
    require_tool("skopeo")
    return json.loads(runner.check(argv, what="not in the registry").out)


def test_build_push_and_inspect(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner
) -> None:
    target = image(registry.address)
    lines: list[str] = []

    builder.build(the_build(args={"GREETING": "hi $(id), you"}), root, target, LABELS, lines.append)
    builder.push(target, lines.append)

    config = pushed(target, store, "--config")
    manifest = pushed(target, store, "--raw")
    assert config["config"]["Labels"] == {**LABELS, "greeting": "hi $(id), you", "stage": "final"}
    assert config["created"] == "2026-11-20T10:00:00Z"
    assert manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert any("COPY busybox" in line for line in lines)


def test_the_local_store_is_asked_for_the_labels(builder: Buildah, root: Path) -> None:
    assert not builder.exists(image(), LABELS)

    builder.build(the_build(), root, image(), LABELS, silent)

    assert builder.exists(image(), LABELS)
    assert not builder.exists(image(), {**LABELS, REVISION: "another"})
    assert not builder.exists(image(tag="v2.0.0"), LABELS)


def test_building_again_gives_the_same_digest(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner, tmp_path: Path
) -> None:
    first, second = image(registry.address, "first"), image(registry.address, "second")
    builder.build(the_build(), root, first, LABELS, silent)
    builder.push(first, silent)
    os.utime(tmp_path / "services" / "shop" / "busybox", (1, 1))

    builder.build(the_build(), root, second, LABELS, silent)
    builder.push(second, silent)

    assert pushed(first, store)["Digest"] == pushed(second, store)["Digest"]


def test_a_target_stops_the_build_early(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner
) -> None:
    target = image(registry.address, "base")

    builder.build(the_build(target="base"), root, target, LABELS, silent)
    builder.push(target, silent)

    assert "stage" not in pushed(target, store, "--config")["config"]["Labels"]


def test_several_platforms_become_one_index_and_the_same_one_again(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner
) -> None:
    build = the_build(platforms=("linux/arm64", "linux/amd64"))
    target, again = image(registry.address, "index"), image(registry.address, "index-again")
    draft_of_a_killed_build = f"{target.repository}-draft:index"
    store.check([builder.name, "manifest", "create", draft_of_a_killed_build], what="no draft")

    for name in (target, target, again):
        builder.build(build, root, name, LABELS, silent)
        assert builder.exists(name, LABELS)
        builder.push(name, silent)

    index = pushed(target, store, "--raw")
    assert index["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert [entry["platform"]["architecture"] for entry in index["manifests"]] == ["arm64", "amd64"]
    assert pushed(again, store, "--raw") == index


def test_a_broken_dockerfile_shows_what_the_builder_said(builder: Buildah, root: Path) -> None:
    (root / "services" / "shop" / "build" / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")

    with pytest.raises(ToolError) as caught:
        builder.build(the_build(), root, image(), LABELS, silent)

    assert "cannot be built" in caught.value.what
    assert "nothing" in caught.value.why
    assert not builder.exists(image(), LABELS)


def test_a_registry_that_is_down(builder: Buildah, root: Path) -> None:
    builder.build(the_build(), root, image(), LABELS, silent)

    with pytest.raises(UnreachableError) as caught:
        builder.push(image(), silent)

    assert caught.value.hint == "check that the registry 127.0.0.1:1 is up"


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", status(503)),
        ("/manifests/", status(400, error="MANIFEST_BLOB_UNKNOWN", message="blob unknown to registry")),
    ],
    ids=["busy", "two pushes of one image"],
)
def test_a_registry_that_recovers(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner, pattern: str, fault: Fault
) -> None:
    with FaultyRegistry(registry.address) as faulty:
        target = image(faulty.address, "recovers")
        builder.build(the_build(), root, target, LABELS, silent)
        faulty.fail(requests("PUT", pattern) if pattern else requests(), fault, times=1)

        builder.push(target, silent)

    assert pushed(image(registry.address, "recovers"), store)["Digest"].startswith("sha256:")


def test_a_registry_that_wants_a_login(builder: Buildah, root: Path, tmp_path: Path) -> None:
    with RegistryServer(tmp_path / "private", auth=True) as private:
        target = image(private.address)
        builder.build(the_build(), root, target, LABELS, silent)

        with pytest.raises(StepError) as caught:
            builder.push(target, silent)

    assert f"`{builder.name} login {private.address}`" in caught.value.hint


def recorded_runner(folder: Path) -> Runner:
    return Runner({"PATH": f"{folder}:{os.defpath}"})


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        (RegistryHost("127.0.0.1:5000"), True),
        (RegistryHost("cr.example"), False),
        (RegistryHost("cr.example", insecure=True), True),
    ],
)
def test_only_plain_registries_are_spoken_to_without_tls(
    tmp_path: Path, host: RegistryHost, *, plain: bool
) -> None:
    buildah = recorded_program(tmp_path, "buildah")

    Buildah(recorded_runner(tmp_path)).push(Repository(host, "team/shop").tagged("1"), silent)

    assert ("--tls-verify=false" in arguments_of(buildah)) is plain


def test_a_file_system_without_overlay_has_a_hint(tmp_path: Path) -> None:
    said = (
        "Error: 'overlay' is not supported over overlayfs, a mount_program is required: backing file system\n"
    )
    recorded_program(tmp_path, "buildah", err=said, code=125)

    with pytest.raises(ToolError) as caught:
        Buildah(recorded_runner(tmp_path)).build(the_build(), tmp_path, image(), {}, silent)

    assert "STORAGE_DRIVER=vfs" in caught.value.hint


@pytest.mark.parametrize("platforms", [(), ("linux/amd64", "linux/arm64")])
def test_an_archive_holds_the_image_for_scanners(
    builder: Buildah, root: Path, platforms: tuple[str, ...]
) -> None:
    builder.build(the_build(platforms=platforms), root, image(), LABELS, silent)

    builder.export(image(), root / "image.tar")

    with tarfile.open(root / "image.tar") as archive:
        member = archive.extractfile("manifest.json")
        assert member is not None
        (described,) = json.load(member)
    assert described["RepoTags"] == [str(image())]
    assert described["Layers"]


def test_an_image_that_is_not_there_has_no_archive(builder: Buildah, root: Path) -> None:
    with pytest.raises(ToolError, match="cannot be written to an archive"):
        builder.export(image(tag="v9"), root / "image.tar")


def test_a_docker_config_without_logins_is_none(
    builder: Buildah, root: Path, registry: RegistryServer, store: Runner
) -> None:
    empty = root / "docker-config"
    empty.mkdir()
    there = type(builder)(Runner({**store.environment, "DOCKER_CONFIG": str(empty)}), wait=lambda _: None)
    target = image(registry.address, "no-logins")
    there.build(the_build(), root, target, LABELS, silent)
    there.push(target, silent)
    assert pushed(target, store)["Digest"].startswith("sha256:")


def test_a_docker_config_with_logins_stays(root: Path, store: Runner) -> None:
    folder = root / "docker-config"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    program = recorded_program(root / "bin", "buildah", cases=f"env > '{root}/seen'")
    changes = {"PATH": f"{program.parent}:{os.defpath}", "DOCKER_CONFIG": str(folder)}
    environment = {**store.environment, **changes}
    Buildah(Runner(environment)).push(image(), silent)
    assert f"DOCKER_CONFIG={folder}" in (root / "seen").read_text(encoding="utf-8").splitlines()


def test_layers_of_different_platforms_are_never_mixed(root: Path) -> None:
    program = recorded_program(root / "bin", "buildah", out="id\n")
    place = Repository(RegistryHost("cr.example"), "cache/shop")
    lines: list[str] = []
    build = the_build(platforms=("linux/arm64",), cache=Cache((place,), place))
    Buildah(Runner({"PATH": f"{program.parent}:{os.defpath}"})).build(build, root, image(), {}, lines.append)
    assert "--layers=false" in arguments_of(program)
    assert not [word for word in arguments_of(program) if word.startswith("--cache")]
    assert lines[0].startswith("without the cache: buildah does not know")

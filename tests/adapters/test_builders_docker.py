"""Docker: its real daemon where one answers (CI has none), and its recorded messages everywhere."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.builders.docker import Docker
from helmforge.adapters.process import Runner
from helmforge.domain.building import BuildSecret, Cache
from helmforge.domain.oci import CREATED, REVISION, RegistryHost, Repository
from helmforge.domain.settings import Build
from helmforge.errors import MissingToolError, StepError, ToolError, UnreachableError
from tests.adapters.images import LABELS, the_build, write_context
from tests.adapters.recorded import arguments_of, recorded_program
from tests.support.registry import RegistryServer
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.oci import ImageRef

BUILD = Build("services/shop/Dockerfile", "services/shop", {"B": "2", "A": "x y"}, "final", ())
NO_BUILDX = '[ "$1" = buildx ] && exit 1'


def silent(_: str) -> None: ...


def image(address: str = "127.0.0.1:1") -> ImageRef:
    return Repository(RegistryHost(address), "team/shop").tagged("v1.0.0")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner({"PATH": f"{tmp_path}:{os.defpath}"})


@pytest.fixture
def daemon() -> Docker:
    """The user's daemon, as DOCKER_HOST or Docker's context names it."""
    docker = Docker(Runner(os.environ))
    if reason := docker.obstacle():
        pytest.skip(f"no Docker daemon: {reason}")
    return docker


@pytest.mark.integration
def test_build_push_and_inspect(daemon: Docker, tmp_path: Path) -> None:
    write_context(tmp_path)
    runner = Runner(os.environ)
    with RegistryServer(tmp_path / "registry") as registry:
        target = image(registry.address)
        assert not daemon.exists(target, LABELS)

        daemon.build(the_build(args={"GREETING": "hi $(id)"}), tmp_path, target, LABELS, silent)
        assert daemon.exists(target, LABELS)
        assert not daemon.exists(target, {REVISION: "another"})
        daemon.push(target, silent)

        argv = [
            str(require_tool("skopeo")),
            "inspect",
            "--tls-verify=false",
            "--config",
            f"docker://{target}",
        ]
        config = json.loads(runner.check(argv, what="not in the registry").out)
        runner.check(["docker", "image", "rm", str(target)], what="the image stays")
    assert config["config"]["Labels"] == {**LABELS, "greeting": "hi $(id)", "stage": "final"}


@pytest.mark.integration
def test_a_broken_dockerfile_shows_what_the_builder_said(daemon: Docker, tmp_path: Path) -> None:
    dockerfile = write_context(tmp_path) / "build" / "Dockerfile"
    dockerfile.write_text("FROM scratch\nCOPY nothing /\n")

    with pytest.raises(ToolError, match="cannot be built") as caught:
        daemon.build(the_build(), tmp_path, image(), LABELS, silent)

    assert "nothing" in caught.value.why


def test_buildx_is_asked_for_a_reproducible_image(runner: Runner, tmp_path: Path) -> None:
    docker = recorded_program(tmp_path, "docker", cases=f'echo "$SOURCE_DATE_EPOCH" > {tmp_path}/epoch')

    Docker(runner).build(BUILD, tmp_path, image(), {CREATED: "2026-11-20T10:00:00Z", REVISION: "0"}, silent)

    said = arguments_of(docker)[2:]  # after `buildx version`
    assert said[:5] == ["buildx", "build", "--load", "--provenance=false", "--progress=plain"]
    assert said[5:9] == [
        "--tag",
        "127.0.0.1:1/team/shop:v1.0.0",
        "--file",
        f"{tmp_path}/services/shop/Dockerfile",
    ]
    assert said[9:13] == ["--build-arg", "A=x y", "--build-arg", "B=2"]
    assert said[-4:] == ["--target", "final", "--", f"{tmp_path}/services/shop"]
    assert (tmp_path / "epoch").read_text() == "1795168800\n"


def test_without_buildx_the_older_builder_is_taken(runner: Runner, tmp_path: Path) -> None:
    docker = recorded_program(tmp_path, "docker", cases=NO_BUILDX)

    Docker(runner).build(BUILD, tmp_path, image(), {}, silent)

    assert arguments_of(docker)[2:4] == ["build", "--tag"]


def test_without_buildx_there_are_no_platforms(runner: Runner, tmp_path: Path) -> None:
    recorded_program(tmp_path, "docker", cases=NO_BUILDX)

    with pytest.raises(MissingToolError) as caught:
        Docker(runner).build(the_build(platforms=("linux/arm64",)), tmp_path, image(), {}, silent)

    assert "buildx" in caught.value.why


@pytest.mark.parametrize(
    "said",
    [
        "docker exporter does not currently support exporting manifest lists",
        "Cache export is not supported for the docker driver.",
    ],
)
def test_what_the_older_image_store_cannot_do(runner: Runner, tmp_path: Path, said: str) -> None:
    recorded_program(tmp_path, "docker", err=f"ERROR: {said}\n", code=1, cases='[ "$2" = version ] && exit 0')

    with pytest.raises(StepError) as caught:
        Docker(runner).build(
            the_build(platforms=("linux/arm64", "linux/amd64")), tmp_path, image(), {}, silent
        )

    assert "containerd image store" in caught.value.hint
    assert "instance of buildx" in caught.value.hint


CACHE = Cache((image().repository,), Repository(RegistryHost("cr.example", insecure=True), "cache"))


def test_buildx_gets_secrets_and_caches_by_name(tmp_path: Path) -> None:
    docker = recorded_program(tmp_path, "docker")
    runner = Runner({"PATH": f"{tmp_path}:{os.defpath}", "TOKEN": "canary"})
    build = the_build(secrets={"npm": BuildSecret(env="TOKEN")}, cache=CACHE)

    Docker(runner).build(build, tmp_path, image(), {}, silent)

    said = " ".join(arguments_of(docker))
    assert "--secret id=npm,env=TOKEN" in said
    assert "--cache-from type=registry,ref=127.0.0.1:1/team/shop:buildcache" in said
    written = "ref=cr.example/cache:buildcache,registry.insecure=true,mode=max,ignore-error=true"
    assert f"--cache-to type=registry,{written}" in said


def test_without_buildx_there_are_no_secrets_and_no_caches(tmp_path: Path) -> None:
    docker = recorded_program(tmp_path, "docker", cases=NO_BUILDX)
    runner = Runner({"PATH": f"{tmp_path}:{os.defpath}", "TOKEN": "canary"})
    secret = the_build(secrets={"npm": BuildSecret(env="TOKEN")})
    with pytest.raises(MissingToolError) as caught:
        Docker(runner).build(secret, tmp_path, image(), {}, silent)
    assert caught.value.why == "build.secrets needs Docker's buildx"

    lines: list[str] = []
    Docker(runner).build(the_build(cache=CACHE), tmp_path, image(), {}, lines.append)
    assert lines == ["without the cache: it needs Docker's buildx"]
    assert not [word for word in arguments_of(docker) if "cache" in word]


@pytest.mark.parametrize(
    ("said", "kind", "hint"),
    [
        (
            'Get "https://r.example/v2/": http: server gave HTTP response to HTTPS client',
            StepError,
            "insecure-registries",
        ),
        ("denied: requested access to the resource is denied", StepError, "`docker login 127.0.0.1:1`"),
        ("no basic auth credentials", StepError, "`docker login 127.0.0.1:1`"),
        ('error parsing HTTP 403 response body: ""', StepError, "`docker login 127.0.0.1:1`"),
        ("dial tcp 127.0.0.1:1: connect: connection refused", UnreachableError, "is up"),
        ("received unexpected HTTP status: 503 Service Unavailable", UnreachableError, "is up"),
        ("toomanyrequests: slow down", UnreachableError, "is up"),
        ("tag does not exist", ToolError, ""),
    ],
)
def test_a_failed_push_is_named(
    runner: Runner, tmp_path: Path, said: str, kind: type[Exception], hint: str
) -> None:
    recorded_program(tmp_path, "docker", err=f"{said}\n", code=1)

    with pytest.raises(StepError if kind is not UnreachableError else UnreachableError) as caught:
        Docker(runner).push(image(), silent)

    assert type(caught.value) is kind
    assert hint in caught.value.hint
    assert said in caught.value.why


def test_an_error_is_not_read_as_an_absent_image(runner: Runner, tmp_path: Path) -> None:
    recorded_program(tmp_path, "docker", err="Cannot connect to the Docker daemon\n", code=1)

    with pytest.raises(ToolError, match="cannot inspect the image"):
        Docker(runner).exists(image(), LABELS)

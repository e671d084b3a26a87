from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.builders import Elsewhere, choose_builder
from helmforge.adapters.process import Runner
from helmforge.domain.building import BuilderChoice
from helmforge.errors import MissingToolError, UsageError
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from helmforge.flows.ports import Builder


def chosen(runner: Runner, name: str = "", **more: str) -> Builder:
    elsewhere = Elsewhere(lambda: Path("images"), lambda _layout, _image: None)
    return choose_builder(runner, BuilderChoice(name, **more), elsewhere)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A PATH with nothing but `cat` (which the recorded programs need) and what a test puts there."""
    (tmp_path / "cat").symlink_to("/bin/cat")
    return Runner({"PATH": str(tmp_path)})


def no_daemon(folder: Path) -> None:
    said = "Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?\n"
    recorded_program(folder, "docker", err=said, code=1)


def test_docker_is_first_when_its_daemon_answers(runner: Runner, tmp_path: Path) -> None:
    recorded_program(tmp_path, "docker", out="28.2.2\n")
    recorded_program(tmp_path, "buildah")

    assert chosen(runner, "").name == "docker"


def test_without_a_daemon_the_next_one_is_taken(runner: Runner, tmp_path: Path) -> None:
    no_daemon(tmp_path)
    recorded_program(tmp_path, "podman")
    assert chosen(runner, "").name == "podman"

    recorded_program(tmp_path, "buildah")
    assert chosen(runner, "").name == "buildah"


def test_the_configured_builder_is_taken(runner: Runner, tmp_path: Path) -> None:
    recorded_program(tmp_path, "docker", out="28.2.2\n")
    recorded_program(tmp_path, "buildah")

    assert chosen(runner, "buildah").name == "buildah"


def test_no_builder_at_all_says_why_and_what_to_install(runner: Runner, tmp_path: Path) -> None:
    no_daemon(tmp_path)

    with pytest.raises(MissingToolError) as caught:
        chosen(runner, "")

    assert "docker: Cannot connect to the Docker daemon" in caught.value.why
    assert "buildah: not installed" in caught.value.why
    assert "apt-get install buildah" in caught.value.hint


def test_the_configured_builder_is_not_replaced_by_another(runner: Runner, tmp_path: Path) -> None:
    recorded_program(tmp_path, "buildah")

    with pytest.raises(MissingToolError, match="the image builder podman does not work"):
        chosen(runner, "podman")


def test_an_unknown_builder(runner: Runner) -> None:
    with pytest.raises(UsageError, match="no image builder 'bulidah'") as caught:
        chosen(runner, "bulidah")

    assert caught.value.hint == "did you mean 'buildah'?"


def test_buildkit_is_asked_at_its_address(runner: Runner, tmp_path: Path) -> None:
    client = recorded_program(tmp_path, "buildctl")
    address = "tcp://kit.example:1234"

    assert chosen(runner, "buildkit", address=address, tls="/etc/kit").name == "buildkit"

    assert arguments_of(client) == ["--addr", address, "--tlsdir", "/etc/kit", "debug", "workers"]


def test_buildkit_that_does_not_answer(runner: Runner, tmp_path: Path) -> None:
    with pytest.raises(MissingToolError) as caught:
        chosen(runner, "buildkit")
    assert caught.value.why == "buildkit: buildctl is not installed"

    recorded_program(tmp_path, "buildctl", err="error: dial tcp: connection refused\n", code=1)
    with pytest.raises(MissingToolError) as caught:
        chosen(runner, "buildkit")
    assert "connection refused" in caught.value.why
    assert "buildkitd" in caught.value.hint


def test_an_instance_of_buildx_needs_no_daemon(runner: Runner, tmp_path: Path) -> None:
    docker = recorded_program(tmp_path, "docker", cases='[ "$1" = version ] && exit 1')

    assert chosen(runner, "docker", instance="far").name == "docker"

    assert arguments_of(docker)[-3:] == ["buildx", "inspect", "far"]


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ('[ "$2" = version ] && exit 1', "docker: its plugin buildx is not installed"),
        ('[ "$2" = inspect ] && echo no builder far >&2 && exit 1', "docker: no builder far"),
    ],
)
def test_an_instance_that_does_not_exist(runner: Runner, tmp_path: Path, cases: str, why: str) -> None:
    recorded_program(tmp_path, "docker", cases=cases)

    with pytest.raises(MissingToolError, match="the image builder docker far does not work") as caught:
        chosen(runner, "docker", instance="far")

    assert caught.value.why == why
    assert "docker buildx create" in caught.value.hint

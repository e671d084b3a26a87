"""A BuildKit daemon of the tests' own, and its two clients. `make buildkit` builds them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Self

from dev.go_programs import buildkit_folder
from helmforge.sandbox.children import start_child
from tests.support.tools import missing, require_tool

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from helmforge.sandbox.children import Child

INSTANCE = "far"
_DEADLINE_SECONDS = 30.0


class BuildKitServer:
    """Runs between `with` and its end, and keeps everything below `folder`. Needs root, as runc does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = buildkit_folder()
        self.address = f"unix://{folder / 'socket'}"
        self._child: Child | None = None

    @property
    def environment(self) -> dict[str, str]:
        """For clients: `buildctl` and `docker` with buildx, which knows the daemon as INSTANCE."""
        folders = [str(self.programs), os.environ.get("PATH", os.defpath), str(self.folder / "docker-client")]
        path = os.pathsep.join(folders)
        return {"PATH": path, "HOME": str(self.folder), "DOCKER_CONFIG": str(self.folder / "docker")}

    def __enter__(self) -> Self:
        if not (self.programs / "buildkitd").exists():
            missing("buildkitd is not here: `make buildkit` builds it")
        if os.geteuid() != 0:
            missing("buildkitd runs as root only")
        require_tool("runc")
        (self.folder / "buildkitd.toml").write_text("", encoding="utf-8")
        argv = [str(self.programs / "buildkitd"), "--addr", self.address, "--root", str(self.folder / "root")]
        argv += ["--config", str(self.folder / "buildkitd.toml"), "--containerd-worker=false"]
        argv += ["--oci-worker=true", "--oci-worker-snapshotter=native", "--oci-worker-gc=false"]
        log = self.folder / "buildkitd.log"
        self._child = start_child("buildkitd", argv, log=log, env=self.environment)
        self._wait()
        self._add_instance()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self._child.stop(grace_seconds=5.0)

    def forget(self) -> None:
        """Everything that was built so far."""
        self._client("prune", "--all")

    def _wait(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not self._answers():
            self._child.require_alive()
            assert time.monotonic() < deadline, f"no answer from buildkitd: {self._child.log_tail()}"
            time.sleep(0.02)

    def _answers(self) -> bool:
        argv = [str(self.programs / "buildctl"), "--addr", self.address, "debug", "workers"]
        return subprocess.run(argv, env=self.environment, capture_output=True, check=False).returncode == 0

    def _client(self, *arguments: str) -> None:
        argv = [str(self.programs / "buildctl"), "--addr", self.address, *arguments]
        subprocess.run(argv, env=self.environment, capture_output=True, check=True)

    def _add_instance(self) -> None:
        plugins = self.folder / "docker" / "cli-plugins"
        plugins.mkdir(parents=True)
        (plugins / "docker-buildx").symlink_to(self.programs / "docker-buildx")
        if shutil.which("docker") is None:
            # All that Docker's own client does with this command is to start the plugin
            client = self.folder / "docker-client" / "docker"
            client.parent.mkdir()
            client.write_text(f'#!/bin/sh\nshift\nexec "{self.programs}/docker-buildx" "$@"\n', "utf-8")
            client.chmod(0o755)
        argv = ["docker", "buildx", "create", "--name", INSTANCE, "--driver", "remote", self.address]
        subprocess.run(argv, env=self.environment, capture_output=True, check=True)

"""Remotes that do not answer, do not let us in, or are not there."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git import GitRepository, remote
from helmforge.adapters.process import Runner
from helmforge.errors import ExitCode, HelmforgeError, UnreachableError
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.flows.ports import Git

pytestmark = pytest.mark.integration


@pytest.fixture
def monorepo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Monorepo:
    monkeypatch.setattr(remote, "_PAUSES", (0.0, 0.0))
    return Monorepo(tmp_path)


def pointed_at(monorepo: Monorepo, url: str) -> Git:
    monorepo.git("remote", "set-url", "origin", url)
    local = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    return GitRepository.discover(monorepo.root, Runner(monorepo.environment | local))


@contextmanager
def server(code: int) -> Iterator[tuple[str, list[str]]]:
    """An HTTP server that answers everything with `code`; its address, and what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(code)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Not on the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://ada:s3cret@127.0.0.1:{http.server_port}/shop.git", asked
        finally:
            http.shutdown()
            thread.join()


def everything_shown(error: HelmforgeError) -> str:
    return f"{error} {error.hint} {error.where}"


@pytest.mark.parametrize("code", [401, 403])
def test_not_let_in(monorepo: Monorepo, code: int) -> None:
    with server(code) as (url, _):
        git = pointed_at(monorepo, url)
        with pytest.raises(HelmforgeError, match="does not let us in") as read:
            git.remote_refs("refs/heads/*")
        with pytest.raises(HelmforgeError, match="does not let us in") as written:
            git.create_branch("release/shop/1.0.0", monorepo.first)
    for caught in (read.value, written.value):
        assert caught.exit_code == ExitCode.FAILED
        assert "credentials" in caught.hint
        assert "s3cret" not in everything_shown(caught)


def test_not_there(monorepo: Monorepo) -> None:
    with server(404) as (url, _), pytest.raises(UnreachableError, match="not a repository, or not visible"):
        pointed_at(monorepo, url).tags("shop/")


@pytest.mark.parametrize("code", [429, 500, 503])
def test_reading_is_tried_again_and_then_given_up(monorepo: Monorepo, code: int) -> None:
    with server(code) as (url, asked):
        git = pointed_at(monorepo, url)
        with pytest.raises(UnreachableError) as caught:
            git.fetch("refs/heads/main")
    assert caught.value.exit_code == ExitCode.UNREACHABLE
    assert len(asked) >= 3
    assert "s3cret" not in everything_shown(caught.value)


def test_nobody_listens(monorepo: Monorepo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        git = pointed_at(monorepo, f"http://127.0.0.1:{taken.getsockname()[1]}/shop.git")
        with pytest.raises(UnreachableError, match="cannot be reached"):
            git.remote_refs("refs/heads/*")
        with pytest.raises(UnreachableError, match="cannot be reached"):
            git.create_tag("shop/1.0.0", monorepo.first, "claim")
        with pytest.raises(UnreachableError, match="cannot be reached"):
            git.default_branch()


def test_a_server_that_says_nothing(monorepo: Monorepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_READ_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        git = pointed_at(monorepo, f"git://127.0.0.1:{silent.getsockname()[1]}/shop.git")
        with pytest.raises(UnreachableError, match="does not answer"):
            git.remote_refs("refs/heads/*")


def test_a_folder_that_is_gone(monorepo: Monorepo) -> None:
    git = pointed_at(monorepo, str(monorepo.folder / "gone.git"))
    with pytest.raises(UnreachableError, match="not a repository, or not visible"):
        git.remote_refs("refs/heads/*")
    with pytest.raises(UnreachableError, match="not a repository, or not visible"):
        git.create_branch("release/shop/1.0.0", monorepo.first)


def test_a_transport_helper_as_address_runs_nothing(monorepo: Monorepo) -> None:
    git = pointed_at(monorepo, f"ext::touch {monorepo.folder / 'pwned'}")
    with pytest.raises(HelmforgeError):
        git.remote_refs("refs/heads/*")
    assert not (monorepo.folder / "pwned").exists()

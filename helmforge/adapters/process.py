"""The one door to other programs: an argument list in, a result or an explained error out.

No other module of the package imports subprocess (the import contracts enforce it).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.groups import groups_of, signal_groups
from helmforge.adapters.streams import LineSink, StreamReader, decode, feed
from helmforge.errors import MissingToolError, StoppedError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+@")  # up to the last @: a password may hold one
_TAIL_LINES = 30
_GRACE_SECONDS = 5.0


def redact(text: str) -> str:
    """Removes the credentials of URLs."""
    return _CREDENTIALS.sub("***@", text)


@dataclass(frozen=True)
class Completed:
    """A finished program. The streams are decoded as UTF-8, undecodable bytes escaped; `raw` is
    standard output as it came.
    """

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    raw: bytes = b""

    def error(self, what: str, *, hint: str = "") -> ToolError:
        """The failure as users see it: command line, exit code, tails of both streams.

        Both: test runners and `helm lint` put their findings on stdout and one remark on stderr.
        """
        tails = [stream.rstrip().splitlines()[-_TAIL_LINES:] for stream in (self.out, self.err)]
        why = "\n".join([_ending(self.code), *tails[0], *tails[1]])
        return ToolError(what, where=redact(shlex.join(self.argv)), why=redact(why), hint=hint)


def _completed(argv: Sequence[str], code: int, out: StreamReader, err: StreamReader) -> Completed:
    deadline = time.monotonic() + _GRACE_SECONDS
    raw = out.content(deadline)
    return Completed(tuple(argv), code, decode(raw), decode(err.content(deadline)), raw)


def _ending(code: int) -> str:
    signals = {entry.value: entry.name for entry in signal.Signals}
    return f"ended by {signals.get(-code, f'signal {-code}')}" if code < 0 else f"exit code {code}"


class Runner:
    """Starts programs with one environment and remembers those that run, to end them on an interruption.

    Children stay in our process group: whoever kills the group kills them too. Those of `group` have one of
    their own.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._running: dict[subprocess.Popen[bytes], bool] = {}  # whether it gives something back
        self._terminated = False
        self._lock = threading.Lock()
        self._thread = threading.local()

    def find(self, program: str, *, cwd: Path | None = None) -> str | None:
        """The file behind `program` by this runner's PATH; a path with slashes is relative to `cwd`."""
        if cwd is not None and os.sep in program:
            program = str(cwd.absolute() / program)
        return shutil.which(program, path=self.environment.get("PATH", os.defpath))

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        group: bool = False,
    ) -> Completed:
        """Runs to the end. `on_line` gets each line of both streams as it appears, one at a time and
        without URL credentials; `timeout` is in seconds; a variable that `env` maps to None is removed.
        With `group`, what the program has started ends with it when time runs out or on an interruption.

        Raises MissingToolError when the program does not exist, ToolError when time runs out,
        StoppedError when `terminate` ended it or came before it, and what `on_line` raised.
        """
        child = self._start(argv, cwd, env, group=group)
        sink = LineSink(None if on_line is None else lambda line: on_line(redact(line)))
        out, err = StreamReader(child.stdout, sink), StreamReader(child.stderr, sink)
        feeder = threading.Thread(target=feed, args=(child.stdin, stdin), daemon=True)
        feeder.start()
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            _end([child], _GRACE_SECONDS)
            late = _completed(argv, child.wait(), out, err)
            what = f"{argv[0]} did not finish within {timeout:g} s"
            raise late.error(f"{what}; what it had started was ended, too" if group else what) from None
        except BaseException:
            _end([child], _GRACE_SECONDS)
            raise
        finally:
            with self._lock:
                self._running.pop(child, None)
        self._demand_going_on(argv)  # also with exit code 0: that may be its answer to the signal
        feeder.join(_GRACE_SECONDS)  # a grandchild may hold the pipe open for ever
        completed = _completed(argv, code, out, err)
        if sink.failure is not None:
            raise sink.failure
        return completed

    def check(
        self,
        argv: Sequence[str],
        *,
        what: str,
        hint: str = "",
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> Completed:
        """Like `run`, and raises ToolError(`what`) when the exit code is not zero."""
        completed = self.run(argv, cwd=cwd, env=env, stdin=stdin, timeout=timeout, on_line=on_line)
        if completed.code != 0:
            raise completed.error(what, hint=hint)
        return completed

    def start(self, argv: Sequence[str], *, log: Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """A server that outlives this call: both streams go to the file `log`, in a session of its own.

        Raises MissingToolError when the program does not exist.
        """
        program = self._require(argv[0], cwd)
        with log.open("ab") as sink, _explained(argv[0], program):
            return subprocess.Popen(
                [program, *argv[1:]],
                cwd=cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def terminate(self) -> None:
        """Ends every program that runs, politely and then for certain, and lets no other one start. Those
        of `giving_back` are spared until this is called again.
        """
        with self._lock:
            again, self._terminated = self._terminated, True
            ending = [child for child, spared in self._running.items() if again or not spared]
        _end(ending, 0.0 if again else _GRACE_SECONDS)

    @contextmanager
    def giving_back(self) -> Iterator[None]:
        """What this thread runs inside is wanted after an interruption too: a Lease is given back."""
        self._thread.gives_back = True
        try:
            yield
        finally:
            self._thread.gives_back = False

    def _gives_back(self) -> bool:
        return getattr(self._thread, "gives_back", False)

    def _demand_going_on(self, argv: Sequence[str]) -> None:
        if self._terminated and not self._gives_back():
            where, hint = redact(shlex.join(argv)), "run the same command again"
            raise StoppedError(f"{argv[0]} was interrupted", where=where, hint=hint)

    def _start(
        self, argv: Sequence[str], cwd: Path | None, env: Mapping[str, str | None] | None, *, group: bool
    ) -> subprocess.Popen[bytes]:
        program = self._require(argv[0], cwd)
        with self._lock, _explained(argv[0], program):  # so that `terminate` misses none
            self._demand_going_on(argv)
            child = subprocess.Popen(
                [program, *argv[1:]],
                cwd=cwd,
                env={k: v for k, v in (self.environment | dict(env or {})).items() if v is not None},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0 if group else None,
            )
            self._running[child] = self._gives_back()
        return child

    def _require(self, name: str, cwd: Path | None) -> str:
        program = self.find(name, cwd=cwd)
        if program is None:
            raise MissingToolError(f"the program {name!r} is not installed", hint="install it, or fix PATH")
        return program


@contextmanager
def _explained(name: str, program: str) -> Iterator[None]:
    """ValueError: a NUL byte or a lone surrogate in an argument."""
    try:
        yield
    except (OSError, ValueError) as error:
        hint = "check that it is a program for this machine and may be executed"
        raise ToolError(f"cannot start {name}", where=program, why=str(error), hint=hint) from error


def _end(children: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """All of them have the same `seconds` to end by themselves."""
    groups = groups_of(children)
    for child in children:
        child.terminate()
    signal_groups(groups, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    signal_groups(groups, signal.SIGKILL)
    for child in children:
        child.wait()

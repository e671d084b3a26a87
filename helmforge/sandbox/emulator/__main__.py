"""`python -m helmforge.sandbox.emulator --port N --ready-file F`: serves until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from aiohttp import web

from helmforge.sandbox.emulator.server import make_app

_GRACE_SECONDS = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m helmforge.sandbox.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--ready-file", type=Path, help="gets the address once the API answers")
    options = parser.parse_args()
    asyncio.run(_serve(options.port, options.ready_file))


async def _serve(port: int, ready_file: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        make_app(), access_log=None, handler_cancellation=True, shutdown_timeout=_GRACE_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        if ready_file:
            _write(ready_file, address)
        await stop.wait()
    finally:
        await runner.cleanup()


def _write(ready_file: Path, address: str) -> None:
    """In one step: whoever sees the file sees the whole address."""
    draft = ready_file.with_name(f".{ready_file.name}.draft")
    draft.write_text(f"{address}\n", encoding="utf-8")
    draft.replace(ready_file)


if __name__ == "__main__":
    main()

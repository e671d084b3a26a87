"""`python -m bench [MEASUREMENT...] [--rounds N]`: measures on this machine and prints a Markdown table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import affected, promotion, release, scaffold, startup, update
from bench.machine import describe
from bench.processes import BenchError
from bench.table import NotMeasured, markdown
from bench.tools import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.table import Memory, Row

MEASUREMENTS: dict[str, Callable[[Bench], Sequence[Row | Memory | NotMeasured]]] = {
    "startup": startup.measure,
    "affected": affected.measure,
    "scaffold": scaffold.measure,
    "update": update.measure,
    "promotion": promotion.measure,
    "release": release.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    names = asked.measurements or list(MEASUREMENTS)
    rows: list[Row | Memory | NotMeasured] = []
    with tempfile.TemporaryDirectory(prefix="helmforge-bench-", ignore_cleanup_errors=True) as work:
        print(f"{describe()}\n", flush=True)
        for name in names:
            sys.stderr.write(f"bench: {name}\n")
            rows += _measured(name, Bench(Path(work) / name, asked.rounds))
    print(markdown(rows))
    return 0


def _measured(name: str, bench: Bench) -> Sequence[Row | Memory | NotMeasured]:
    try:
        return MEASUREMENTS[name](bench)
    except BenchError as error:
        sys.stderr.write(f"bench: {name}: {error}\n")
        return [NotMeasured(name, str(error).splitlines()[0])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measurements", nargs="*", choices=[*MEASUREMENTS, []], metavar="MEASUREMENT")
    parser.add_argument("--rounds", type=int, metavar="N", help="pairs of each measurement")
    return parser


if __name__ == "__main__":
    sys.exit(main())

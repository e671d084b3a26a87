"""`python -m helmforge` and the console script `helmforge`."""

import os
import sys


def main() -> None:
    from helmforge.cli.main import main as run  # noqa: PLC0415 - an interruption of the import stays quiet
    from helmforge.errors import ExitCode  # noqa: PLC0415

    code = run()
    if code == ExitCode.INTERRUPTED:
        # Python would wait for the thread of a step that hangs in a request to the registry
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()

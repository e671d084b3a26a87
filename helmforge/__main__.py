"""`python -m helmforge` and the console script `helmforge`."""

import sys


def main() -> None:
    from helmforge.cli.main import main as run  # noqa: PLC0415 - an interruption of the import stays quiet

    sys.exit(run())


if __name__ == "__main__":
    main()

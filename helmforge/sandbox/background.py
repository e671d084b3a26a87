"""`python -m helmforge.sandbox.background RECORD PROGRAM [ARGUMENT...]`: record who this is, be PROGRAM.

The process records itself, so whoever started it may be killed at any moment without leaving a
process behind that nobody knows. When the record's folder has been taken away meanwhile, the start
was given up, and PROGRAM is not run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from helmforge.sandbox.processes import write_record

if __name__ == "__main__":
    record, *command = sys.argv[1:]
    try:
        write_record(Path(record))
    except FileNotFoundError:
        sys.exit(f"given up: {Path(record).parent} is gone")
    os.execv(command[0], command)  # noqa: S606 - an argument list, no shell

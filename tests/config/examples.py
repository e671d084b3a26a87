"""The examples of the documentation, and the one that wrong configurations are made from."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "configuration.md"

# DESIGN section 4
DESIGN = """\
registry: myrepo.cr.io                 # images <registry>/<service>; charts oci://<registry>/charts/<service>
trunk: main
branches:
  feature: ["feature/**"]
  ignore: ["feature/experimental/**"]
  release: "release/{service}/{version}"
services: ["services/*"]               # folders that hold a service.yaml
environments:                          # in promotion order
  qa:
    cluster: {context: dev, id: ""}    # id: UID of the kube-system namespace
    namespace: "{context}-qa"          # {context}: the service's bounded context or team
    deploy: on-release
  prod:
    cluster: {context: prod}
    namespace: "{context}-prod"
    deploy: on-approval
    imageNamespace: prod
    prereleases: false
    approvals: {required: 1, from: [ada@example.com], notAuthor: true, signed: false, expires: 14d}
scan: {command: trivy, severity: HIGH, ignoreFile: .helmforge/waivers.yaml}
"""


def documented(kind: str) -> list[str]:
    """The code blocks of docs/configuration.md that are marked `yaml config` or `yaml service`."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    return re.findall(rf"^```yaml {kind}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)

"""A repository with charts from small templates of its own, which tests change as new versions would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.adapters.chart_folders import ChartFolders
from helmforge.adapters.files import WorkTree
from helmforge.adapters.templates import JinjaTemplates
from helmforge.adapters.workspaces import workspace
from helmforge.config import parse_settings
from helmforge.flows.configuration import load_services
from helmforge.flows.scaffold import ScaffoldRequest, scaffold
from helmforge.flows.update import Tools, UpdateRequest, update
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.flows.ports import Helm
    from helmforge.flows.update import Update
    from tests.support.repositories import Clone

CONFIG = """\
registry: myrepo.cr.io/team
services: [services/*]
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval, imageNamespace: prod}
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
        - name: main
          image: {{ .Values.image.repository }}@{{ .Values.image.digest }}
"""
VALUES = """\
replicas: 2
port: <% port %>
# between
# two
# ends
image:
  repository: <% registry %>
  digest: ""
"""
TYPE = {
    "web/chart/.helmignore": ".helmforge.lock\n*.tmp\n",
    "web/chart/Chart.yaml": "apiVersion: v2\nname: <% service %>\nversion: 0.1.0\n",
    "web/chart/values.yaml": VALUES,
    "web/chart/values-__environment__.yaml": "# only what differs in <% environment.name %>\n",
    "web/chart/templates/deployment.yaml": DEPLOYMENT,
    "web/chart/templates/notes.yaml": "# one\n# two\n# three\n# four\n# five\n",
}
CHART = "services/shop/chart"


class SilentHelm:
    """Stands in for Helm where a test is about files only: every chart renders to nothing."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return lambda *_: ""


class Scene:
    """`templates` are changed with `publish`; charts with `write`, as a user would."""

    def __init__(self, folder: Path, helm: Helm | None = None) -> None:
        self.folder = folder
        self.repo = Monorepo(folder, {"helmforge.yaml": CONFIG})
        self.helm = helm or SilentHelm()
        self.templates = folder / "templates"
        self.publish("1.0.0", TYPE)
        self.scaffold("shop")
        self.repo.commit("scaffold")

    def publish(self, version: str, files: Mapping[str, str | None]) -> None:
        """New templates: `files` are what changes, None removes one."""
        for path, text in {**files, "VERSION": f"{version}\n"}.items():
            place = self.templates / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                place.unlink()
            else:
                place.write_text(text, encoding="utf-8")

    def scaffold(self, *names: str, at: Clone | None = None) -> None:
        clone = at or self.repo
        git, settings = opened(clone), parse_settings((clone.root / "helmforge.yaml").read_text())
        requests = [ScaffoldRequest(name) for name in names]
        files, services = WorkTree(clone.root), load_services(git, settings)
        folders = ChartFolders(clone.root)
        scaffold(files, JinjaTemplates(self.templates), settings, services, requests, folders=folders)

    def update(
        self,
        *services: str,
        at: Clone | None = None,
        check: bool = False,
        force: bool = False,
        show: Callable[[Update], None] = lambda _: None,
    ) -> Update:
        clone = at or self.repo
        settings = parse_settings((clone.root / "helmforge.yaml").read_text(encoding="utf-8"))
        templates = JinjaTemplates(self.templates, repository=clone.root, own=settings.templates)
        folders = ChartFolders(clone.root)
        tools = Tools(opened(clone), self.helm, folders, templates, workspace)  # type: ignore[arg-type]  # SilentHelm
        return update(tools, settings, UpdateRequest(services, check=check, force=force), show)

    def write(self, path: str, text: str) -> None:
        """A file of the chart."""
        self.repo.write({f"{CHART}/{path}": text})

    def read(self, path: str, at: Clone | None = None) -> str:
        return ((at or self.repo).root / CHART / path).read_bytes().decode()

    def chart(self, at: Clone | None = None) -> dict[str, bytes]:
        return contents((at or self.repo).root / CHART)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def actions(result: Update) -> dict[str, str]:
    """Of the first chart: path -> action, without what needs no word."""
    files = result.charts[0].update.files
    return {file.path: file.action.value for file in files if file.action.value not in {"current", "edited"}}

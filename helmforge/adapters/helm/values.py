"""Values as Helm takes them, and as it reads them."""

from __future__ import annotations

import base64
import csv
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from helmforge.adapters.process import Completed

_CHART = "apiVersion: v2\nname: values\nversion: 0.0.0\n"
_TEMPLATE = "read: {{ .Values | toJson | b64enc }}\n"  # Base64: Helm reads what it renders as YAML again
_READ = "read: "


def values_arguments(files: Iterable[Path]) -> list[str]:
    return [word for file in files for word in ("--values", one_record([str(file.absolute())]))]


def one_record(fields: Iterable[str]) -> str:
    """Helm splits the arguments of some flags as one CSV record: a comma in a path must be quoted."""
    record = io.StringIO()
    csv.writer(record, lineterminator="").writerow(list(fields))
    return record.getvalue()


def read_values(call: Callable[[list[str]], Completed], files: Sequence[bytes]) -> Mapping[str, object]:
    """Through a chart that has no values of its own and renders those that it gets."""
    with tempfile.TemporaryDirectory(prefix="helmforge-") as temporary:
        folder = Path(temporary)
        chart = folder / "chart"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(_CHART, encoding="utf-8")
        (chart / "templates" / "values.yaml").write_text(_TEMPLATE, encoding="utf-8")
        paths = [folder / f"{number}.yaml" for number in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        done = call(["template", *values_arguments(paths), "--", "values", str(chart)])
    lines = [line.removeprefix(_READ) for line in done.out.splitlines() if line.startswith(_READ)]
    if done.code != 0 or len(lines) != 1:
        raise done.error("Helm cannot read these values")
    found: dict[str, object] = json.loads(base64.b64decode(lines[0]))
    return found

"""What the demo's monorepo holds: three services, a library that two of them share, and busybox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("notification", "orders", "web")
GREETED = ("notification", "orders")  # they use the library
LIBRARY = "libs/greeting"
GREETING = f"{LIBRARY}/greeting.sh"
BUSYBOX = "third_party/busybox"
_EXECUTABLE = 0o755

_README = """\
# shop

Three services and a library. Each service is a page served by busybox httpd, in an image that holds
nothing else.
"""

_LIBRARY_TEXT = """\
# Used by the services notification and orders.
greeting() {
  echo "Hello from $1."
}
"""

_DOCKERFILE = """\
FROM scratch
COPY third_party/busybox /bin/busybox
{library}COPY services/{name}/www /www
USER 10001:10001
EXPOSE 8080
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""

_PROGRAM = """\
#!/bin/busybox sh
. "${{GREETING:-/srv/greeting/greeting.sh}}"
echo "Content-Type: text/plain"
echo
greeting {name}
"""

_TEST = """\
set -eu
answer=$(GREETING=../../libs/greeting/greeting.sh sh www/cgi-bin/hello | tail -n 1)
echo "the answer is: $answer"
case $answer in
  *"from {name}."*) ;;
  *) echo "it does not say who it comes from" >&2; exit 1 ;;
esac
"""

_WEB_TEST = """\
set -eu
grep -q '<title>' www/index.html
echo "the page has a title"
"""

_PAGE = "<!doctype html>\n<title>{name}</title>\n<p>This is {name}.</p>\n"


def source_files() -> dict[str, str]:
    """The repository before anybody thought of charts: path -> text."""
    files = {"README.md": _README, ".dockerignore": ".git\n", GREETING: _LIBRARY_TEXT}
    for name in SERVICES:
        library = f"COPY {LIBRARY} /srv/greeting\n" if name in GREETED else ""
        files[f"services/{name}/Dockerfile"] = _DOCKERFILE.format(name=name, library=library)
        files[f"services/{name}/www/index.html"] = _PAGE.format(name=name)
        files[f"services/{name}/test.sh"] = _TEST.format(name=name) if name in GREETED else _WEB_TEST
        if name in GREETED:
            files[f"services/{name}/www/cgi-bin/hello"] = _PROGRAM.format(name=name)
    return files


def service_file(name: str) -> str:
    """What its team says about a service, and helmforge cannot guess."""
    lines = ["context: shop", "build:", "  context: ../..", "test: [sh, test.sh]"]
    if name in GREETED:
        lines.append(f"dependsOn: [{LIBRARY}]")
    return "\n".join([*lines, ""])


def write_files(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            target.chmod(_EXECUTABLE)


def write_program(root: Path, busybox: bytes) -> None:
    target = root / BUSYBOX
    target.parent.mkdir(parents=True)
    target.write_bytes(busybox)
    target.chmod(_EXECUTABLE)

"""Where the source is, told the same way from every clone of a repository."""

from __future__ import annotations

import re

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/]*@)?"
    r"(?P<host>\[[^\]/]*\]|[^:/]*)(?::(?P<port>\d*))?(?P<path>/.*)?"
)
# git help clone: only without a slash before the first colon
_SCP = re.compile(r"(?:[^/:]*@)?(?P<host>\[[^\]/]*\]|[^:/\[]+):(?P<path>.*)")
_AZURE = re.compile(r"v3/([^/]+)/([^/]+)/([^/]+)")
_WEB_PORTS = {"http": "80", "https": "443"}
_BITBUCKET_SSH = "7999"
# Hosts that serve SSH for another one, where firewalls stop port 22 (documentation of each)
_SSH_HOSTS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
    "ssh.dev.azure.com": "dev.azure.com",
    "vs-ssh.visualstudio.com": "dev.azure.com",
}


def source_url(remote: str) -> str:
    """The address of a Git remote as a page for people: without account, `.git` and the way there.

    HTTPS, SSH, Git's own protocol and the short form `host:path` of one repository give the same text, as
    far as the forms tell: a web server on a port of its own keeps it, SSH has another one anyway. A path of
    this machine stays a path.
    """
    url, short = _URL.fullmatch(remote), _SCP.fullmatch(remote)
    if url and url["scheme"].lower() != "file":
        return _page(url["scheme"].lower(), url["host"], url["port"] or "", url["path"] or "")
    if short and not url:
        return _page("ssh", short["host"], "", short["path"])
    return _bare(url["path"] or "" if url else remote)


def _page(scheme: str, host: str, port: str, path: str) -> str:
    host, path = host.lower(), _bare(path).lstrip("/")
    web = _WEB_PORTS.get(scheme)
    if web is not None:
        own = port not in {"", web}
        return f"{scheme}://{host}:{port}/{path}" if own else f"https://{host}/{path}"
    host = _SSH_HOSTS.get(host, host)
    azure = _AZURE.fullmatch(path) if host == "dev.azure.com" else None
    if azure:
        path = "{}/{}/_git/{}".format(*azure.groups())
    if port == _BITBUCKET_SSH:
        path = f"scm/{path}"  # as Bitbucket Data Center has it below HTTPS
    return f"https://{host}/{path}"


def _bare(path: str) -> str:
    return path.rstrip("/").removesuffix(".git").rstrip("/")

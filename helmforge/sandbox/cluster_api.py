"""Just enough of a Kubernetes client to bring a sandbox up: JSON, and a client certificate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import urllib3

from helmforge.errors import StepError, UnreachableError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.sandbox.certificates import KeyPair

_TIMEOUT_SECONDS = 10.0
_OK, _CREATED, _NOT_FOUND = 200, 201, 404


class ClusterApi:
    """The API server at `server` (https://127.0.0.1:PORT)."""

    def __init__(self, server: str, *, authority: Path, user: KeyPair) -> None:
        self._server = server
        self._pool = urllib3.PoolManager(
            ca_certs=str(authority),
            cert_file=str(user.certificate),
            key_file=str(user.key),
            retries=False,
            timeout=_TIMEOUT_SECONDS,
        )

    def ready(self) -> bool:
        """The server's own word at /readyz; False while nothing listens yet."""
        try:
            return self._request("GET", "/readyz").status == _OK
        except UnreachableError:
            return False

    def get(self, path: str) -> dict[str, Any] | None:
        """The object or list at `path`; None when it does not exist."""
        response = self._request("GET", path)
        if response.status == _NOT_FOUND:
            return None
        return self._object(response, path, expected=_OK)

    def create(self, path: str, body: dict[str, Any]) -> None:
        response = self._request("POST", path, json.dumps(body).encode())
        self._object(response, path, expected=_CREATED)

    def close(self) -> None:
        self._pool.clear()

    def _request(self, method: str, path: str, body: bytes | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            return self._pool.request(method, self._server + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(
                "the API server does not answer", where=self._server, why=str(error)
            ) from error

    def _object(self, response: urllib3.BaseHTTPResponse, path: str, *, expected: int) -> dict[str, Any]:
        if response.status != expected:
            why = response.data.decode("utf-8", errors="replace")
            raise StepError(f"the API server answered {response.status}", where=self._server + path, why=why)
        document: dict[str, Any] = json.loads(response.data)
        return document

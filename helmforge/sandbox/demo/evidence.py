"""Which bytes a tag means, asked of the registry itself."""

from __future__ import annotations

import hashlib
import http.client

from helmforge.errors import StepError

_TIMEOUT_SECONDS = 10.0
# All of them, or docker-registry answers 404 for a tag that it has
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)


def digest(registry: str, repository: str, tag: str) -> str:
    """The sha256 of the manifest as it was received, not what a header says about it."""
    connection = http.client.HTTPConnection(registry, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"/v2/{repository}/manifests/{tag}", headers={"Accept": _MANIFESTS})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise StepError("the demo's registry does not answer", where=registry, why=str(error)) from error
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise StepError(
            f"{registry}/{repository}:{tag} is not in the registry", why=f"it answered {response.status}"
        )
    return f"sha256:{hashlib.sha256(body).hexdigest()}"

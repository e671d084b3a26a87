"""What has to be done by hand, beside a generated CI file, for images to be signed and signatures checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.ci_files.systems import CiSystem
from helmforge.domain.provenance.attachments import Kind, demanded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.settings import Settings

_KEYLESS = {
    CiSystem.GITLAB: "the public Sigstore may refuse tokens of GitLab's child pipelines",
    CiSystem.AZURE: "Azure gives cosign no identity: a step in 'service' has to set SIGSTORE_ID_TOKEN",
    CiSystem.JENKINS: "Jenkins gives cosign no identity: 'sign-credentials' has to bring SIGSTORE_ID_TOKEN",
}
_PAGE = "docs/pipelines.md, Signing"


def by_hand(settings: Settings, system: CiSystem) -> Iterator[str]:
    """One line each, for people."""
    sign = settings.provenance.sign
    kinds = {kind for environment in settings.environments for kind in demanded(environment.provenance)}
    tools = [
        *(["cosign"] if sign or Kind.SIGNATURE in kinds else []),
        *(["syft"] if Kind.SBOM in kinds else []),
    ]
    if tools:
        yield f"jobs that release and promote need {' and '.join(tools)} ({_PAGE})"
    if sign and sign.keyless and system in _KEYLESS:
        yield f"keyless signing: {_KEYLESS[system]} ({_PAGE})"

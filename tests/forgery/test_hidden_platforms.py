"""Images that somebody puts into an index beside those that have an SBOM, for a node to choose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.errors import RefusedError, StepError
from tests.forgery.attaching import Scene, sbom
from tests.support.attachments import digest_of

if TYPE_CHECKING:
    from helmforge.domain.oci import Digest

AMD64 = {"os": "linux", "architecture": "amd64"}
NO_PLATFORM = {"os": "unknown", "architecture": "unknown"}
MARK = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
INDEX = {"mediaType": "application/vnd.oci.image.index.v1+json"}


def _keep(scene: Scene, document: dict[str, Any]) -> Digest:
    content = json.dumps(document).encode()
    scene.registry.manifests[digest_of(content)] = content
    return digest_of(content)


def _publish(scene: Scene, *entries: dict[str, Any], **more: Any) -> None:
    """1.0.0 with entries before and after those of before; everything that can be signed is."""
    index = json.loads(scene.registry.manifests[scene.image])
    listed = [*entries[:1], *index["manifests"], *entries[1:]]
    scene.image = scene.registry.tags["1.0.0"] = _keep(scene, {**index, "manifests": listed, **more})
    scene.good()


def _promote(scene: Scene) -> None:
    scene.promote("signed: {key: cosign.pub}, sbom: true, slsa: true")


@pytest.mark.parametrize(
    "entry",
    [
        {"platform": AMD64},
        {"platform": AMD64, **MARK},
        {"platform": AMD64 | {"variant": "unknown"}},
        {"platform": NO_PLATFORM | {"architecture": "amd64"}, **MARK},
        {},
        MARK,
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_an_image_without_an_sbom_hides_in_no_index(entry: dict[str, Any], *, first: bool) -> None:
    scene = Scene()
    hidden = {"digest": scene.other, "size": 1, **entry}
    _publish(scene, hidden) if first else _publish(scene, {"digest": scene.platforms[0]}, hidden)
    with pytest.raises(RefusedError, match=f"no signed SBOM of r.example/shop@{scene.other.short}"):
        _promote(scene)
    scene.say(scene.other, sbom(scene.other))
    _promote(scene)


@pytest.mark.parametrize("said", [INDEX, {}, {"mediaType": "application/vnd.oci.image.manifest.v1+json"}])
def test_nor_in_an_index_of_it(said: dict[str, str]) -> None:
    scene = Scene()
    inner = _keep(scene, {"manifests": [{"digest": scene.other, "platform": AMD64}]})
    outer = _keep(scene, {"manifests": [{"digest": inner, "platform": AMD64, **said}]})
    _publish(scene, {"digest": outer, "platform": AMD64, **said})
    for sign in (inner, outer):
        scene.say(sign, sbom(sign))
    with pytest.raises(RefusedError, match=f"no signed SBOM of r.example/shop@{scene.other.short}"):
        _promote(scene)


def test_an_attestation_needs_no_sbom() -> None:
    scene = Scene()
    _publish(scene, {"digest": scene.other, "platform": NO_PLATFORM, **MARK})
    _promote(scene)


def test_an_index_that_two_programs_read_in_two_ways_has_no_parts() -> None:
    scene = Scene()
    _publish(scene, Manifests=[{"digest": scene.other, "platform": AMD64}])
    with pytest.raises(StepError, match="some read its name 'Manifests' as 'manifests'"):
        _promote(scene)


def test_indexes_without_end_are_given_up() -> None:
    scene = Scene()
    wide = [{"digest": scene.registry.image(str(number)), "platform": AMD64} for number in range(101)]
    _publish(scene, *wide)
    with pytest.raises(StepError, match="more than 100 manifests"):
        _promote(scene)

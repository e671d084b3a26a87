"""Image builders: docker (buildx), buildah, podman and BuildKit behind one interface."""

from helmforge.adapters.builders.choice import Elsewhere, choose_builder

__all__ = ["Elsewhere", "choose_builder"]

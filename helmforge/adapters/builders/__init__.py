"""Image builders: docker (buildx), buildah and podman behind one interface."""

from helmforge.adapters.builders.choice import choose_builder

__all__ = ["choose_builder"]

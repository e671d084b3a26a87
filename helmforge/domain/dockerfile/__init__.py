"""What a Dockerfile reads: files of its build context, and images.

Our own reader: the parsers on PyPI know neither heredocs nor which stages a target needs, and none of them
has an answer to "which files might this be". Where it cannot be sure it takes in more, never less.
"""

from helmforge.domain.dockerfile.inputs import BuildInputs, Image, Source, inputs

__all__ = ["BuildInputs", "Image", "Source", "inputs"]

"""The image of the promotion benchmark, and the process that copies it."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from bench import retag
from bench.image import layer, push_image
from tests.adapters.registry.pushing import Pusher
from tests.support.registry import RegistryServer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_layer_is_a_tar_of_its_own_that_comes_again() -> None:
    assert layer(1, 1000) == layer(1, 1000) != layer(2, 1000)
    with tarfile.open(fileobj=io.BytesIO(layer(1, 1000))) as tar:
        assert [member.size for member in tar] == [1000]


@pytest.mark.integration
def test_the_copy_is_the_same_bytes(tmp_path: Path) -> None:
    with RegistryServer(tmp_path) as registry:
        push_image(Pusher(registry.address, "shop"), "1.0.0", layers=2, size=1000)
        retag.main(f"{registry.address}/shop:1.0.0", f"{registry.address}/prod/shop:2.0.0")
        copied = Pusher(registry.address, "prod/shop").raw("2.0.0")
        assert copied == Pusher(registry.address, "shop").raw("1.0.0")

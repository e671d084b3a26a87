"""Helm and clusters that cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from helmforge.errors import UnreachableError, UsageError
from tests.adapters.clusters import cluster_runner, kubeconfig_for

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


def test_a_cluster_that_does_not_answer(helm_program: Path, tmp_path: Path) -> None:
    runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)
    key = ReleaseKey(Cluster("dev"), Namespace.parse("qa"), "shop")

    with pytest.raises(UnreachableError) as caught:
        HelmCli(runner, str(helm_program)).history(key)

    assert "127.0.0.1:1" in caught.value.why


def test_a_context_that_does_not_exist(helm_program: Path, tmp_path: Path) -> None:
    runner = cluster_runner(kubeconfig_for(tmp_path, "http://127.0.0.1:1"), tmp_path)
    key = ReleaseKey(Cluster("staging"), Namespace.parse("qa"), "shop")

    with pytest.raises(UsageError, match="history of the release shop") as caught:
        HelmCli(runner, str(helm_program)).history(key)

    assert "no context 'staging'" in caught.value.why

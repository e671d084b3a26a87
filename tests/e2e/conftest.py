from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.sandbox.controlplane import CONTEXTS
from tests.support.cluster import OTHER_CLUSTER, copy_with_contexts, shared_control_plane

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kubeconfig with the contexts `dev` and `prod`, with all rights, of a cluster without limits.

    One control plane serves all pytest-xdist workers. HELMFORGE_E2E_KUBECONFIG names another
    cluster instead; a plain KUBECONFIG is left alone, since it may lead to production.
    """
    other = os.environ.get(OTHER_CLUSTER)
    if other:
        kubeconfig = tmp_path_factory.mktemp("cluster") / "kubeconfig"
        copy_with_contexts(Path(other), kubeconfig, CONTEXTS)
        yield kubeconfig
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_control_plane(shared / "controlplane") as kubeconfig:
        yield kubeconfig

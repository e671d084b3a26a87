"""What Helm would change in the cluster: both charts rendered as they were and would be deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge import yamlio
from helmforge.domain.brief.masking import masked_text
from helmforge.domain.brief.objects import compare
from helmforge.domain.brief.values import lone_keys
from helmforge.domain.manifests import is_applied
from helmforge.domain.oci import Digest
from helmforge.errors import StepError
from helmforge.flows.release.recorded import recorded_repository
from helmforge.flows.steps.chart import pull
from helmforge.flows.steps.deployed_files import image_values, values_name, write_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.brief.objects import Difference
    from helmforge.domain.brief.values import LoneKey
    from helmforge.domain.oci import Repository
    from helmforge.flows.release.brief.case import Case
    from helmforge.flows.steps.chart import PulledChart


def read_difference(case: Case) -> Difference:
    record = case.production.record
    before: list[Mapping[str, Any]] = []
    if record is not None:
        chart = pull(case.world, case.published.artifact, Digest.parse(record.chart))
        repository = recorded_repository(case.settings, record)
        before = _objects(case, case.work / "before", chart, repository, record.version)
    repository = case.environment.images.repository(case.service.name)
    after = _objects(
        case, case.work / "after", case.chart.result(), repository, case.published.artifact.version
    )
    return compare(record.version if record else "", before, after, yamlio.dump)


def _objects(
    case: Case, folder: Path, chart: PulledChart, repository: Repository, version: str
) -> list[Mapping[str, Any]]:
    folder.mkdir()
    image = image_values(repository, version, chart.image_digest)
    files = write_files(folder, chart, case.environment.name, image)
    namespace = case.environment.namespace_of(case.service)
    try:
        text = case.world.helm.template(files.package, files.values, case.service.name, namespace)
    except StepError as error:  # Helm quotes what charts say of their values
        raise StepError(error.what, why=masked_text(error.why)) from error
    name = f"the chart of {version} rendered for {case.environment.name}"
    return [one for one in yamlio.load_stream(text, name) if isinstance(one, dict) and is_applied(one)]


def read_lone_keys(case: Case) -> tuple[LoneKey, ...]:
    """Of the chart that is to be approved."""
    members = case.chart.result().members
    names = [environment.name for environment in case.settings.environments]
    texts = {name: members.get(values_name(name), b"").decode("utf-8", errors="replace") for name in names}
    return lone_keys({name: yamlio.parse(text, values_name(name)).data for name, text in texts.items()})

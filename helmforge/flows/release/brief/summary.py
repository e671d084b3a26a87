"""The few lines that somebody sees who is about to sign: nothing is rendered, scanned or fetched for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.brief import Subject, Summary, Unknown
from helmforge.domain.brief.decision import SignOffs
from helmforge.flows.release.brief.case import attempt
from helmforge.flows.release.brief.history import changes_since, rule

if TYPE_CHECKING:
    from helmforge.domain.brief import Part
    from helmforge.domain.settings import Environment, Service
    from helmforge.domain.verdict import Verdict
    from helmforge.flows.release.brief.production import Production
    from helmforge.flows.release.subject import PublishedVersion
    from helmforge.flows.world import World


def summarise(
    world: World,
    service: Service,
    environment: Environment,
    published: PublishedVersion,
    production: Part[Production],
    verdict: Verdict,
) -> Summary:
    """`verdict` is about the approvals so far. Never fails: what is not known is a part that says so."""
    sign_offs = SignOffs.of(verdict, rule(environment.approvals))
    subject, now = subject_of(published, environment), world.clock.now()
    if isinstance(production, Unknown):
        hidden = Unknown(f"what runs in {environment.name} is not known")
        return Summary(subject, now, production, hidden, sign_offs)
    asked = production
    changes = attempt(lambda: changes_since(world.git, service, published.artifact, asked))
    return Summary(subject, now, asked.running, changes, sign_offs)


def subject_of(published: PublishedVersion, environment: Environment) -> Subject:
    artifact = published.artifact
    return Subject(
        artifact.service,
        artifact.version,
        environment.name,
        artifact.commit,
        str(artifact.images.at(published.image)),
        str(artifact.charts.at(published.chart)),
    )

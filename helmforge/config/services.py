"""service.yaml, one file or all of them."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from helmforge.config import values
from helmforge.config.builds import service_build, service_build_rules
from helmforge.config.unit_tests import unit_test_rules, unit_tests
from helmforge.config.values import objection
from helmforge.domain.names import ServiceName
from helmforge.domain.settings import Service
from helmforge.errors import ConfigError, UsageError
from helmforge.schemas import Schema
from helmforge.schemas.problem import Problem
from helmforge.yamlio import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.errors import HelmforgeError

SERVICE_FILE = "service.yaml"


def parse_service(text: str, folder: str, name: str = "") -> Service:
    """The service in `folder` (POSIX, relative to the repository's root; `.` is the root itself).

    `name` stands in errors, `<folder>/service.yaml` by default. Raises one ConfigError that lists
    every problem. `depends_on` stays as written: paths and names of services.
    """
    return _parse(text, folder, name or posixpath.join(folder, SERVICE_FILE), Schema("service"))


def default_service(name: ServiceName, folder: str) -> Service:
    """What service.yaml says when it says nothing but the name."""
    return _service({"name": name}, folder)


def scan_services(files: Mapping[str, str]) -> tuple[Service, ...]:
    """All services, sorted by name, from the texts of their service.yaml files by folder.

    Names of services in `depends_on` become those services' folders. Raises one ConfigError for all
    files together, also when two services have the same name.
    """
    schema = Schema("service")
    services: dict[ServiceName, Service] = {}
    errors: list[HelmforgeError] = []
    for folder, text in files.items():
        try:
            service = _parse(text, folder, posixpath.join(folder, SERVICE_FILE), schema)
        except ConfigError as error:
            errors.append(error)
            continue
        other = services.setdefault(service.name, service)
        if other is not service:
            errors.append(_same_name(service, other))
    if errors:
        raise _together(errors)
    return tuple(_resolved(services[name], services) for name in sorted(services))


def _parse(text: str, folder: str, name: str, schema: Schema) -> Service:
    document = parse(text, name)
    schema.check(document)
    try:
        return _service(document.data, folder)
    except UsageError:  # the first rule that is broken; a thousand good files need not be searched for all
        schema.report(document, _broken_rules(document.data, folder))
        raise


def _service(data: dict[str, Any], folder: str) -> Service:
    inside = partial(values.parse_path, folder=folder)
    return Service(
        name=ServiceName.parse(data["name"] if "name" in data else _default_name(folder)),
        folder=folder,
        build=service_build(data.get("build", {}), folder),
        chart=inside(data.get("chart", "chart")),
        context=data.get("context", Service.context),
        type=values.parse_type(data["type"]) if "type" in data else Service.type,
        test=unit_tests(data["test"], folder) if "test" in data else Service.test,
        depends_on=tuple(dict.fromkeys(map(values.parse_path, data.get("dependsOn", ())))),
    )


def _broken_rules(data: dict[str, Any], folder: str) -> Iterator[Problem]:
    """What the JSON Schema of service.yaml cannot say."""
    yield from _name_rules(data, folder)
    if "type" in data:
        yield from objection(("type",), "a type", values.parse_type, data["type"])
    if "test" in data:
        yield from unit_test_rules(data["test"], folder)
    yield from service_build_rules(data.get("build", {}), folder)
    if "chart" in data:
        inside = partial(values.parse_path, folder=folder)
        yield from objection(("chart",), "a path inside the repository", inside, data["chart"])
    for index, text in enumerate(data.get("dependsOn", ())):
        yield from objection(
            ("dependsOn", index), "a path from the repository's root", values.parse_path, text
        )


def _name_rules(data: dict[str, Any], folder: str) -> Iterator[Problem]:
    if "name" in data:
        yield from objection(("name",), "a service name", ServiceName.parse, data["name"])
        return
    for problem in objection(("name",), "a service name", ServiceName.parse, _default_name(folder)):
        yield Problem(problem.path, f"{problem.text}; it is the folder's name: set `name`")


def _default_name(folder: str) -> str:
    return posixpath.basename(folder) if folder != "." else ""


def _resolved(service: Service, services: Mapping[ServiceName, Service]) -> Service:
    if not service.depends_on:
        return service
    folders = (
        services[ServiceName(entry)].folder if entry in services else entry for entry in service.depends_on
    )
    return replace(service, depends_on=tuple(dict.fromkeys(folders)))


def _same_name(service: Service, other: Service) -> ConfigError:
    return ConfigError(
        f"two services are called {service.name!r}",
        where=posixpath.join(service.folder, SERVICE_FILE),
        why=f"{service.folder} and {other.folder} are both called {service.name!r}",
        hint="set `name` in one of them",
    )


def _together(errors: list[HelmforgeError]) -> HelmforgeError:
    if len(errors) == 1:
        return errors[0]
    return ConfigError(
        f"{len(errors)} service.yaml files are not valid",
        why="\n".join(
            error.why if error.why.startswith(f"{error.where}:") else f"{error.where}: {error.why}"
            for error in errors
        ),
        hint=errors[0].hint,
    )

"""Single values of the configuration: text -> domain values. All raise UsageError with the broken rule."""

from __future__ import annotations

import functools
import posixpath
import re
import shlex
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from helmforge.domain.names import Namespace, ServiceName
from helmforge.domain.oci import RegistryHost
from helmforge.domain.settings import ImageNamespace, Registry
from helmforge.errors import UsageError
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUILT_IN_TYPES = ("web", "worker", "stateful", "cron", "daemon", "job", "namespace")
_A_SLIP = 0.85  # of difflib: `wrker` is a misspelt `worker`, `worker-gpu` is a name of its own
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SHELL_WORDS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})
_SAMPLE = ServiceName("x")
# The most usual paths, which break no rule and are normal already
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*([./][A-Za-z0-9_][A-Za-z0-9_-]*)*")
# git check-ref-format(1), for what the schema's patterns let through
_NOT_IN_BRANCHES = re.compile(r"\.\.|//|/\.|\.lock(/|\Z)|[./]\Z|/-|\{\}")


def parse_registry(value: str | dict[str, Any]) -> Registry:
    """`host`, `host:port`, `host/path`, or a mapping of `host` (the same) and `insecure`."""
    text, insecure = (
        (value, False) if isinstance(value, str) else (value["host"], value.get("insecure", False))
    )
    if "://" in text:
        raise UsageError("leave out the scheme", why=f"write {text.partition('://')[2]!r}")
    if text.endswith("/"):
        raise UsageError("it ends with a slash")
    host, _, path = text.partition("/")
    registry = Registry(RegistryHost(host, insecure=insecure), path)
    registry.repository(_SAMPLE)
    return registry


def parse_images(value: str | dict[str, Any] | None, registry: Registry) -> ImageNamespace:
    """`prod` is `<registry>/prod/<service>`; a mapping names another registry or another template."""
    if value is None:
        return ImageNamespace(registry)
    if isinstance(value, str):
        if "{" in value:
            raise UsageError(
                "it is a plain path", why=f"write {{repository: {value!r}}} to place {{service}}"
            )
        images = ImageNamespace(registry, f"{value}/{{service}}")
    else:
        own = parse_registry(value["registry"]) if "registry" in value else registry
        images = ImageNamespace(own, value.get("repository", "{service}"), value.get("charts", ""))
        require_placeholders(images.template, ("service",))
        if images.charts:
            require_placeholders(images.charts, ("service",))
    images.repository(_SAMPLE)
    if images.repository(_SAMPLE) == registry.repository(f"charts/{_SAMPLE}"):
        raise UsageError("charts live there")
    if images.chart_repository(_SAMPLE) in {images.repository(_SAMPLE), registry.repository(_SAMPLE)}:
        raise UsageError("its charts would lie where images are")
    return images


def check_namespace(template: str) -> None:
    unknown = [name for name in _PLACEHOLDER.findall(template) if name != "context"]
    if unknown:
        raise UsageError(f"it knows {{context}} only, not {{{unknown[0]}}}")
    Namespace.parse(template.replace("{context}", "x"))


def check_branch(name: str) -> None:
    if _NOT_IN_BRANCHES.search(name):
        raise UsageError("Git does not allow this name", why="see git check-ref-format")


def check_release_branch(template: str) -> None:
    """{service} and {version} once each, with a slash between them: any other split is ambiguous."""
    require_placeholders(template, ("service", "version"))
    check_branch(template)
    between = re.search(r"\{(service|version)\}(.*)\{(service|version)\}", template)
    if between is None or "/" not in between[2]:
        raise UsageError("a slash must stand between {service} and {version}")


def require_placeholders(template: str, names: tuple[str, ...]) -> None:
    """Each of `names` once, no other one, and no stray brace."""
    if sorted(_PLACEHOLDER.findall(template)) != sorted(names) or re.search(
        r"[{}]", _PLACEHOLDER.sub("", template)
    ):
        raise UsageError(
            "it must contain " + " and ".join(f"{{{name}}}" for name in names) + " once, and no other {}"
        )


def parse_duration(text: str) -> timedelta:
    """A number and one of s, m, h, d; the schema has checked the form."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def parse_path(text: str, folder: str = ".") -> str:
    """`text`, relative to `folder`, as a normal path from the repository's root."""
    if _PLAIN_PATH.fullmatch(text) and folder:
        return text if folder == "." else f"{folder}/{text}"
    rule = _broken_path_rule(text)
    path = posixpath.normpath(posixpath.join(folder, text))
    if rule is None and path.split("/", 1)[0] == "..":
        rule = "it leaves the repository"
    if rule is not None:
        raise UsageError(rule)
    return path


def _broken_path_rule(text: str) -> str | None:
    if text.startswith("/"):
        return "it is absolute"
    if "\\" in text:
        return "parts are separated by /"
    if not text.isprintable():
        return "it has control characters"
    if any(part.startswith("-") for part in text.split("/")):
        return "no part may begin with '-'"  # tools would take it for an option
    return None


def parse_command(value: str | list[str]) -> tuple[str, ...]:
    """The argument list. A string is split like a shell would, but nothing else of a shell is done."""
    words = _split(value) if isinstance(value, str) else tuple(value)
    if not words or not words[0]:
        raise UsageError("it is empty")
    if any("\0" in word for word in words):
        raise UsageError("it has a NUL character")
    return words


@functools.lru_cache  # a thousand services, a handful of test commands
def _split(text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"it cannot be split into words ({error})") from None
    operators = sorted(_SHELL_WORDS.intersection(words))
    if operators:
        raise UsageError(
            f"no shell runs it, so {operators[0]!r} has no meaning", why="put the commands into a script"
        )
    return words


def parse_type(text: str) -> str:
    """A repository may have types of its own, which are not known here: what looks like a slip is refused."""
    if text in BUILT_IN_TYPES:
        return text
    close = get_close_matches(text, BUILT_IN_TYPES, n=1, cutoff=_A_SLIP)
    if close:
        raise UsageError(f"did you mean {close[0]!r}?")
    return text


def objection(
    path: tuple[str | int, ...], expected: str, parse: Callable[[Any], object], got: object
) -> Iterator[Problem]:
    """The rule that `got` breaks when it is parsed, if any, in the words of all configuration errors."""
    try:
        parse(got)
    except UsageError as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        yield Problem(path, f"expected {expected}, got {got!r}: {why}")

"""Which files and images the stages of a Dockerfile need."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helmforge.domain.dockerfile.reading import UnclearError, instruction, read
from helmforge.domain.dockerfile.variables import UNKNOWN, expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from helmforge.domain.dockerfile.reading import Instruction

_REMOTE = ("http://", "https://")


@dataclass(frozen=True)
class Source:
    """Files of the build context: `path` is relative to it ("" = all of it), and may have wildcards.
    Whatever comes after UNKNOWN in it is unknown, too.
    """

    path: str
    via: str
    line: int


@dataclass(frozen=True)
class Image:
    """A reference to an image that is no stage of the file; it may have UNKNOWN in it."""

    reference: str
    via: str
    line: int


@dataclass(frozen=True)
class BuildInputs:
    """`onbuild`: whoever builds on this image runs its triggers. `doubt` says why nothing is sure."""

    sources: tuple[Source, ...] = ()
    images: tuple[Image, ...] = ()
    onbuild: bool = False
    doubt: str = ""


@dataclass
class _Stage:
    name: str
    base: str
    line: int
    values: dict[str, str]
    environment: set[str] = field(default_factory=set)
    sources: list[Source] = field(default_factory=list)
    reads: list[Image] = field(default_factory=list)
    onbuild: bool = False


def inputs(text: str, args: Mapping[str, str], target: str = "") -> BuildInputs:
    """What `target` (the last stage by default) needs, with these build arguments."""
    try:
        escape, found = read(text)
        stages = _stages(found, escape, args)
    except UnclearError as error:
        return BuildInputs(doubt=str(error))
    if not stages:
        return BuildInputs(doubt="it has no FROM")
    needed = _needed(stages, target)
    chosen = [stages[at] for at in sorted(needed)]
    *earlier, last = chosen
    images = [image for stage in chosen for image in _images(stage, stages)]
    sources = [source for stage in chosen for source in stage.sources]
    sources += [Source("", "ONBUILD", stage.line) for stage in earlier if stage.onbuild]
    return BuildInputs(tuple(dict.fromkeys(sources)), tuple(dict.fromkeys(images)), last.onbuild)


def _stages(found: Sequence[Instruction], escape: str, args: Mapping[str, str]) -> list[_Stage]:
    stages: list[_Stage] = []
    outside: dict[str, str] = {}
    for one in found:
        if one.keyword == "FROM":
            stages.append(_stage(one, stages, expand(_first(one), outside, escape=escape, missing="")))
        elif not stages:
            if one.keyword == "ARG":
                _declare(one, _Stage("", "", 0, outside), args, escape)
        else:
            _into(stages[-1], one, outside, args, escape)
    return stages


def _first(one: Instruction) -> str:
    words = one.rest.split()
    if not words:
        raise UnclearError(f"FROM in line {one.line} names no image")
    return words[0]


def _stage(one: Instruction, stages: Sequence[_Stage], base: str) -> _Stage:
    words = one.rest.split()
    named = len(words) > 2 and words[1].upper() == "AS"  # noqa: PLR2004 - IMAGE AS NAME
    parents = [stage for stage in stages if stage.name and stage.name == base.lower()]
    parent = parents[-1] if parents else None
    values = dict(parent.values) if parent else {}
    stage = _Stage(words[2].lower() if named else "", base, one.line, values)
    stage.environment = set(parent.environment) if parent else set()
    return stage


def _into(
    stage: _Stage, one: Instruction, outside: Mapping[str, str], args: Mapping[str, str], escape: str
) -> None:
    if one.keyword == "ARG":
        _declare(one, stage, args, escape, outside)
    elif one.keyword == "ENV":
        _environment(one, stage, escape)
    elif one.keyword in {"COPY", "ADD"}:
        _copy(one, stage, escape)
    elif one.keyword == "RUN":
        _mounts(one, stage, escape)
    elif one.keyword == "ONBUILD" and instruction(one.rest, one.line).keyword in {"COPY", "ADD", "RUN"}:
        stage.onbuild = True


def _declare(
    one: Instruction,
    stage: _Stage,
    args: Mapping[str, str],
    escape: str,
    outside: Mapping[str, str] | None = None,
) -> None:
    """Build argument, then default, then the value before the first FROM; ENV wins over all of them.
    Without `outside` it stands before the first FROM, where no image has set anything.
    """
    for word in one.rest.split():
        name, given, default = word.partition("=")
        if name in stage.environment:
            continue
        if name in args:
            stage.values[name] = args[name]
        elif given:
            missing = "" if outside is None else UNKNOWN
            stage.values[name] = _assigned(default, stage.values, escape, missing)
        elif name in (outside or {}):
            stage.values[name] = (outside or {})[name]


def _environment(one: Instruction, stage: _Stage, escape: str) -> None:
    words = one.rest.split()
    if words and "=" not in words[0]:
        words = [f"{words[0]}={' '.join(words[1:])}"]
    before = dict(stage.values)
    for word in words:
        name, given, value = word.partition("=")
        stage.values[name] = _assigned(value, before, escape, UNKNOWN) if given else UNKNOWN
        stage.environment.add(name)


def _assigned(value: str, values: Mapping[str, str], escape: str, missing: str) -> str:
    """What a split at blanks has cut is UNKNOWN."""
    if value.count('"') % 2 or value.count("'") % 2 or value.endswith(escape):
        return UNKNOWN
    return expand(value, values, escape=escape, missing=missing)


def _copy(one: Instruction, stage: _Stage, escape: str) -> None:
    words = [expand(word, stage.values, escape=escape, missing=UNKNOWN) for word in one.words]
    origins = one.flag_values("from")
    if origins:
        reference = expand(origins[-1], stage.values, escape=escape, missing=UNKNOWN)
        stage.reads.append(Image(reference, f"{one.keyword} --from", one.line))
        return
    for raw, word in zip(one.words[:-1], words[:-1], strict=True):
        if raw.startswith("<<") or word.startswith(_REMOTE):
            continue
        stage.sources.append(Source(_inside(word, escape), one.keyword, one.line))


def _mounts(one: Instruction, stage: _Stage, escape: str) -> None:
    for mount in one.flag_values("mount"):
        options = dict(option.strip().partition("=")[::2] for option in mount.split(","))
        options = {
            name.lower(): expand(value, stage.values, escape=escape, missing=UNKNOWN)
            for name, value in options.items()
        }
        if options.get("from"):
            stage.reads.append(Image(options["from"], "RUN --mount", one.line))
        elif options.get("type", "bind") not in {"cache", "tmpfs", "secret", "ssh"}:
            path = options.get("source") or options.get("src") or ""
            stage.sources.append(Source(_inside(path, escape), "RUN --mount", one.line))


def _inside(path: str, escape: str) -> str:
    """Relative to the context, which nothing leaves."""
    if escape == "`":
        path = path.replace("\\", "/")
    path = path.replace("/./", "/")  # the pivot of --parents
    if UNKNOWN in path and ".." in path.split("/"):
        return ""
    return posixpath.normpath(f"/{path}").lstrip("/")


def _needed(stages: Sequence[_Stage], target: str) -> set[int]:
    waiting = list(_named(target, stages, len(stages))) if target else [len(stages) - 1]
    waiting = waiting or list(range(len(stages)))  # no such stage: the build will say so
    needed: set[int] = set()
    while waiting:
        at = waiting.pop()
        if at not in needed:
            needed.add(at)
            references = [stages[at].base, *(read.reference for read in stages[at].reads)]
            waiting += [found for reference in references for found in _named(reference, stages, at)]
    return needed


def _named(reference: str, stages: Sequence[_Stage], before: int) -> Iterator[int]:
    """The earlier stages that `reference` means: the last of a name, an index, or all possible ones."""
    if UNKNOWN in reference:
        pattern = re.compile(re.escape(reference.lower()).replace(UNKNOWN, ".*"))
        yield from (at for at in range(before) if any(map(pattern.fullmatch, (stages[at].name, str(at)))))
        return
    named = [at for at in range(before) if stages[at].name and stages[at].name == reference.lower()]
    if named:
        yield named[-1]
    elif reference.isascii() and reference.isdigit() and int(reference) < before:
        yield int(reference)


def _images(stage: _Stage, stages: Sequence[_Stage]) -> Iterator[Image]:
    at = next(index for index, one in enumerate(stages) if one is stage)
    for image in (Image(stage.base, "FROM", stage.line), *stage.reads):
        unsure = UNKNOWN in image.reference
        if image.reference != "scratch" and (unsure or not list(_named(image.reference, stages, at))):
            yield image

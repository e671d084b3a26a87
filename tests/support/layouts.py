"""Random repositories and changes of them, and which services they affect by exhaustive expansion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from helmforge import config

if TYPE_CHECKING:
    import random

    from helmforge.domain.settings import Service, Settings

SETTINGS = config.parse_settings(
    "registry: r.example\nenvironments: {qa: {cluster: {context: dev}, deploy: on-release}}\n"
)
_FOLDERS = ("services/a", "services/b", "services/a/in", "services/c", "services/d")
_PLACES = (
    "libs",
    "libs/x",
    "libs/y",
    "proto",
    "services/a/proto",
    "services/b",
    "services/c",
    "go.mod",
    "services",
)
_FILES = (
    *("libs/x/a.go", "libs/x/b.md", "libs/y/c.go", "libs/d.go", "proto/p.proto", "go.mod", "README.md"),
    *(
        "services/a/proto/q.proto",
        "services/a/m.go",
        "services/a/in/m.go",
        "services/b/m.go",
        "services/c/m.go",
    ),
    *("services/d/deep/er/m.go", "charts/one/Chart.yaml", "charts/one/x.tpl", "charts/two/Chart.yaml"),
    *("charts/two/y.tpl", "services/README.md"),
)
_SOURCES = (
    "libs",
    "libs/x",
    "libs/*",
    "libs/*/*.go",
    "proto",
    "go.mod",
    "services/b",
    "services/?/m.go",
    ".",
)


@dataclass(frozen=True)
class Spec:
    """One service. Sources of COPY are relative to the root, the build context when there are any."""

    folder: str
    name: str
    depends: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()

    def files(self) -> dict[str, str]:
        up = "/".join(".." for _ in self.folder.split("/"))
        froms = "".join(f"FROM r.example/{base}:1 AS s{at}\n" for at, base in enumerate(self.bases))
        stages = "".join(f"COPY --from=s{at} /x /{at}\n" for at in range(len(self.bases)))
        copies = f"COPY {' '.join(self.copies)} /src/\n" if self.copies else ""
        depends = "".join(f"- {entry}\n" for entry in self.depends)
        chart = "".join(
            f"- {{name: {one}, repository: 'file://../{up}/charts/{one}'}}\n" for one in self.charts
        )
        return {
            f"{self.folder}/service.yaml": f"name: {self.name}\n"
            f"build: {{context: {up if self.copies else '.'}}}\n"
            + (f"dependsOn:\n{depends}" if depends else ""),
            f"{self.folder}/Dockerfile": f"{froms}FROM scratch\n{stages}{copies}",
            f"{self.folder}/chart/Chart.yaml": "name: x\n" + (f"dependencies:\n{chart}" if chart else ""),
        }


@dataclass(frozen=True)
class Layout:
    specs: tuple[Spec, ...]
    extra: tuple[tuple[str, str], ...]

    def files(self) -> dict[str, str]:
        found = {"helmforge.yaml": "x", **dict(self.extra)}
        for spec in self.specs:
            found |= spec.files()
        return found

    def services(self) -> tuple[Service, ...]:
        return config.scan_services(
            {one.folder: one.files()[f"{one.folder}/service.yaml"] for one in self.specs}
        )


def layout(chance: random.Random) -> Layout:
    folders = chance.sample(_FOLDERS, chance.randint(1, 5))
    names = [f"s{at}" for at in range(len(folders))]
    specs = tuple(_spec(chance, folder, name, names) for folder, name in zip(folders, names, strict=True))
    charts = {
        "charts/one/Chart.yaml": chance.choice(["name: one\n", _two()]),
        "charts/two/Chart.yaml": "name: two\n",
    }
    return Layout(specs, tuple(dict.fromkeys(_FILES, "1").items() | charts.items()))


def _two() -> str:
    return "name: one\ndependencies:\n- {name: two, repository: file://../two}\n"


def _spec(chance: random.Random, folder: str, name: str, names: list[str]) -> Spec:
    return Spec(
        folder,
        name,
        tuple(chance.sample([*_PLACES, *names], chance.choice([0, 0, 1, 2]))),
        tuple(chance.sample(_SOURCES, chance.choice([0, 0, 1, 2]))),
        tuple(chance.sample(names, chance.choice([0, 0, 0, 1]))),
        tuple(chance.sample(["one", "two"], chance.choice([0, 0, 1]))),
    )


def changed(chance: random.Random, before: Layout) -> Layout:
    """Files written, added, deleted and moved; services deleted, renamed, added, moved and made anew."""
    specs, extra = list(before.specs), dict(before.extra)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(sorted(extra))
        match chance.choice(
            ["write", "write", "write", "delete", "move", "add", "name", "gone", "new", "other"]
        ):
            case "write":
                extra[path] = (
                    extra[path] + "\n# changed" if path.endswith(".yaml") else chance.choice("23456")
                )
            case "delete" if not path.endswith(".yaml"):
                del extra[path]
            case "move" if not path.endswith(".yaml"):
                extra[f"{chance.choice(_FOLDERS)}/moved.go"] = extra.pop(path)
            case "add":
                extra[f"{chance.choice([*_FOLDERS, *_PLACES[:5]])}/added.go"] = "1"
            case kind if specs:
                _change(chance, specs, kind)
    return Layout(tuple(specs), tuple(extra.items()))


def _change(chance: random.Random, specs: list[Spec], kind: str) -> None:
    at = chance.randrange(len(specs))
    names = [spec.name for spec in specs]
    free = sorted(set(_FOLDERS) - {spec.folder for spec in specs})
    if kind == "name":
        specs[at] = replace(specs[at], name=f"renamed-{specs[at].name}"[:50])
    elif kind == "gone" and len(specs) > 1:
        del specs[at]
    elif kind == "new" and free:
        name = next(f"n{number}" for number in range(99) if f"n{number}" not in names)
        specs.append(_spec(chance, chance.choice(free), name, names))
    elif kind == "other":
        specs[at] = _spec(chance, specs[at].folder, specs[at].name, names)


def expected(before: Layout, after: Layout) -> set[str]:
    """Every changed file is held against everything that every service could read, until nothing is added."""
    old, new = before.files(), after.files()
    paths = [path for path in old.keys() | new.keys() if old.get(path) != new.get(path)]
    names = {spec.name for spec in after.specs}
    gone = {spec.name for spec in before.specs} - names
    found = {spec.name for spec in after.specs for path in paths if _reads(spec, path, before, after)} | gone
    while True:
        more = {spec.name for spec in after.specs if _builds_on(spec, found, after)} - found
        if not more:
            return found & names
        found |= more


def _reads(spec: Spec, path: str, before: Layout, after: Layout) -> bool:
    owners = {_owner(path, before.specs), _owner(path, after.specs)}
    folders = [*spec.depends, *_charts(spec.charts, after)]
    return (
        spec.name in owners
        or any(_under(path, folder) for folder in folders)
        or any(_copied(path, source) for source in spec.copies)
    )


def _builds_on(spec: Spec, found: set[str], after: Layout) -> bool:
    folders = {one.name: one.folder for one in after.specs}
    wanted = {*spec.bases, *spec.depends}
    for name in found:
        if name in wanted:
            return True
        inside = [*spec.depends, *(folders[entry] for entry in spec.depends if entry in folders)]
        if name in folders and any(_under(folders[name], entry) for entry in inside):
            return True
    return False


def _owner(path: str, specs: tuple[Spec, ...]) -> str:
    over = [spec for spec in specs if _under(path, spec.folder)]
    return max(over, key=lambda spec: len(spec.folder)).name if over else ""


def _charts(wanted: tuple[str, ...], after: Layout) -> list[str]:
    both = "one" in wanted and "file://../two" in dict(after.extra)["charts/one/Chart.yaml"]
    return [f"charts/{name}" for name in {*wanted, *(["two"] if both else [])}]


def _copied(path: str, source: str) -> bool:
    parts, wanted = path.split("/"), [part for part in source.split("/") if part != "."]
    return len(parts) >= len(wanted) and all(map(fnmatchcase, parts, wanted))


def _under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def settings() -> Settings:
    return replace(SETTINGS, services=("services/*", "services/*/*"))

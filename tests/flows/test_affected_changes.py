"""Every kind of change that Git knows, in real repositories, and which services it affects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from helmforge import config
from helmforge.domain.event import Event, EventKind, Flow
from helmforge.flows import comparison
from helmforge.flows.affected import find
from helmforge.flows.configuration import load_services
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.flows.affected import Findings
    from tests.support.repositories import Clone

pytestmark = pytest.mark.integration

CONFIG = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, namespace: qa, deploy: on-release}
"""
NAMES = ("cart", "mail", "pay", "shop", "ship")
SERVICES = {
    f"services/{name}/{file}": text
    for name in NAMES
    for file, text in {"service.yaml": "", "main": name}.items()
}
ATTRIBUTES = "*.bin filter=lfs diff=lfs merge=lfs -text\n"


@dataclass(frozen=True)
class Shop:
    repo: Monorepo

    def findings(self, base: str = "main", clone: Clone | None = None) -> Findings:
        git = opened(clone or self.repo)
        settings = config.parse_settings(CONFIG)
        return find(git, settings, load_services(git, settings), comparison.since(git, base))

    def affected(self, base: str = "main") -> list[str]:
        return [str(reason.service) for reason in self.findings(base).reasons]

    def after_push(self, before: str) -> tuple[list[str], str]:
        """Of the trunk: services, and why the first one."""
        git = opened(self.repo)
        settings = config.parse_settings(CONFIG)
        event = Event(EventKind.PUSH, "main", before=before)
        compared = comparison.of_event(git, settings, event, Flow.TRUNK)
        reasons = find(git, settings, load_services(git, settings), compared).reasons
        return [str(reason.service) for reason in reasons], reasons[0].via if reasons else ""

    def commit(self, files: Mapping[str, str]) -> str:
        self.repo.write(files)
        return self.repo.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    repo = Monorepo(tmp_path, {"helmforge.yaml": CONFIG, **SERVICES})
    repo.branch("feature/x")
    return Shop(repo)


def test_a_merge_brings_what_its_side_branch_changed_and_not_what_the_trunk_did(shop: Shop) -> None:
    shop.repo.branch("side")
    shop.commit({"services/cart/main": "2"})
    shop.repo.checkout("main")
    shop.commit({"services/ship/main": "of the trunk"})
    shop.repo.push("main")
    shop.repo.checkout("feature/x")
    shop.repo.git("merge", "--quiet", "--no-ff", "--message", "m", "side")
    shop.repo.git("merge", "--quiet", "--no-ff", "--message", "m", "main")
    assert shop.affected() == ["cart"]


def test_what_only_the_merge_itself_changed_counts(shop: Shop) -> None:
    shop.repo.branch("side")
    shop.commit({"services/cart/main": "2"})
    shop.repo.checkout("feature/x")
    shop.repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    shop.commit({"services/pay/main": "an evil merge"})
    assert shop.affected() == ["cart", "pay"]


@pytest.mark.parametrize("at", ["feature/x", "main"])
def test_an_octopus_brings_what_all_its_arms_changed(shop: Shop, at: str) -> None:
    for name in ("cart", "mail", "shop"):
        shop.repo.checkout("main")
        shop.repo.branch(f"arm-{name}")
        shop.commit({f"services/{name}/main": "2"})
    shop.repo.checkout(at)
    before = shop.repo.head()
    shop.repo.git("merge", "--quiet", "--message", "octopus", "arm-cart", "arm-mail", "arm-shop")
    assert len(shop.repo.git("rev-parse", "HEAD^@").splitlines()) >= 3
    assert shop.affected("origin/main") == ["cart", "mail", "shop"]
    assert shop.after_push(before) == (["cart", "mail", "shop"], "its own file")


def test_a_revert_of_all_changes_affects_nobody(shop: Shop) -> None:
    shop.commit({"services/cart/main": "2"})
    shop.repo.git("revert", "--no-edit", "HEAD")
    assert shop.affected() == []


def test_a_file_that_moves_concerns_both_services(shop: Shop) -> None:
    shop.repo.git("mv", "services/cart/main", "services/pay/moved")
    shop.repo.commit()
    shop.repo.git("config", "diff.renames", "copies")
    assert shop.affected() == ["cart", "pay"]


def test_a_deleted_file_concerns_who_had_it(shop: Shop) -> None:
    shop.repo.git("rm", "--quiet", "services/mail/main")
    shop.repo.commit()
    assert shop.affected() == ["mail"]


def test_a_mode_alone_is_a_change(shop: Shop) -> None:
    (shop.repo.root / "services/ship/main").chmod(0o755)
    shop.repo.commit()
    assert shop.affected() == ["ship"]


def test_a_submodule_that_moves_on_concerns_who_has_it_and_who_needs_something_in_it(shop: Shop) -> None:
    """No clone of it is here: the pointer is all that helmforge looks at."""
    repo = shop.repo
    shop.commit({"services/pay/service.yaml": "dependsOn: [vendor/lib/src]\n"})
    for path in ("vendor/lib", "services/cart/sub"):
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{path}")
    repo.git("commit", "--quiet", "--message", "submodules")
    before = repo.head()
    repo.git("update-index", "--cacheinfo", f"160000,{'2' * 40},vendor/lib")
    repo.git("commit", "--quiet", "--message", "lib goes on")
    assert shop.affected(before) == ["pay"]
    repo.git("update-index", "--cacheinfo", f"160000,{'2' * 40},services/cart/sub")
    repo.git("commit", "--quiet", "--message", "sub goes on")
    assert shop.affected(before) == ["cart", "pay"]
    repo.git("config", "diff.ignoreSubmodules", "all")
    assert shop.affected(before) == ["cart", "pay"]


def test_a_pointer_of_lfs_is_a_file_like_any_other(shop: Shop) -> None:
    """Not smudged, also where the filter is required and its program is missing."""
    repo = shop.repo
    shop.commit({".gitattributes": ATTRIBUTES, "services/mail/model.bin": _pointer("a")})
    before = repo.head()
    shop.commit({"services/mail/model.bin": _pointer("b")})
    for key in ("clean", "smudge", "process"):
        repo.git("config", f"filter.lfs.{key}", f"git-lfs-that-is-not-installed {key}")
    repo.git("config", "filter.lfs.required", "true")
    assert shop.affected(before) == ["mail"]


def _pointer(digit: str) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digit * 64}\nsize 1000\n"


def test_names_in_any_bytes_belong_to_the_folder_that_they_lie_in(shop: Shop) -> None:
    for name in (b"latin-\xe9", b"new\nline", b'"quoted"\\', b"\xff\xfe", "größe".encode(), b"-rf", b" "):
        (shop.repo.root / "services/shop" / os.fsdecode(name)).write_text("x")
    shop.repo.commit()
    assert shop.affected() == ["shop"]


def test_the_first_commit_of_a_repository_is_compared_with_nothing(tmp_path: Path) -> None:
    shop = Shop(Monorepo(tmp_path, {"helmforge.yaml": CONFIG, **SERVICES}))
    assert shop.after_push("0" * 40) == (
        sorted(NAMES),
        "the branch is new: there is no commit before this push",
    )
    assert shop.affected(shop.repo.first) == []


def test_a_before_that_a_forced_push_threw_away(shop: Shop) -> None:
    """The remote has it no more, and a fresh clone neither."""
    services, why = shop.after_push("d" * 40)
    assert services == sorted(NAMES)
    assert "dddddddddddd, is not in this clone" in why


def test_after_a_forced_push_the_dropped_commit_is_compared_where_it_is_known(shop: Shop) -> None:
    dropped = shop.commit({"services/cart/main": "dropped"})
    shop.repo.git("reset", "--quiet", "--hard", "main")
    shop.commit({"services/pay/main": "in its place"})
    assert shop.after_push(dropped)[0] == ["cart", "pay"]


def test_two_deleted_and_two_renamed_services_leave_four_orphans(shop: Shop) -> None:
    repo = shop.repo
    repo.git("rm", "-r", "--quiet", "services/cart", "services/mail")
    repo.git("mv", "services/pay", "services/payment")
    shop.commit({"services/shop/service.yaml": "name: store\n"})
    found = shop.findings()
    assert [str(reason.service) for reason in found.reasons] == ["payment", "store"]
    assert {(str(one.service), one.namespace, one.why) for one in found.orphans} == {
        ("cart", "qa", "the service is deleted"),
        ("mail", "qa", "the service is deleted"),
        ("pay", "qa", "the service is deleted"),
        ("shop", "qa", "the service is now called store"),
    }

"""Charts brought to new templates: what happens to each file, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.errors import ExitCode, UsageError
from tests.support.updating import CHART, CONFIG, TYPE, Scene, actions

if TYPE_CHECKING:
    from pathlib import Path


NOTES = "web/chart/templates/notes.yaml"
NEWER = {NOTES: "# one\n# two\n# three\n# four\n# FIVE\n"}
TEMPLATES = "templates/notes.yaml"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_nothing_to_do(scene: Scene) -> None:
    before = scene.chart()
    result = scene.update()
    assert (result.exit_code, result.outdated, scene.chart()) == (ExitCode.DONE, (), before)
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_an_untouched_file_is_replaced(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    result = scene.update("shop")
    assert actions(result) == {TEMPLATES: "replaced"}
    assert scene.read(TEMPLATES) == NEWER[NOTES]
    assert 'version: "1.1.0"' in scene.read(".helmforge.lock")
    assert result.exit_code is ExitCode.DONE


def test_a_new_version_without_a_change_moves_the_lock_only(scene: Scene) -> None:
    scene.publish("1.0.1", {})
    before = scene.chart()
    assert scene.update(check=True).exit_code is ExitCode.REFUSED
    assert scene.chart() == before
    scene.update()
    assert {path for path, text in scene.chart().items() if before[path] != text} == {".helmforge.lock"}
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_check_writes_nothing_and_names_the_files(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    before = scene.chart()
    result = scene.update(check=True)
    assert result.exit_code is ExitCode.REFUSED
    assert result.outdated[0].update.changes == (TEMPLATES, ".helmforge.lock")
    assert scene.chart() == before


def test_a_deleted_file_stays_deleted(scene: Scene) -> None:
    (scene.repo.root / CHART / TEMPLATES).unlink()
    scene.publish("1.1.0", NEWER)
    assert scene.update().exit_code is ExitCode.DONE
    assert TEMPLATES not in scene.chart()
    assert scene.update(check=True).exit_code is ExitCode.DONE
    scene.repo.git("checkout", "--", f"{CHART}/{TEMPLATES}")
    assert actions(scene.update()) == {TEMPLATES: "replaced"}


def test_a_new_file_is_added(scene: Scene) -> None:
    scene.publish("1.1.0", {"web/chart/templates/new/deep.yaml": "# new\n"})
    assert actions(scene.update()) == {"templates/new/deep.yaml": "added"}
    assert scene.read("templates/new/deep.yaml") == "# new\n"


def test_a_file_of_the_users_with_the_name_of_a_new_one_stays(scene: Scene) -> None:
    scene.write("templates/new.yaml", "# mine\n")
    scene.publish("1.1.0", {"web/chart/templates/new.yaml": "# new\n"})
    for _ in range(2):
        result = scene.update()
        assert (result.exit_code, actions(result)) == (ExitCode.DONE, {"templates/new.yaml": "own"})
        assert scene.read("templates/new.yaml") == "# mine\n"
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_the_same_file_as_a_new_one_is_simply_taken(scene: Scene) -> None:
    scene.write("templates/new.yaml", "# new\n")
    scene.publish("1.1.0", {"web/chart/templates/new.yaml": "# new\n"})
    assert actions(scene.update()) == {}
    scene.publish("1.2.0", {"web/chart/templates/new.yaml": "# newer\n"})
    assert actions(scene.update()) == {"templates/new.yaml": "replaced"}


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_that_the_templates_dropped(scene: Scene, *, edited: bool) -> None:
    if edited:
        scene.write(TEMPLATES, "# mine\n")
    scene.publish("1.1.0", {NOTES: None})
    assert actions(scene.update()) == {TEMPLATES: "dropped" if edited else "removed"}
    assert (TEMPLATES in scene.chart()) is edited
    assert scene.update(check=True).exit_code is ExitCode.DONE


def test_new_and_gone_environments(scene: Scene) -> None:
    staging = "  staging: {cluster: {context: dev}, deploy: on-release}\n"
    scene.repo.write({"helmforge.yaml": CONFIG + staging})
    assert actions(scene.update()) == {"values-staging.yaml": "added"}
    scene.repo.write({"helmforge.yaml": CONFIG.replace("  qa:", "  test:")})
    scene.write("values-qa.yaml", "replicas: 1\n")
    assert actions(scene.update()) == {
        "values-qa.yaml": "dropped",
        "values-staging.yaml": "removed",
        "values-test.yaml": "added",
    }


def test_another_registry(scene: Scene) -> None:
    scene.repo.write({"helmforge.yaml": CONFIG.replace("myrepo.cr.io", "other.cr.io")})
    assert actions(scene.update()) == {"values.yaml": "replaced"}
    assert "repository: other.cr.io/team" in scene.read("values.yaml")


def test_the_answers_of_the_lock_hold(scene: Scene) -> None:
    lock = scene.read(".helmforge.lock")
    scene.write(".helmforge.lock", lock.replace("port: 8080", "port: 9090"))
    assert actions(scene.update()) == {"values.yaml": "replaced"}
    assert "port: 9090" in scene.read("values.yaml")


@pytest.mark.parametrize("linked", ["templates/notes.yaml", "templates"])
def test_symbolic_links_are_never_written_through(scene: Scene, linked: str) -> None:
    place = scene.repo.root / CHART / linked
    place.rename(scene.folder / "elsewhere")
    place.symlink_to(scene.folder / "elsewhere")
    before = (scene.folder / "elsewhere" / ("notes.yaml" if linked == "templates" else "")).read_bytes()
    scene.publish("1.1.0", NEWER)
    assert actions(scene.update())[TEMPLATES] == "own"
    assert place.is_symlink()
    assert (
        scene.folder / "elsewhere" / ("notes.yaml" if linked == "templates" else "")
    ).read_bytes() == before


def test_permissions_stay(scene: Scene) -> None:
    (scene.repo.root / CHART / TEMPLATES).chmod(0o755)
    scene.publish("1.1.0", NEWER)
    scene.update()
    assert (scene.repo.root / CHART / TEMPLATES).stat().st_mode & 0o777 == 0o755


def test_services_by_name_or_all(scene: Scene) -> None:
    scene.scaffold("cart")
    scene.repo.write({"services/bare/service.yaml": "", "services/bare/chart/Chart.yaml": "name: bare\n"})
    scene.publish("1.1.0", NEWER)
    only = scene.update("cart")
    assert [each.update.service.name for each in only.charts] == ["cart"]
    everything = scene.update()
    assert [each.update.service.name for each in everything.outdated] == ["shop"]
    assert everything.unmanaged == ("bare",)
    with pytest.raises(UsageError, match=r"has no \.helmforge\.lock"):
        scene.update("bare")
    with pytest.raises(UsageError, match="no service 'crat'"):
        scene.update("crat")


def test_what_would_happen_is_shown_before_it_does(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    before, seen = scene.chart(), []
    scene.update(show=lambda result: seen.append((len(result.outdated), scene.chart() == before)))
    assert seen == [(1, True)]


def test_a_file_that_changes_while_it_is_decided_is_not_overwritten(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    before = scene.chart()
    with pytest.raises(Exception, match="changed while") as caught:
        scene.update(show=lambda _: scene.write(TEMPLATES, "# just now\n"))
    assert getattr(caught.value, "where", "") == f"{CHART}/{TEMPLATES}"
    assert scene.chart() == before | {TEMPLATES: b"# just now\n"}


def test_scaffold_after_an_update_has_nothing_to_do(scene: Scene) -> None:
    scene.publish("1.1.0", NEWER)
    scene.update()
    before = scene.chart()
    scene.scaffold("shop")
    assert scene.chart() == before
    assert set(TYPE) >= {"web/chart/values.yaml"}


def test_a_file_of_the_users_where_a_new_one_needs_a_folder_stays(scene: Scene) -> None:
    scene.write("templates/extra", "mine\n")
    scene.publish("1.1.0", {"web/chart/templates/extra/x.yaml": "# new\n"})
    assert actions(scene.update()) == {"templates/extra/x.yaml": "own"}
    assert scene.read("templates/extra") == "mine\n"
    assert not scene.update(check=True).outdated

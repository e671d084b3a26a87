"""`release verify`: a chain that holds, and every link of it broken once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.events_page import documented_document
from tests.road.chain import OTHER, SERVICE, VERSION, Promoted
from tests.support.faults import status
from tests.support.faulty_registry import requests
from tests.support.shop import APPROVER, DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.road.scene import Scene

pytestmark = pytest.mark.integration
TAG = f"refs/tags/{SERVICE}/{VERSION}"
APPROVAL = f"refs/tags/approvals/prod/{SERVICE}/{VERSION}/{APPROVER}"
LINKS = [
    *("pods", "helm release", "chart", "pinned image", "image", "source image"),
    *("provenance", "version tag", "commit", "approvals", "promotion record"),
]


@pytest.fixture(scope="module")
def promoted(scene: Scene) -> Promoted:
    return Promoted.make(scene)


def statuses(document: Any) -> dict[str, str]:
    (chain,) = document["services"]
    return {link["name"]: link["status"] for link in chain["links"]}


def test_a_chain_that_holds(promoted: Promoted) -> None:
    ran = promoted.verify()
    assert ran.code == 0, ran.out + ran.err
    assert statuses(ran.document) == dict.fromkeys(LINKS, "ok")
    assert set(ran.document) == documented_document("helmforge release verify")
    assert set(ran.document["services"][0]) == {"service", "version", "status", "links"}
    text = promoted.scene.shop.good("release", "verify", SERVICE, "--env", "prod").out
    assert text.splitlines()[0] == f"{SERVICE} {VERSION} in prod: ok"
    assert f"1 of 1: {APPROVER}" in text


def test_what_does_not_apply_to_qa_says_so(promoted: Promoted) -> None:
    ran = promoted.verify(SERVICE, "--env", "qa")
    assert ran.code == 0, ran.out + ran.err
    found = statuses(ran.document)
    assert {name for name, word in found.items() if word != "ok"} == {
        "source image",
        "provenance",
        "approvals",
        "promotion record",
    }
    assert set(found.values()) == {"ok", "not applicable"}


def _stray(it: Promoted) -> None:
    it.stray_pod("registry.invalid/evil:1")


def _moved_pod(it: Promoted) -> None:
    it.stray_pod(f"{it.record()['repository']}:{VERSION}@{OTHER}")


def _upgrade(it: Promoted, *options: str) -> None:
    shop = it.scene.shop
    chart = f"oci://{it.scene.shop.registry}/charts/{SERVICE}"
    place = ("--namespace", shop.place.prod, "--kube-context", "prod")
    shop.run_helm(
        "upgrade", SERVICE, chart, "--version", VERSION, "--plain-http", "--reuse-values", *place, *options
    )


def _by_hand(it: Promoted) -> None:
    _upgrade(it)


def _values_by_hand(it: Promoted) -> None:
    record, chart = it.record(), it.record()["chart"].partition(":")[2][:63]
    labels = f"helmforge.dev/commit={record['commit']},helmforge.dev/chart={chart}"
    _upgrade(
        it, "--description", f"helmforge {json.dumps(record)}", "--labels", labels, "--set", "replicas=2"
    )


def _label(it: Promoted) -> None:
    it.kubectl("label", "secret", "--selector=owner=helm", "--overwrite", f"helmforge.dev/commit={'f' * 40}")


def _moved_chart(it: Promoted) -> None:
    it.point_tag(f"charts/{SERVICE}", VERSION, it.record()["image"])


def _chart_gone(it: Promoted) -> None:
    it.scene.forget_tag(f"charts/{SERVICE}", VERSION)


def _altered_chart(it: Promoted) -> None:
    manifest = json.loads(it.blob(it.record()["chart"]).read_bytes())
    blob = it.blob(manifest["layers"][0]["digest"])
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)


def _another_pin(it: Promoted) -> None:
    it.forge_record(image=OTHER)


def _image_gone(it: Promoted) -> None:
    it.scene.forget_tag(f"prod/{SERVICE}", VERSION)


def _moved_image(it: Promoted) -> None:
    it.point_tag(f"prod/{SERVICE}", VERSION, it.record()["chart"])


def _another_place(it: Promoted) -> None:
    it.forge_record(repository=f"{it.scene.shop.registry}/{SERVICE}")


def _source_gone(it: Promoted) -> None:
    it.scene.forget_tag(SERVICE, VERSION)


def _no_tag(it: Promoted) -> None:
    it.scene.shop.repo.git("push", "--quiet", "origin", f":{TAG}")


def _light_tag(it: Promoted) -> None:
    it.scene.shop.repo.git("push", "--quiet", "--force", "origin", f"{it.record()['commit']}:{TAG}")


def _moved_tag(it: Promoted) -> None:
    repo = it.scene.shop.repo
    oid = repo.git("commit-tree", "-m", "elsewhere", "HEAD^{tree}")
    _push_tag(it, TAG, oid, "moved")


def _push_tag(
    it: Promoted, ref: str, target: str, message: str, inner: str = "", tagger: str = APPROVER
) -> None:
    repo, name = it.scene.shop.repo, inner or ref.removeprefix("refs/tags/")
    text = f"object {target}\ntype commit\ntag {name}\ntagger A <{tagger}> 1790000000 +0000\n\n{message}"
    oid = repo.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=text)
    repo.git("push", "--quiet", "--force", "origin", f"{oid}:{ref}")


def _renamed_tag(it: Promoted) -> None:
    _push_tag(it, TAG, it.record()["commit"], "renamed", inner=f"{SERVICE}/0.9.0")


def _no_branch(it: Promoted) -> None:
    repo = it.scene.shop.repo
    oid = repo.git("commit-tree", "-m", "another history", "HEAD^{tree}")
    repo.git("push", "--quiet", "--force", "origin", f"{oid}:refs/heads/main")
    repo.git("push", "--quiet", "origin", f":refs/heads/release/{SERVICE}/{VERSION}")


def _no_approval(it: Promoted) -> None:
    it.scene.shop.repo.git("push", "--quiet", "origin", f":{APPROVAL}")


def _rewritten_approval(it: Promoted) -> None:
    document = json.loads(_approval(it))
    _push_tag(it, APPROVAL, it.record()["commit"], json.dumps(document | {"image": OTHER}))


def _authors_approval(it: Promoted) -> None:
    _push_tag(it, APPROVAL, it.record()["commit"], _approval(it), tagger=DEVELOPER)


def _approval(it: Promoted) -> str:
    repo = it.scene.shop.repo
    repo.git("fetch", "--quiet", "origin", f"+{APPROVAL}:refs/kept/approval")
    return repo.git("cat-file", "tag", "refs/kept/approval").partition("\n\n")[2]


def _forgotten_approval(it: Promoted) -> None:
    it.forge_record(approvals=[])


def _no_record(it: Promoted) -> None:
    it.scene.forget_tag(f"prod/{SERVICE}", it.record()["image"].replace(":", "-"))


def _altered_record(it: Promoted) -> None:
    it.alter_promotion_record()


def _another_commit(it: Promoted) -> None:
    it.forge_record(commit="f" * 40)


# What is broken together, and what each link then says: one run of the command tells of all of them.
BREAKS: list[tuple[list[Callable[[Promoted], None]], dict[str, str]]] = [
    (
        [_stray, _label, _moved_chart, _image_gone, _source_gone, _no_tag, _no_approval, _no_record],
        {
            "pods": "which no controller made",
            "helm release": "another label helmforge.dev/commit",
            "chart": "was moved",
            "image": "no longer in the registry",
            "source image": "no longer in the registry",
            "provenance": "no provenance of",
            "version tag": "no annotated tag",
            "approvals": "is gone",
            "promotion record": "no record says",
        },
    ),
    (
        [_moved_pod, _altered_chart, _moved_image, _light_tag, _rewritten_approval, _altered_record],
        {
            "chart": "something else than was asked for",
            "pinned image": "something else than was asked for",
            "image": "was moved",
            "version tag": "no annotated tag",
            "approvals": "it is for image",
            "promotion record": "no record says",
        },
    ),
    (
        [_moved_pod, _chart_gone, _no_branch, _moved_tag, _authors_approval],
        {
            "pods": "does not name",
            "chart": "no longer in the registry",
            "commit": "in the history of none of",
            "version tag": "names another commit",
            "approvals": "was replaced after the promotion",
        },
    ),
    (
        [_another_pin, _renamed_tag],
        {"pinned image": "pins another image than was deployed", "version tag": "is another tag, renamed"},
    ),
    (
        [_another_place, _another_commit, _forgotten_approval],
        {
            "image": "was not deployed from where images of prod live",
            "version tag": "names another commit",
            "commit": "no branch of origin has the commit",
            "promotion record": "no record says",
        },
    ),
    ([_forgotten_approval], {"approvals": "too few approvals", "promotion record": "list of approvals"}),
    ([_another_commit], {"promotion record": "another commit", "chart": "is of another commit"}),
    ([_by_hand], {"helm release": "was made by hand"}),
    ([_values_by_hand], {"helm release": "replicas differs"}),
]


@pytest.mark.parametrize(
    ("breaks", "said"), BREAKS, ids=["-".join(it.__name__.strip("_") for it in row[0]) for row in BREAKS]
)
def test_every_broken_link_is_named(
    promoted: Promoted, breaks: list[Callable[[Promoted], None]], said: dict[str, str]
) -> None:
    with promoted.mended():
        for destroy in breaks:
            destroy(promoted)
        ran = promoted.verify()
    assert ran.code == 3, ran.out + ran.err
    links = {link["name"]: link for link in ran.document["services"][0]["links"]}
    for name, text in said.items():
        assert (links[name]["status"], text in links[name]["what"]) == ("broken", True), links[name]


def test_it_holds_again_when_everything_is_mended(promoted: Promoted) -> None:
    """Or the table above would prove nothing of its later lines."""
    with promoted.mended():
        _no_approval(promoted)
    assert promoted.verify().code == 0


def test_an_approver_who_left_the_list_is_a_break(promoted: Promoted) -> None:
    with promoted.scene.trunk_says(f"from: [{APPROVER}, ", "from: ["):
        ran = promoted.verify()
    assert ran.code == 3
    assert statuses(ran.document)["approvals"] == "broken"


def test_a_registry_that_does_not_answer_is_no_break(promoted: Promoted) -> None:
    promoted.scene.proxy.fail(requests("", "/v2/"), status(503))
    ran = promoted.verify()
    assert ran.code == 4
    found = statuses(ran.document)
    assert found["chart"] == found["image"] == found["promotion record"] == "unknown"
    assert found["version tag"] == found["commit"] == "ok"
    assert "broken" not in found.values()


def test_a_cluster_that_does_not_answer_is_no_break(promoted: Promoted) -> None:
    config = promoted.scene.temporary / "nowhere"
    text = promoted.scene.shop.place.kubeconfig.read_text(encoding="utf-8")
    config.write_text(text.replace(promoted.scene.server, "http://127.0.0.1:9"), encoding="utf-8")
    ran = promoted.verify(kubeconfig=config)
    assert ran.code == 4
    assert set(statuses(ran.document).values()) == {"unknown"}


def test_all_services_of_an_environment(promoted: Promoted) -> None:
    ran = promoted.scene.shop.run("release", "verify", "--all", "--env", "prod")
    assert ran.code == 0, ran.out
    assert [line.split()[:3] for line in ran.out.splitlines()[1:]] == [
        [SERVICE, VERSION, "ok"],
        ["orders", "-", "not"],
    ]
    with promoted.mended():
        _no_tag(promoted)
        ran = promoted.scene.shop.run("release", "verify", "--all", "--env", "prod")
    assert ran.code == 3
    assert f"{SERVICE}: version tag broken: there is no annotated tag {SERVICE}/{VERSION}" in ran.out


@pytest.mark.parametrize("arguments", [(), (SERVICE, "--all")])
def test_one_service_or_all_of_them(promoted: Promoted, arguments: tuple[str, ...]) -> None:
    ran = promoted.scene.shop.run("release", "verify", *arguments, "--env", "prod")
    assert (ran.code, "give either SERVICE or --all" in ran.err) == (2, True)

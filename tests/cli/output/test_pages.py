"""Job summaries as GitHub's Markdown reads them: hostile text is text, wherever it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from helmforge.cli.output.markdown import block, code, shortened, table
from helmforge.cli.output.report import Report, Subject
from helmforge.cli.output.summary_page import LIMIT, summary_page
from helmforge.cli.printing import clean
from helmforge.domain.affected import Reason
from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.domain.names import EnvironmentName, ServiceName
from helmforge.domain.orphans import Orphan
from helmforge.errors import StepError
from helmforge.flows.events import Outcome, Status
from helmforge.flows.summary import Summary
from tests.cli.output.hostile import TEXTS, surprising
from tests.flows.plans import plan

if TYPE_CHECKING:
    from markdown_it.token import Token

CI = Ci(CiSystem.GITHUB, "https://ci.example/run/1", "https://ci.example/commit/")
COMMIT = "0123456789abcdef" * 2 + "01234567"
LINKS = {CI.run_url, CI.commit_url + COMMIT}
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens_of(page: str) -> list[Token]:
    return [inner for token in _PARSER.parse(page) for inner in (token, *(token.children or ()))]


def rows_of(page: str) -> list[int]:
    """How many cells each row of each table has."""
    cells: list[int] = []
    for token in tokens_of(page):
        if token.type == "tr_open":
            cells.append(0)
        elif token.type in {"td_open", "th_open"}:
            cells[-1] += 1
    return cells


def codes_of(page: str) -> list[str]:
    """Texts between <code> and </code>, as a browser shows them."""
    found, inside = [], False
    for token in tokens_of(page):
        if token.type == "html_inline":
            inside = token.content == "<code>"
            found += [""] if inside else []
        elif inside and token.type == "text":
            found[-1] += token.content
    return found


def demand_nothing_but_ours(page: str) -> None:
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens_of(page)}
    assert kinds <= {
        *("heading", "inline", "text", "paragraph", "html_inline", "fence", "strong", "link", "em"),
        *(
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "bullet_list",
            "list_item",
            "softbreak",
            "text_special",
        ),
    }
    for token in tokens_of(page):
        assert token.type != "html_inline" or token.content in {"<code>", "</code>"}
        assert token.type != "link_open" or token.attrs["href"] in LINKS
        assert token.type != "fence" or token.info == "text"
    rest = re.sub(r"^(`{3,})text$.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    for address in LINKS:
        rest = rest.replace(f"(<{address}>)", "")
    assert not re.search(r"https?:|www\.|@", rest, re.IGNORECASE)  # those would be links of GitHub's own
    assert not surprising(page)


@settings(max_examples=150)
@given(TEXTS, TEXTS, TEXTS, st.integers(1, 7))
def test_a_page_of_hostile_texts(title: str, reason: str, why: str, services: int) -> None:
    names = [f"shop-{number}" for number in range(services)]
    whole = plan(*names)
    error = StepError(reason, where=title, why=why, hint=reason)
    outcomes = {one.id: Outcome(Status.SKIPPED, reason=reason) for one in whole} | {
        f"{names[0]}/first": Outcome(Status.FAILED, reason=reason, error=error, seconds=1.5),
        f"{names[-1]}/second": Outcome(Status.DONE, {"image": title, "digest": reason}, seconds=2.0),
    }
    subject = Subject(
        "pipeline run",
        title,
        COMMIT,
        "trunk",
        reasons=tuple(Reason(ServiceName(name), why, title) for name in names),
        orphans=(Orphan(ServiceName("old"), EnvironmentName("qa"), title, "ns", why),),
    )
    page = summary_page(Report(subject, Summary(whole, outcomes)), CI)
    demand_nothing_but_ours(page)
    steps = [services + 1] * 3 if services <= 4 else [3] * (services + 1)
    artifacts = [5] * (2 if title.partition("@")[0] or reason else 1)
    reasons = [2] * (services + 1)
    assert rows_of(page) in (steps + artifacts + reasons, steps + reasons)
    assert codes_of(page)[:1] == [shortened(clean(title))] or not clean(title)


@settings(max_examples=200)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_a_row_keeps_its_cells_and_a_block_its_lines(texts: list[str]) -> None:
    """A row with too many cells would lose the last ones, and say nothing."""
    shown = [shortened(clean(text)) for text in texts]
    page = "\n".join(table(["x"] * len(texts), [[code(text) for text in texts]]))
    assert codes_of(page) == [text for text in shown if text]
    assert rows_of(page) == [len(texts)] * 2
    (fence,) = _PARSER.parse(block(texts))
    assert (fence.type, fence.content) == ("fence", "".join(f"{line}\n" for line in shown))


def test_what_a_good_run_says() -> None:
    whole = plan("shop", "cart")
    facts = {"image": "myrepo.cr.io/shop:1.2.0", "digest": "sha256:" + "a" * 64}
    outcomes = {one.id: Outcome(Status.DONE, facts, seconds=1.25) for one in whole}
    page = summary_page(Report(Subject("pipeline run", "push of main", COMMIT), Summary(whole, outcomes)), CI)
    lines = page.splitlines()
    assert lines[0] == "## helmforge pipeline run: done"
    assert "| <code>first</code> | done 1.2 s | done 1.2 s |" in lines
    assert codes_of(page)[0] == "push of main"
    assert {"myrepo.cr.io/shop:1.2.0", "sha256:" + "a" * 64} <= set(codes_of(page))


def test_nothing_to_do_is_said_with_the_reason() -> None:
    page = summary_page(Report(Subject("pipeline run", idle="no service is affected")), Ci())
    assert page == (
        "## helmforge pipeline run: nothing to do\n\nNothing to do: <code>no service is affected</code>\n\n"
    )


def test_a_failure_before_the_first_step() -> None:
    page = summary_page(Report(Subject("pipeline run"), failure=StepError("no", hint="yes")), Ci())
    assert page.splitlines()[0] == "## helmforge pipeline run: failed"
    assert page.splitlines()[-5:-1] == ["```text", "error: no", "  do: yes", "```"]


def test_a_page_stays_below_the_limit_and_whole() -> None:
    names = [f"service-{number}" for number in range(5000)]
    whole = plan(*names)
    long = Outcome(Status.FAILED, reason="x", error=StepError("x", why="y" * 5000))
    reasons = tuple(Reason(ServiceName(name), "services/x" * 20, "") for name in names)
    report = Report(Subject("pipeline run", reasons=reasons), Summary(whole, {one.id: long for one in whole}))
    page = summary_page(report, CI)
    assert LIMIT - 5000 < len(page.encode()) <= LIMIT
    assert page.endswith("_The rest is left out: a summary holds 1 MiB._\n")
    demand_nothing_but_ours(page[-20_000:].partition("\n\n")[2])
    assert summary_page(report, CI, limit=10) == ""


def test_the_parser_finds_what_breaks_out() -> None:
    """Otherwise the tests above prove nothing."""
    assert "link_open" in [token.type for token in tokens_of("[x](https://evil.example)")]
    assert "html_inline" in [token.type for token in tokens_of("a <b>x</b>")]
    assert rows_of("| a |\n| --- |\n| x | y |") == [1, 1]

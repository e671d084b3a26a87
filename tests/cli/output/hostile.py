"""Text that wants to be more than text: names of branches, titles of commits, what tools print."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

FRAGMENTS = [
    "::",
    ":",
    "::error::pwned",
    "::set-output name=x::y",
    "::add-mask::a",
    "::stop-commands::x",
    "::endgroup::",
    "::token-1::",
    "##[",
    "##[endgroup]",
    "##[set-env name=PATH]x",
    "##[add-path]/tmp",
    "##vso[task.setvariable variable=a;isOutput=true]b",
    "##VSO[task.complete result=Failed;]",
    "##vso[",
    "#\u200d#\u200c[group]",
    "##v\u200dso[task.prependpath]/x",
    "#",
    "[",
    "]",
    ";",
    ",",
    "=",
    "%0A",
    "%0A::error::x",
    "%25",
    "%AZP25",
    "%5D",
    "\x1b",
    "\x1b[31m",
    "\x1b[2J",
    "\x9b31m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b[0Ksection_start:1:x\r\x1b[0K",
    "section_end:1:helmforge_shop_test\r\x1b[0K",
    "\r",
    "\n",
    "\r\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1c",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u200b",
    "\xad",
    "\x00",
    "\x07",
    "\x08",
    "\ud800",
    "\udcff",
    "\ufffe",
    "\U000e0041",
    "]]>",
    "<![CDATA[",
    "&lt;",
    "&#64;",
    "<!--",
    "-->",
    "</code>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`",
    "```",
    "````",
    "~~~",
    "|",
    "\\|",
    "\\",
    "\n\n# title\n",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "**",
    "_x_",
    "~~",
    "@everyone",
    "$x$",
    ":tada:",
    "- ",
    "1. ",
    "> ",
    " ",
    "\t",
    "\xa0",
    "\u3000",
    "x",
    "<<EOF\nEOF\nimage=evil",
    "x" * 9000,
]
"""Each is a trick that worked somewhere, or a piece of one."""

TEXTS = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text(st.characters(exclude_categories=()), max_size=5)),
    max_size=6,
).map("".join)

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_INVISIBLE = set("\xad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff\U000e0041")


def surprising(text: str) -> set[str]:
    """Characters of a log that do something, or hide: what ends a line counts only as a line feed."""
    return {
        one
        for one in set(text) - {"\n", "\t"}
        if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(one) in _TURNING
        or one in _INVISIBLE
    }

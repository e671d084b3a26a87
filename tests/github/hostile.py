"""Names as an attacker would choose them: a shell that reads one as a command leaves a file `canary`."""

from __future__ import annotations

import random

_COMMANDS = [
    "$(touch canary)",
    "`touch canary`",
    ";touch canary;",
    "|touch canary|",
    "&touch canary&",
    "&&touch canary",
    "||touch canary",
    "\ntouch canary\n",
    "\r\ntouch canary\r\n",
    "';touch canary;'",
    '";touch canary;"',
    ">canary",
    "<(touch canary)",
    "${x:=$(touch canary)}",
    "$((a[$(touch canary)]))",
    "a[$(touch canary)]",
    "{touch,canary}",
    "\\$(touch canary)",
    "!touch canary",
    "() { :;}; touch canary",
]
_WORDS = [
    "${{ github.token }}",
    "${{ secrets.TOKEN }}",
    "}}",
    "::set-env name=PATH::.",
    "::add-mask::*",
    "##[error]x",
    "\nmatrix=x\n",
    "<<EOF",
    "EOF",
    "--help",
    "-x",
    "*",
    "?",
    "~",
    "$PATH",
    "${IFS}",
    "\\",
    "'",
    '"',
    "\x1b[2J",
    "\x7f",
    "\u202e",
    "\u2028",
    "é",
    " ",
    "\t",
    "%0A",
    "..",
    "feature/",
    "release/shop/1.0.0",
]


def hostile_names(number: int) -> list[str]:
    """The same ones each time: every command and word alone, then mixtures."""
    chance = random.Random(4)
    names = [*_COMMANDS, *_WORDS]
    while len(names) < number:
        parts = chance.choices([*_COMMANDS, *_WORDS, "a", "shop", "/"], k=chance.randint(1, 5))
        names.append("".join(parts))
    return names

"""TOML as a person would write it: aligned keys, a comment beside or above each."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.open_questions import ASK

WIDTH = 100


@dataclass(frozen=True)
class Line:
    """A key with its value as TOML, why, and what is asked where it is not known."""

    key: str
    value: str
    why: str = ""
    asked: str = ""


def text(value: str) -> str:
    r"""Return a text as a TOML string.

    Examples
    --------
    >>> text('say "A"\x7f')
    '"say \\"A\\"\\u007f"'
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """Return a name as a TOML key.

    Examples
    --------
    >>> key("AMOUNT_REQ"), key("Lead Source")
    ('AMOUNT_REQ', '"Lead Source"')
    """
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else text(name)


def texts(values: Iterable[str]) -> str:
    """Return texts as a TOML array."""
    return "[" + ", ".join(map(text, values)) + "]"


def tall(values: Sequence[tuple[str, str]]) -> str:
    """Return a TOML array with an element and a comment on each line."""
    if not values:
        return "[]"
    width = min(40, max(len(text(v)) for v, _ in values) + 1)
    lines = [f"  {text(v) + ',':<{width}}  # {flat(why)}" for v, why in values]
    return "[\n" + "\n".join(lines) + "\n]"


def query(sql: str) -> str:
    """Return SQL as a TOML string, on lines of its own where that is possible."""
    return f"'''\n{sql}\n'''" if "'''" not in sql else text(sql)


def flat(said: str) -> str:
    r"""Return a text that stays inside its comment.

    Examples
    --------
    >>> flat("a column\n[run]")
    'a column [run]'
    """
    kept = "".join(c if c.isprintable() else " " for c in said)
    return " ".join(kept.split())


def comment(said: str) -> list[str]:
    """Return a text as comment lines."""
    return textwrap.wrap(
        flat(said),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def section(header: str, lines: Sequence[Line]) -> list[str]:
    """Return a section: its header and its keys, aligned."""
    width = max((len(line.key) for line in lines), default=0)
    told = [header]
    for line in lines:
        written = f"{line.key:<{width}} = {line.value}"
        if line.asked:
            told += comment(f"{ASK} {line.asked}")
        beside = f"{written}  # {flat(line.why)}"
        if not line.why:
            told.append(written)
        elif "\n" not in written and len(beside) <= WIDTH:
            told.append(beside)
        else:
            told += [*comment(line.why), written]
    return told

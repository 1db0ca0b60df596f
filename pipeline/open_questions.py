"""What a configuration still asks: a ``?`` for a value, and a question above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from features.errors import ConfigError

ASK: Final = "ASK:"  # begins a question, in a comment
UNKNOWN: Final = "?"  # written where only a person can tell
MOST_SAID = 3
SECTIONS: Final = (
    "leads", "accounts", "touches", "milestones", "outcome", "snapshots",
)  # fmt: skip
# Keys under which a question mark may be a word of the data's own.
_OF_DATA: Final = {"query", "null_tokens", "labels", "words", "columns", "delimiter"}

_HEADER = re.compile(r"\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?")
_KEY = re.compile(r"""["']?(?:\w+\.)*(\w+)["']?\s*=.*["']\?["'].*""")


def refuse_open_questions(path: Path, text: str, raw: dict[str, Any]) -> None:
    """Lead whoever runs a configuration back to what it still asks.

    Parameters
    ----------
    text : str
        The file, as written.
    raw : dict
        What holds after all changes, where a question may have been answered.

    Raises
    ------
    ConfigError
        When a question is open.
    """
    left = list(dict.fromkeys(_open_keys(raw)))
    if not left:
        return
    asked = _questions(text)
    told = [_said(section, key, asked) for section, key in left[:MOST_SAID]]
    more = len(left) - MOST_SAID
    also = f" {more} more are open." if more > 0 else ""
    raise ConfigError(
        f"{path.name} leaves open what only someone who knows the company can say. "
        f'{" ".join(told)}{also} Write each answer instead of the "?".'
    )


def _open_keys(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Section and key of every value that is a question mark, or lists one."""
    for section in SECTIONS:
        held = raw.get(section, {})
        for table in held if isinstance(held, list) else [held]:
            for key, value in table.items() if isinstance(table, dict) else ():
                listed = value if isinstance(value, list) else [value]
                if key not in _OF_DATA and UNKNOWN in listed:
                    yield section, key


def _questions(text: str) -> dict[tuple[str, str], tuple[int, str]]:
    r"""Line and question of every key that is a question mark, as it is written.

    Examples
    --------
    >>> text = '[outcome]\n# ASK: is it won\n# or sold?\n\nconversion = "?"'
    >>> _questions(text)
    {('outcome', 'conversion'): (5, 'is it won or sold?')}
    """
    found: dict[tuple[str, str], tuple[int, str]] = {}
    section, comment = "", list[str]()
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line.startswith("#"):
            told = line.lstrip("# ")
            comment = [told] if told.startswith(ASK) else [*comment, told]
        elif header := _HEADER.fullmatch(line):
            section = header.group(1)
        elif line:
            if (key := _KEY.fullmatch(line)) is not None:
                is_asked = bool(comment) and comment[0].startswith(ASK)
                asked = " ".join(comment).removeprefix(ASK).strip() if is_asked else ""
                found.setdefault((section, key.group(1)), (number, asked))
            comment = []
    return found


def _said(section: str, key: str, asked: dict[tuple[str, str], tuple[int, str]]) -> str:
    if (section, key) not in asked:
        return f'{section}.{key} is "?".'
    number, question = asked[section, key]
    return f"Line {number}, {key}: {question or 'it is not said yet.'}"

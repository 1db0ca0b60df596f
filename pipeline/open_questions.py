"""What a configuration still asks: a ``?`` for a value, and a question above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from features.errors import ConfigError

ASK: Final = "ASK:"  # begins a question, in a comment
UNKNOWN: Final = "?"  # written where only a person can tell
MOST_SAID = 3

_HEADER = re.compile(r"\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?")
_OPEN = re.compile(r"(\w+)\s*=\s*\"\?\"\s*(#.*)?")


@dataclass(frozen=True)
class OpenQuestion:
    """A key whose value is a question still.

    Attributes
    ----------
    line : int
        Of the file, from 1.
    section, key : str
    question : str
        As it stands in the comment above the key.
    """

    line: int
    section: str
    key: str
    question: str


def open_questions(text: str) -> list[OpenQuestion]:
    r"""Find the questions that stand above a key with a ``?`` for its value.

    Examples
    --------
    >>> text = '[outcome]\n# ASK: is it won\n# or sold?\nconversion = "?"'
    >>> [(q.line, q.key, q.question) for q in open_questions(text)]
    [(4, 'conversion', 'is it won or sold?')]
    """
    found, section, comment = [], "", list[str]()
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line.startswith("#"):
            told = line.lstrip("# ")
            comment = [told] if told.startswith(ASK) else [*comment, told]
            continue
        if header := _HEADER.fullmatch(line):
            section = header.group(1)
        key = _OPEN.fullmatch(line)
        if key is not None and comment and comment[0].startswith(ASK):
            question = " ".join(comment).removeprefix(ASK).strip()
            found.append(OpenQuestion(number, section, key.group(1), question))
        comment = []
    return found


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
    left = [q for q in open_questions(text) if _is_open(q, raw)]
    if not left:
        return
    told = " ".join(f"Line {q.line}, {q.key}: {q.question}" for q in left[:MOST_SAID])
    more = len(left) - MOST_SAID
    also = f" {more} more are open." if more > 0 else ""
    raise ConfigError(
        f"{path.name} leaves open what only someone who knows the company can say. "
        f'{told}{also} Write each answer instead of the "?".'
    )


def _is_open(asked: OpenQuestion, raw: dict[str, Any]) -> bool:
    section = raw.get(asked.section)
    return not isinstance(section, dict) or section.get(asked.key) == UNKNOWN

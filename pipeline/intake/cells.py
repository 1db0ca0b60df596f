"""What a cell of text means: a word, a number, or nothing."""

from __future__ import annotations

from features.engine import literal

WHITE_SPACE = " \t\n\r\f\v\u00a0\u2007\u202f\ufeff"  # the last: a stray byte order mark
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def trimmed(text: str) -> str:
    """Return SQL for a text without white space around it.

    Most texts begin and end with a visible ASCII character, which is cheap to see.
    """
    is_trim = " AND ".join(f"{text}[{i}] BETWEEN '!' AND '~'" for i in (1, -1))
    trim = f"trim({text}, {literal(WHITE_SPACE)})"
    return f"CASE WHEN {is_trim} THEN {text} ELSE {trim} END"


def unless_null(text: str, null_tokens: tuple[str, ...]) -> str:
    """Return SQL for a text that is missing if it is empty or a null token."""
    tokens = ", ".join(literal(t) for t in dict.fromkeys(("", *null_tokens)))
    return f"CASE WHEN {text} NOT IN ({tokens}) THEN {text} END"


def number(cell: str) -> str:
    """Return SQL for a finite number, missing where there is none.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> engine = open_engine()
    >>> cells = ["1.5", "-0.0", "inf", "1e999", "12 EUR"]
    >>> told = ", ".join(number(f"'{c}'") for c in cells)
    >>> engine.execute(f"SELECT {told}").fetchall()
    [(1.5, 0.0, None, None, None)]
    """
    cast = f"TRY_CAST({cell} AS DOUBLE)"
    is_number = f"{is_bare_number(cell)} AND isfinite({cast})"
    return f"CASE WHEN {is_number} THEN {cast} + 0.0 END"  # + 0.0: there is no -0.0


def is_bare_number(cell: str) -> str:
    """Return SQL for whether a cell is a number and nothing else."""
    return f"regexp_full_match({cell}, {literal(NUMBER)})"

"""JSON and TOML as they are read here: of the expected type, and not nested for ever.

Why one reader: Python's own give up on deep nesting by a RecursionError, past whatever
is written for damaged files, and are content with a list where a record was meant.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from typing import Any

MOST_LEVELS = 100  # of lists and tables within one another; ours have ten at most


class DocumentError(ValueError):
    """A text is not the JSON or TOML that was expected; it says why in a few words."""


class NestingError(DocumentError):
    """A text is nested too deeply for those who walk through it."""


def json_value(text: str) -> Any:
    """Read any JSON.

    Raises
    ------
    DocumentError
        When it is none, or is nested too deeply.
    """
    return _parsed(json.loads, text)


def json_record(text: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    DocumentError
        When it is none, or is nested too deeply.

    Examples
    --------
    >>> json_record('{"run": "first"}')
    {'run': 'first'}
    >>> json_record('["first"]')
    Traceback (most recent call last):
    features.documents.DocumentError: it holds a list, where a record was expected
    """
    value = json_value(text)
    if not isinstance(value, dict):
        raise DocumentError(f"it holds {_kind(value)}, where a record was expected")
    return value


def toml_table(text: str) -> dict[str, Any]:
    """Read TOML.

    Raises
    ------
    DocumentError
        When it is none, or is nested too deeply.
    """
    table: dict[str, Any] = _parsed(tomllib.loads, text)
    return table


def check_levels(value: object) -> None:
    """Refuse what is nested too deeply for those who walk through it.

    Raises
    ------
    NestingError
        When it has more than 100 levels.

    Examples
    --------
    >>> check_levels([[[]]])
    """
    level: list[dict[str, Any] | list[Any]] = _nested([value])
    for _ in range(MOST_LEVELS):
        if not level:
            return
        inside = (v.values() if isinstance(v, dict) else v for v in level)
        level = [each for values in inside for each in _nested(values)]
    if level:
        raise _too_deep()


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    """Parse a text, and refuse what is nested too deeply."""
    try:
        value = parse(text)
    except (ValueError, RecursionError) as error:
        raise _reason(error) from error
    check_levels(value)
    return value


def _nested(values: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    return [value for value in values if isinstance(value, dict | list)]


def _too_deep() -> NestingError:
    return NestingError(
        f"lists or records are nested in it more than {MOST_LEVELS} levels deep"
    )


def _reason(error: BaseException) -> DocumentError:
    return _too_deep() if isinstance(error, RecursionError) else DocumentError(error)


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")

"""JSON and TOML: read as records of bounded depth, or refused in a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.documents import (
    MOST_LEVELS,
    DocumentError,
    NestingError,
    check_levels,
    json_record,
    json_value,
    toml_table,
)

DEEP = 100_000  # where Python's readers give up


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (json_value, "[" * DEEP),
        (json_value, "[" * DEEP + "]" * DEEP),
        (json_record, '{"a":' * DEEP + "1" + "}" * DEEP),
        (json_value, "[" * 101 + "]" * 101),
        (toml_table, "a = " + "[" * DEEP),
        (toml_table, "a = " + "[" * DEEP + "]" * DEEP),
        (toml_table, "a = " + "{b = " * DEEP),
        (toml_table, ".".join("a" * 200) + " = 1"),
        (toml_table, "[" + ".".join("a" * 200) + "]"),
    ],
)
def test_deep_nesting_is_said_in_a_few_words(
    read: Callable[[str], Any], text: str
) -> None:
    with pytest.raises(NestingError, match="in it more than 100 levels deep"):
        read(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[]", "a list"), ('"a"', "a text"), ("3", "a number"), ("null", "null"),
     ("true", "true or false")],
)  # fmt: skip
def test_what_is_no_record_is_called_what_it_is(text: str, kind: str) -> None:
    with pytest.raises(DocumentError, match=f"it holds {kind}, where a record was"):
        json_record(text)


@pytest.mark.parametrize("read", [json_value, toml_table])
def test_a_number_of_five_thousand_digits_is_refused(
    read: Callable[[str], Any],
) -> None:
    with pytest.raises(DocumentError, match="4300"):
        read(("a = " if read is toml_table else "") + "9" * 5_000)


@given(st.integers(1, 300), st.booleans())
def test_a_hundred_levels_are_allowed_and_no_more(depth: int, is_list: bool) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value] if is_list else {"a": value}
    if depth <= MOST_LEVELS:
        check_levels(value)
    else:
        with pytest.raises(NestingError):
            check_levels(value)

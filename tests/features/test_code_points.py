"""Texts that read alike are one text, in SQL and in Python alike."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.code_points import normalised, normalised_sql
from features.engine import open_engine
from features.letters import plain

_LETTERS = st.sampled_from(
    "ae O1\u0301\u0308\u0345\u0130\u0131\u00df\u212b\u03b1\u200b\u200c\u200d\u00a0"
    "\u3000\u00ad\ufeff\uff11\uff21\uff76\uff9e\uffa1\u30ab\u1100\u1161\ud55c"
    "\u0928\U0001f469"
)
_TEXTS = st.lists(st.text(_LETTERS, max_size=6), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (unicodedata.normalize("NFD", "Geschäftsführer"), "Geschäftsführer"),
        ("\uff11\uff11\uff0d\uff15\uff10", "11-50"),  # full width
        ("\uff21\uff23\uff2d\uff25", "ACME"),
        ("\uff76\uff9e\uff7d", "\u30ac\u30b9"),  # half width, its mark a letter
        ("web\u200binar", "webinar"),
        ("web\u00adinar", "webinar"),
        ("demo\u00a0request", "demo request"),
        ("demo\u3000request", "demo request"),
        ("\u202awebinar\u202c", "webinar"),
        ("web\u200dinar", "webinar"),
    ],
)
def test_texts_that_read_alike_are_one_text(written: str, meant: str) -> None:
    assert normalised(written) == normalised(meant) == meant


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner
        "\U0001f469\u200d\U0001f4bb",  # one sign made of two
        "x\u00b2",  # a power is no 2
        "Straße",
    ],
)
def test_what_reads_otherwise_is_left_as_it_is(text: str) -> None:
    assert normalised(text) == text


@settings(max_examples=30, deadline=None, derandomize=True)
@given(texts=_TEXTS)
def test_sql_and_python_write_the_same_and_once_is_enough(texts: list[str]) -> None:
    trimmed = [t.strip(" ") for t in texts]
    with open_engine(threads=1) as engine:
        engine.register("given", pa.table({"x": trimmed}))
        query = f"SELECT {normalised_sql('x')} FROM given"
        told = [text for (text,) in engine.execute(query).fetchall()]
    assert told == [normalised(t) for t in trimmed]
    assert [normalised(t) for t in told] == told


def test_turkish_capitals_are_plain_letters() -> None:
    assert (
        plain("İSTANBUL") == plain("istanbul") == plain("\u0131stanbul") == "istanbul"
    )

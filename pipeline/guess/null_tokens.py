"""Null tokens of a file that may be values: what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ..intake.null_tokens import MAY_BE_VALUES
from . import toml
from .column import Column
from .sample import Sample

MOST_CATEGORIES = 50  # of more, any word is as frequent as most


def token_questions(sample: Sample, used: list[str]) -> Iterator[str]:
    """Ask of each null token that is as frequent as a category of its column.

    Parameters
    ----------
    used : list of str
        The columns that are attributes.
    """
    columns = {c.name: c for c in sample.columns}
    marks = {
        token
        for name, tokens in sample.taken.items()
        for token in tokens
        if columns[name].is_number
    }
    for name in used:
        column, tokens = columns[name], sample.taken.get(name, {})
        for token, cells in tokens.items():
            if token in MAY_BE_VALUES - marks and _may_be_value(column, cells):
                others = toml.texts(("", *sorted(tokens.keys() - {"", token})))
                yield (
                    f"does {token!r} in {name} ({cells:,} rows) stand for missing? It "
                    "is read so; if it is a value, say null_tokens = "
                    f"{{ {toml.key(name)} = {others} }}."
                )


def _may_be_value(column: Column, cells: int) -> bool:
    is_category = 0 < column.distinct <= MOST_CATEGORIES and not column.is_instant
    return (
        is_category and not column.is_number and cells >= median(column.counts.values())
    )

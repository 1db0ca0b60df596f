"""What becomes of each attribute: used, never used, or left out; and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from features.attributes import NO, YES
from features.company import Means
from features.engine import Engine

from . import lexicon, words
from .column import Column
from .dated import MOST_STAGES
from .meanings import meaning_of
from .sample import Sample
from .words import speaks

LEAST_GAP = 0.5  # between the shares filled of ended leads and of the others
FAR = 5  # times the next: a number that stands for something else
LEAST_FREQUENT = 0.05


class Fate(Enum):
    """What becomes of an attribute."""

    USED = "used"
    NEVER = "never"
    OUT = "left out"


@dataclass(frozen=True)
class Attribute:
    """An attribute, its fate, and why.

    Attributes
    ----------
    name : str
    fate : Fate
    why : str
        Without a value of any row.
    is_asked : bool
        Whether only a person can know.
    means : str or None
        Where the pipeline would not guess it.
    means_why : str
        Beside it, where its name does not say enough.
    is_personal : bool
    is_behavioural : bool
    """

    name: str
    fate: Fate
    why: str
    is_asked: bool = False
    means: str | None = None
    means_why: str = ""
    is_personal: bool = False
    is_behavioural: bool = False


def attributes_of(
    engine: Engine,
    sample: Sample,
    taken: Iterable[str],
    gaps: dict[str, float],
    *,
    is_flat: bool,
) -> tuple[Attribute, ...]:
    """Judge every column that has no part of its own.

    Parameters
    ----------
    taken : iterable of str
        Columns with a part of their own.
    gaps : dict of str to float
        By how much more often a column is filled for leads that came to an end.
    is_flat : bool
        Whether counts may speak of what the lead did.
    """
    parts = set(taken)
    return tuple(
        _attribute(c, gaps.get(c.name, 0.0), meaning_of(engine, c), is_flat=is_flat)
        for c in sample.columns
        if c.name not in parts
    )


def _attribute(
    column: Column, gap: float, meaning: tuple[Means, str] | None, *, is_flat: bool
) -> Attribute:
    name = column.name
    out = _why_out(column, is_read=meaning is not None)
    if out is not None:
        return Attribute(name, Fate.OUT, out)
    if gap >= LEAST_GAP:
        return Attribute(
            name,
            Fate.NEVER,
            f"its share filled is {100 * gap:.0f} points higher once a lead has ended",
            is_asked=True,
        )
    if speaks(name, lexicon.LATE):
        return Attribute(
            name, Fate.NEVER, "a name of what tends to be filled late", is_asked=True
        )
    if not is_flat and (why := _why_later(column)) is not None:
        return Attribute(name, Fate.NEVER, why, is_asked=True)
    means, why = meaning or (_means(column), "")
    return Attribute(
        name,
        Fate.USED,
        _told(column, means),
        means=means,
        means_why=why,
        is_personal=means == "email",
        is_behavioural=is_flat and column.is_number and speaks(name, lexicon.COUNTS),
    )


def _why_out(column: Column, *, is_read: bool) -> str | None:
    """Why a column says nothing of a lead that another lead could share."""
    if not column.filled:
        return "empty"
    if column.name.casefold() == "lead_id":
        return "the name is taken"
    if column.distinct == 1 and column.filled == column.rows:
        return "the same in every row"
    if column.is_email:
        return None
    if said_is_name(column.name) or (
        speaks(column.name, lexicon.PERSON) and not is_read
    ):
        return "it names or finds one person or firm"
    if speaks(column.name, lexicon.FREE_TEXT):
        return "free text"
    if column.is_instant:
        return "an instant, which is no attribute"
    if column.is_varied and not (column.is_number or is_read or _is_title(column)):
        return "nearly all different: a name, an id or free text"
    if column.is_whole and column.is_varied and column.looks_like_id:
        return "nearly all different: an id"
    return None


def _why_later(column: Column) -> str | None:
    """Why a column of a dated export may tell what came after the creation."""
    name = column.name
    if speaks(name, lexicon.OUTCOMES) or words.converts(name):
        return "by its name it tells whether the lead converted"
    if speaks(name, lexicon.STAGE):
        return "by its name it tells how far the lead has come"
    is_few = column.distinct <= MOST_STAGES and not column.is_number
    if is_few and any(speaks(text, lexicon.CLOSINGS) for text in column.counts):
        return "its texts tell what became of the lead"
    if speaks(name, lexicon.PRESENT):
        return "by its name what holds at the export"
    is_count = speaks(name, lexicon.A_COUNT) or speaks(name, lexicon.COUNTS)
    if column.is_number and is_count and not speaks(name, lexicon.SIZE):
        return "by its name a count up to the export"
    return None


def said_is_name(name: str) -> bool:
    """Whether a column is called just name.

    Examples
    --------
    >>> said_is_name("Name"), said_is_name("campaign_name")
    (True, False)
    """
    return words.said(name) in {"name", "lead name", "contact name", "customer name"}


def _is_title(column: Column) -> bool:
    return speaks(column.name, lexicon.TITLE) and not column.is_number


def _means(column: Column) -> str | None:
    if column.is_email:
        return "email"
    if _is_title(column):
        return "title"
    if column.is_number and speaks(column.name, lexicon.CODE):
        return "category"
    if not column.is_number and {t.casefold() for t in column.counts} <= {*YES, *NO}:
        return "flag"
    return None


def _told(column: Column, means: str | None) -> str:
    kind = means or ("number" if column.is_number else "category")
    told = {"email": "e-mail", "title": "job title", "size": "company size"}.get(
        kind, kind
    )
    blank = 1 - column.filled_share
    share = f", {max(blank, 0.01):.0%} missing" if blank > 0 else ""
    is_plain = kind in {"email", "title", "flag"}
    values = "" if is_plain else f", {column.distinct:,} values"
    return told + values + share


def gaps_in(engine: Engine, sample: Sample, is_ended: str) -> dict[str, float]:
    """By how much more often each column is filled where a lead has ended.

    Parameters
    ----------
    is_ended : str
        SQL over the sample's relation, true or false.
    """
    names = [c.name for c in sample.columns if 0 < c.filled < c.rows]
    if not names:
        return {}
    told = ", ".join(
        f"avg(CAST({sample.cell(n)} IS NOT NULL AS INTEGER)) FILTER (is_ended) - "
        f"avg(CAST({sample.cell(n)} IS NOT NULL AS INTEGER)) FILTER (NOT is_ended)"
        for n in names
    )
    [row] = engine.execute(
        f"SELECT {told} FROM (SELECT *, coalesce({is_ended}, false) AS is_ended "
        f"FROM {sample.relation})"
    ).fetchall()
    return {n: float(gap) for n, gap in zip(names, row, strict=True) if gap is not None}


def stand_in(column: Column) -> str | None:
    """A number far from all others that many rows have: it may stand for missing."""
    if not column.is_whole or not 3 <= column.distinct < column.filled:
        return None
    numbers = sorted((int(t), n) for t, n in column.counts.items() if t.isdigit())
    (next_best, _), (largest, count) = numbers[-2:]
    is_far = largest >= FAR * max(next_best, 1) and set(str(largest)) == {"9"}
    is_frequent = count >= LEAST_FREQUENT * column.filled
    return str(largest) if is_far and is_frequent else None

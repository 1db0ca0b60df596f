"""The sections that say what is predicted, for whom, and with which promises."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.open_questions import UNKNOWN

from . import toml
from .ending import MOST_HORIZON_DAYS, Ending
from .flat import FlatOutcome
from .guessed import Guess
from .sample import commonest
from .table_page import Page
from .toml import Line

MOST_TOLD = 12
FEW_CONVERSIONS = 1_000
LEAST_PROMISE, MOST_PROMISE = 0.05, 0.90


def outcome_lines(guess: Guess) -> Page:
    """What a conversion is, and how long it may take."""
    return _dated(guess) if guess.ending is not None else _flat(guess)


def snapshot_lines(guess: Guess) -> Page:
    """When leads are looked at."""
    if guess.ending is None:
        why = "by the time of the export: no conversion is dated"
        return [Line("rule", toml.text("export"), why)], []
    if _is_weekly(guess):
        why = "open leads of all ages, as scored at night"
        return [Line("rule", toml.text("weekly"), why)], []
    why = "once, when they come: without touches only their age changes"
    question = 'are open leads scored again later? Then rule = "weekly".'
    return [Line("rule", toml.text("after_creation"), why)], [question]


def cutoff_lines(guess: Guess) -> Page:
    """Promises that the observed rate of conversion makes plausible.

    Looked at every week, a lead that stays open is counted again and again, so that
    the rate of snapshots lies far from that of leads: no precision is proposed then,
    but a share of the leads that sales can work.
    """
    if guess.rate is None:
        return _unpromised()
    rate = (
        f"If {guess.event} is the conversion, {guess.rate:.1%} of the leads looked at "
        "had it"
    )
    mql = "{ capture = 0.80, confidence = 0.95, otherwise = { capacity_share = 0.30 } }"
    question = f"what do marketing and sales need of these promises? {rate}."
    if _is_weekly(guess):
        why = "a share of capacity: the rate of weekly snapshots is not known yet"
        return [Line("mql", mql), Line("sql", "{ capacity_share = 0.05 }", why)], [
            question
        ]
    sql = (
        f"{{ precision = {promise_of(guess.rate):.2f}, confidence = 0.95, "
        "otherwise = { capacity_share = 0.05 } }"
    )
    return [Line("mql", mql), Line("sql", sql)], [question]


def _unpromised() -> Page:
    """Shares of the leads that sales can work: all that needs no rate."""
    why = "a share of capacity: how many leads convert is not known yet"
    lines = [
        Line("mql", "{ capacity_share = 0.30 }"),
        Line("sql", "{ capacity_share = 0.05 }", why),
    ]
    return lines, ["how many leads can marketing and sales work?"]


def _is_weekly(guess: Guess) -> bool:
    """Whether leads are looked at more than once."""
    return guess.ending is not None and bool(guess.roles.touches)


def train_lines(guess: Guess) -> Page:
    """A smaller test block where conversions are few."""
    ending = guess.ending
    if ending is None or not 0 < ending.converted < FEW_CONVERSIONS:
        return [], []
    why = "few conversions: more of them are left to learn from"
    return [Line("test_share", "0.20", why)], []


def promise_of(rate: float) -> float:
    """A precision above the rate of conversion: twice it, or half way to certainty.

    Examples
    --------
    >>> promise_of(0.11), promise_of(0.38), promise_of(0.0)
    (0.2, 0.7, 0.05)
    """
    wanted = min(2 * rate, (1 + rate) / 2)
    rounded = round(20 * wanted) / 20
    return min(MOST_PROMISE, max(LEAST_PROMISE, rounded))


def _dated(guess: Guess) -> Page:
    ending = guess.ending
    if ending is None:
        return [], []
    lines, asked = [_conversion(ending)], []
    if ending.is_known:
        asked.append(f"is {ending.conversion} the conversion? {_reached_told(ending)}")
    if ending.closed_by:
        why = "by its name; next to none converts afterwards"
        lines.append(Line("closed_by", toml.texts(ending.closed_by), why))
        told = ", ".join(ending.closed_by)
        asked.append(f"does each of these end a lead for good, and no other: {told}?")
    else:
        asked.append("which milestones end a lead without a conversion? None is known.")
    lines.append(_horizon(guess, asked))
    late = ending.recorded_after
    if late is not None and late > 1:
        why = f"nineteen of twenty milestones were recorded within {late:.1f} days"
        lines.append(Line("settling_days", str(math.ceil(late)), why))
    return lines, asked


def _conversion(ending: Ending) -> Line:
    if ending.is_known:
        return Line("conversion", toml.text(ending.conversion))
    likely = " or ".join(r.name for r in ending.likely)
    which = f": {likely}" if likely else ""
    return Line(
        "conversion",
        toml.text(UNKNOWN),
        asked=f"which milestone is the conversion{which}? {_reached_told(ending)}",
    )


def _reached_told(ending: Ending) -> str:
    counts = [f"{r.name} ({r.leads:,})" for r in ending.milestones]
    told = ", ".join(counts[:MOST_TOLD])
    more = len(counts) - MOST_TOLD
    told += f" and {more} more" if more > 0 else ""
    part = " in the part that was looked at" if ending.is_part else ""
    return f"Leads that reached each milestone{part}: {told}."


def _horizon(guess: Guess, asked: list[str]) -> Line:
    ending = guess.ending
    if ending is None or ending.delays is None:
        known = (
            "Nothing was seen to tell."
            if ending is None or ending.is_known
            else ("It can be measured once the conversion is known.")
        )
        asked.append(f"how many days may a conversion take? {known}")
        return Line("horizon_days", "30")
    median, late = ending.delays
    early = ending.before_creation
    asked.append(
        "how many days may a conversion take? Counted from creation, half took "
        f"{median:.1f} days and nine in ten {late:.1f}."
        + (f" {early:,} converted before their creation." if early else "")
    )
    days = ending.horizon_days
    why = (
        "nine in ten, rounded up"
        if days >= late
        else f"at most {MOST_HORIZON_DAYS}, and a fourth of the days seen: conversions "
        "that take longer do not count"
    )
    return Line("horizon_days", str(days), why)


def _flat(guess: Guess) -> Page:
    flat = guess.flat
    if flat is None:
        return [], []
    if not flat.is_known:
        return _unknown(flat, guess.later_dates), []
    asked = []
    if flat.rate is not None:
        others = f" It may be {commonest(flat.others, 10)}, too." if flat.others else ""
        asked.append(
            f"is {flat.column} = {flat.positive} the conversion? {flat.rate:.1%} of "
            f"{guess.leads.rows_told}.{others}"
        )
    lines = [Line("column", toml.text(flat.column), flat.why), _positive(flat)]
    for key, texts in (("negative", flat.negative), ("undecided", flat.undecided)):
        if texts:
            told = toml.texts(text for text, _ in texts)
            lines.append(Line(key, told, f"rows: {_rows(texts)}"))
    if flat.negative:
        told = ", ".join(f"{text} ({rows:,})" for text, rows in flat.negative)
        asked.append(
            f"do all of these say that a lead will not convert: {told}? Leads that may "
            "still convert belong under undecided, and are then left out."
        )
    return lines, asked


def _unknown(flat: FlatOutcome, dates: Sequence[str]) -> list[Line]:
    likely = f" Perhaps {' or '.join(flat.others[:2])}." if flat.others else ""
    dated = f", such as {' or '.join(dates[:2])}," if dates else ""
    return [
        Line(
            "column",
            toml.text(UNKNOWN),
            asked=f"which column is the outcome?{likely} No text or name speaks of "
            f"one. Where a date{dated} says when leads converted, name it under "
            "[[milestones]], and the outcome by conversion.",
        ),
        Line(
            "positive",
            toml.text(UNKNOWN),
            asked="which text of that column says that the lead converted?",
        ),
    ]


def _positive(flat: FlatOutcome) -> Line:
    if flat.positive != UNKNOWN:
        return Line("positive", toml.text(flat.positive))
    told = " or ".join(f"{text} ({rows:,} rows)" for text, rows in flat.likely)
    return Line(
        "positive",
        toml.text(UNKNOWN),
        asked=f"which text of {flat.column} says that the lead converted: {told}?",
    )


def _rows(texts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{rows:,}" for _, rows in texts)

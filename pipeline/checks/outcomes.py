"""What counts as a conversion, and what else stands where it stands."""

from __future__ import annotations

from typing import Any

from .alike import alike, quoted_label
from .case import Case
from .check import Value, Verdict, check, issue, passed, tip
from .labels import look_at_milestones

_NAMED = 5  # texts in one sentence
_WORDS = {1: "converted", 0: "not converted", None: "no outcome"}


@check("LL119", "Milestones and outcomes that nobody configured")
def unconfigured_outcomes(case: Case) -> Verdict:
    """Labels that stand where the conversion stands, and that nobody configured.

    Of a dated company: milestones that are neither ``outcome.conversion`` nor in
    ``outcome.closed_by``. Most are stages on the way and end nothing. One that is alike
    to a configured label but for case, accents, marks, spaces or a plural, or that
    begins when a configured one stops, is the same stage under another name: its leads
    are learnt as not converted, and no figure of the scorer shows it. That is an issue:
    give the stage one name by ``labels`` under ``[[milestones]]``.

    Of a flat export: texts of the outcome's column besides ``outcome.positive``. Each
    counts as not converted unless it stands in ``outcome.undecided``, or
    ``outcome.negative`` is given and does not list it: then the lead has no outcome.
    Leads that may still convert belong under ``undecided``.
    """
    if case.config.is_flat:
        return _look_at_texts(case)
    return look_at_milestones(case)


def _look_at_texts(case: Case) -> Verdict:
    """Judge the texts of a flat export's column of outcomes."""
    outcome = case.config.outcome
    positive, declared = str(outcome.positive), {*outcome.negative, *outcome.undecided}
    sources = [s for s in case.intake["sources"] if s["table"] == "leads"]
    texts: list[dict[str, Any]] = [t for s in sources for t in s["outcome_texts"]]
    rows = sum(int(s["rows_kept"]) for s in sources)
    counts = {str(t["text"]): int(t["rows"]) for t in texts if t["text"]}
    empty = sum(int(t["rows"]) for t in texts if not t["text"])
    listed = {value_of(text) for text in (positive, *declared)}
    strange = {t: n for t, n in counts.items() if value_of(t) not in listed}
    twins = {t: n for t, n in strange.items() if alike(t, [positive])}
    there = {value_of(text) for text in counts}
    absent = [t for t in (positive, *sorted(declared)) if value_of(t) not in there]
    converted = sum(int(t["rows"]) for t in texts if t["outcome"] == 1)
    without = sum(int(t["rows"]) for t in texts if t["outcome"] is None)
    figures: dict[str, Value] = {
        "texts": len(counts),
        "strange_texts": len(strange),
        "rows_without_outcome": without,
        "empty_cells": empty,
    }
    said = f"Of {rows:,} leads by {outcome.column!r}: {_told(texts, rows)}."
    if twins:
        figures["share_of_conversions"] = _share(twins, converted)
        return issue(f"{_twins_said(twins, positive, figures)} {said}", figures)
    sentences = [
        f"{quoted_label(t)}, which [outcome] names, stands in no row: look how it is "
        "spelt."
        for t in absent
    ]
    if strange and outcome.negative:
        sentences.append(
            f"{_listed(strange)} stand{'s' * (len(strange) == 1)} neither in "
            "outcome.negative nor in outcome.undecided, and such leads are left out. "
            "Put each into one of them."
        )
    elif len(strange) > 1:
        sentences.append(
            f"{_listed(strange)} count as not converted. List in outcome.undecided "
            "those that are not decided yet, and in outcome.negative the others."
        )
    if sentences:
        return tip(" ".join([*sentences, said]), figures)
    return passed(said, figures)


def value_of(text: str) -> str:
    """Return what a text of the column is compared by: a yes is a one, a no a nought.

    Examples
    --------
    >>> value_of("true"), value_of("0"), value_of("Open")
    ('1', '0', 'Open')
    """
    return {"true": "1", "false": "0"}.get(text, text)


def _told(texts: list[dict[str, Any]], rows: int) -> str:
    """Every text with its rows, by what it counts as."""
    parts = []
    for value, words in _WORDS.items():
        named = [
            f"{quoted_label(str(t['text']))} {int(t['rows']):,}"
            if t["text"]
            else f"empty cells {int(t['rows']):,}"
            for t in texts
            if t["outcome"] == value
        ]
        if named:
            more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
            parts.append(f"{words}: {', '.join(named[:_NAMED])}{more}")
    if rest := rows - sum(int(t["rows"]) for t in texts):
        parts.append(f"{rest:,} of rarer texts")
    return "; ".join(parts)


def _twins_said(twins: dict[str, int], positive: str, figures: dict[str, Value]) -> str:
    share = figures["share_of_conversions"]
    return (
        f"{_listed(twins)} {'is' if len(twins) == 1 else 'are'} alike to "
        f"{quoted_label(positive)}, the conversion, but for form, and "
        f"count{'s' * (len(twins) == 1)} as no conversion ({share:.1%} of all that "
        "there would be). Write both alike with a query, or list the other in "
        "outcome.negative or outcome.undecided if it is no conversion."
    )


def _share(twins: dict[str, int], converted: int) -> float:
    missed = sum(twins.values())
    return missed / (missed + converted)


def _listed(counts: dict[str, int]) -> str:
    named = [f"{quoted_label(t)} ({n:,})" for t, n in counts.items()]
    more = len(named) - _NAMED
    if more > 0:
        return f"{', '.join(named[:_NAMED])} and {more} more"
    return " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)

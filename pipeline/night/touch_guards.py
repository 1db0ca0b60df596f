"""What each guard looks for in the sources of touches.

Why a share of the leads *and* a test: of three leads two untouched may be chance, and
of ten thousand a few hundred are none, but do no harm.
"""

from __future__ import annotations

from collections.abc import Iterator

from scipy.stats import binom

from features.errors import few

from .facts import NightFacts, called, rows_said
from .sources import NightSource, Touched

Look = Iterator[tuple[str, str]]  # a source's name, and what is wrong with it

LEVEL = 1e-4  # of the test; a still night is held by it once in 27 years
SUREST = 0.9  # a lead may be of a kind that training had not
FEW_LEADS = 20  # fewer may well be without a touch
LEAST_DAYS = 2.0  # a source that is loaded every hour may well miss a day
_DAY = 86_400.0


def empty(facts: NightFacts, _: float) -> Look:
    """Look for sources without a row, and for those that are not named any more."""
    there = []
    for source, usual in facts.touches():
        there.append(usual)
        if not source.rows_in and (usual is None or usual.rows):
            then = "" if usual is None else f" In training it had {usual.rows:,}."
            said = (
                f"{called(source)} has no row at all.{then} Every lead would be scored "
                "as if nothing had happened to it. Export it again and score again."
            )
            yield source.name, said
    for usual in facts.contract.sources:
        if usual.rows and not any(usual is each for each in there):
            said = (
                f"The scorer learnt from a source of touches, {usual.name}, with "
                f"{rows_said(usual.rows)}, and [[touches]] does not name it any more. "
                "Name it again, or train again without it."
            )
            yield usual.name, said


def unreadable(facts: NightFacts, most: float) -> Look:
    """Look for sources of which many rows are set aside, beyond training's share."""
    for source, usual in facts.touches():
        then = 0.0 if usual is None else usual.unreadable_share
        if source.unreadable <= (then + most) * source.rows_in:
            continue
        told = "" if usual is None else f"; in training it was {then:.1%}"
        share = source.unreadable / source.rows_in
        said = (
            f"Of {rows_said(source.rows_in)} of {called(source, small=True)} "
            f"{source.unreadable:,} cannot be read ({share:.1%}{told})."
            f"{facts.first(source)} Export it as it was, or correct [[touches]], and "
            "score again."
        )
        yield source.name, said


def unknown(facts: NightFacts, most: float) -> Look:
    """Look for sources that tell of far fewer leads than they used to."""
    # Under this rule a training snapshot follows a touch, and a night's need not.
    is_after_touch = facts.contract.snapshots["rule"] == "on_kind"
    for source, usual in facts.touches():
        touched = source.touched
        if touched is None or not source.rows_kept:
            continue
        leads = len(touched.ages_days)
        if usual is None:
            if leads >= FEW_LEADS and not source.rows_of_tonights_leads:
                yield source.name, _of_nobody(source, touched, "")
            continue
        expected = usual.expected(touched.ages_days)
        least = 0.0 if is_after_touch else (1 - most) * expected
        if not leads or touched.leads > least:
            continue
        share = min(expected / leads, SUREST)
        if binom.cdf(touched.leads, leads, share) <= LEVEL:
            then = f"; of leads of these ages it told of {expected:,.0f} in training"
            yield source.name, _of_nobody(source, touched, then)


def _of_nobody(source: NightSource, touched: Touched, then: str) -> str:
    return (
        f"{called(source)} tells of {touched.leads:,} of {len(touched.ages_days):,} "
        f"leads that may be scored{then}. Write their ids alike in both, with leading "
        "zeros and in the same case, and score again."
    )


def kinds(facts: NightFacts, _: float) -> Look:
    """Look for sources of which no touch is of a kind that the scorer knows."""
    names = [str(k["name"]) for k in facts.contract.company["kinds"]]
    if not names:
        return
    are_none = not any(s.touched.known_kinds for s in facts.sources if s.touched)
    for source, usual in facts.touches():
        # Of a source that the scorer does not know only if no other has any either.
        was_known = are_none if usual is None else usual.known_kinds > 0
        touched = source.touched
        if touched and source.rows_kept and was_known and not touched.known_kinds:
            said = (
                f"None of {source.rows_kept:,} touches in {called(source, small=True)} "
                f"is of a kind that the scorer knows, such as {few(names)}. Write the "
                "kinds as in training, and score again."
            )
            yield source.name, said


def stale(facts: NightFacts, times: float) -> Look:
    """Look for sources whose newest touch is older than it used to be."""
    for source, usual in facts.touches():
        if usual is None or usual.age_days is None or facts.at is None:
            continue
        newest = source.newest_at
        if newest is not None:
            age = (facts.at - newest).total_seconds() / _DAY
            if age > max(times * usual.age_days, usual.age_days + LEAST_DAYS):
                yield source.name, _old(source, usual.age_days, age)
        elif source.rows_kept:
            said = (
                f"No touch of {called(source, small=True)} was known before the night, "
                f"{facts.at:%Y-%m-%d %H:%M} UTC. Load it anew, or correct --at."
            )
            yield source.name, said


def _old(source: NightSource, usual_days: float, age: float) -> str:
    clock = _CLOCKS[source.newest_by]
    return (
        f"The newest touch of {called(source, small=True)} was {clock} on "
        f"{source.newest_at:%Y-%m-%d %H:%M} UTC, {age:,.1f} days before the night; at "
        f"99 of 100 midnights in training it was at most {_span(usual_days)} old. "
        "Load it anew and score again, or say with --at of which night the scores are."
    )


def _span(days: float) -> str:
    """Say how long it is, in hours where it is less than two days."""
    return f"{days * 24:.1f} hours" if days < LEAST_DAYS else f"{days:,.1f} days"


_CLOCKS = {"recorded_at": "recorded", "occurred_at": "dated", None: "known"}

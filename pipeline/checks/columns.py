"""One column alone: what it tells of the outcome, by its values or by being filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.points import Floats

from .case import Case
from .check import Verdict, check, issue, passed, skipped, tip
from .sample import Sample, auc, best_auc

_TELLS_ALL = 0.95
_GAIN_SHARE = 0.50
_GAIN_COLUMNS = 4  # among fewer columns in use a share above one half is ordinary
_FILLED_TIP, _FILLED_ISSUE = 0.80, 0.90
_CONVERSIONS = 20  # on fewer an AUC is an accident
_BEFORE = "before the test block"
_LOST = 0.10  # of AUC: what a column told before the test block and not on it


@dataclass(frozen=True, eq=False)
class _Told:
    """What one column alone tells on one side of the test block's border."""

    column: str
    auc: float
    side: str
    examples: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lost:
    """A column that told the outcome alone before the test block, and not on it.

    Attributes
    ----------
    column, what : str
        Its name, and what of it told the outcome, in words.
    before, on_test : float
        The AUC on either side.
    code : str
        Of the check that judges such columns.
    examples : tuple of str
        Up to three ``lead_id`` from before the test block.
    """

    column: str
    what: str
    before: float
    on_test: float
    code: str
    examples: tuple[str, ...]


@check("LL203", "One column that tells the outcome alone")
def one_column_alone(case: Case) -> Verdict:
    """A column whose AUC alone is above .95, or that holds half of the booster's gain.

    Judged before the test block and on it, in both directions, with missing values
    put low and high; categories by their conversion rates on other rows. No honest
    column does this: what does is a copy of the outcome, something filled in after it,
    or an id that was given out in its order. Half of the gain is judged only where at
    least four columns are in use; a rate or an index that merely tells one month from
    another may also hold it, and will tell next month nothing. Put the column under
    ``leads.never`` if it is filled in late; if it is honest, say so with
    ``--despite LL203 --because``.
    """
    told = _told(case)
    if told is None:
        return skipped(_too_few(case))
    best = max(told, key=lambda t: t.auc)
    if best.auc > _TELLS_ALL:
        others = sorted({t.column for t in told if t.auc > _TELLS_ALL} - {best.column})
        also = f" (so do {', '.join(others[:5])})" if others else ""
        return issue(
            f"{best.column} alone has an AUC of {best.auc:.3f} {best.side}{also}, as "
            f"in {_leads(best.examples)}. Put it under {case.never} if it is filled in "
            "after the outcome.",
            {"auc": best.auc, "columns": len(others) + 1},
            examples=best.examples,
        )
    return _judged_by_gain(case, best)


@check("LL204", "Columns that tell the outcome by being filled")
def filled_alone(case: Case) -> Verdict:
    """The AUC of *being filled*: above .80 a tip, above .90 an issue.

    What sales notes down while working a lead is filled for those that were worked,
    whatever it says. Put such a column under ``leads.never``.
    """
    found: list[_Told] = []
    for side, sample in _sides(case):
        for place, name in enumerate(sample.names):
            empty = np.isnan(sample.encoded[:, place])
            if 0 < int(empty.sum()) < len(empty):
                found.append(_filled(sample, name, (~empty).astype(float), side))
    if not _sides(case):
        return skipped(_too_few(case))
    if not found:
        return passed("No column is filled in some rows and empty in others.")
    best = max(found, key=lambda t: t.auc)
    if best.auc <= _FILLED_TIP:
        return passed(
            f"Whether a column is filled tells at most an AUC of {best.auc:.3f} "
            f"({best.column}).",
            {"auc": best.auc},
        )
    say = issue if best.auc > _FILLED_ISSUE else tip
    return say(
        f"Whether {best.column} is filled at all has an AUC of {best.auc:.3f} "
        f"{best.side}, as in {_leads(best.examples)}. Put it under {case.never} if it "
        "is filled in while the lead is worked.",
        {"auc": best.auc},
        examples=best.examples,
    )


def lost_on_test(case: Case) -> Lost | None:
    """The column that told most before the test block, where it lost that on it.

    A column that is filled in late tells the outcomes of the past, and nothing of new
    leads. None where there is no such column, or too few conversions to tell.
    """
    before, test = case.before, case.test
    sides = [side for side, _ in _sides(case)]
    if not (sides and sides[0] == _BEFORE and test.has_both_outcomes):
        return None
    told = [
        told
        for place in range(len(before.names))
        for told in (_alone_then(case, place), _filled_then(case, place))
        if told is not None and told.before - told.on_test > _LOST
    ]
    if (emptied := _emptied(case)) is not None:
        told.append(emptied)
    return max(told, key=lambda each: each.before, default=None)


def _alone_then(case: Case, place: int) -> Lost | None:
    """A column that told all alone before the test block, with what it tells on it."""
    name, before, test = case.before.names[place], case.before, case.test
    told = best_auc(before.telling(place, before), before.outcome)
    if told <= _TELLS_ALL:
        return None
    now = best_auc(test.telling(place, before), test.outcome)
    return Lost(name, f"{name} alone", told, now, "LL203", _examples(case, name))


def _filled_then(case: Case, place: int) -> Lost | None:
    """The same of whether it is filled."""
    name, before, test = case.before.names[place], case.before, case.test
    early, late = (
        (~np.isnan(side.encoded[:, place])).astype(float) for side in (before, test)
    )
    told, now = auc(early, before.outcome), auc(late, test.outcome)
    if told < 0.5:
        told, now = 1 - told, 1 - now
    if told <= _FILLED_ISSUE:
        return None
    what = f"whether {name} is filled"
    return Lost(name, what, told, now, "LL204", _examples(case, name))


def _emptied(case: Case) -> Lost | None:
    """The column that holds half of the gain, where the test block hardly has it."""
    share, before, test = case.judged.gain_share, case.before, case.test
    first = max(share, key=lambda name: share[name], default="")
    in_use = sum(each > 0 for each in share.values())
    if first not in before.names or in_use < _GAIN_COLUMNS:
        return None
    place = before.names.index(first)
    early, late = (
        float((~np.isnan(side.encoded[:, place])).mean()) for side in (before, test)
    )
    if share[first] <= _GAIN_SHARE or late > early / 2:
        return None
    told = best_auc(before.telling(place, before), before.outcome)
    now = best_auc(test.telling(place, before), test.outcome)
    what = (
        f"{first}, which holds {share[first]:.0%} of the booster's gain and is filled "
        f"in {early:.0%} of the snapshots before the test block and {late:.0%} on it,"
    )
    return Lost(first, what, told, now, "LL203", _examples(case, first))


def _judged_by_gain(case: Case, best: _Told) -> Verdict:
    """Say whether a column holds half of the gain, where none tells all alone."""
    share = case.judged.gain_share
    first = max(share, key=lambda name: share[name])
    figures = {"auc": best.auc, "gain_share": share[first]}
    in_use = sum(each > 0 for each in share.values())
    if share[first] <= _GAIN_SHARE or in_use < _GAIN_COLUMNS:
        return passed(
            f"The most that one column tells alone is an AUC of {best.auc:.3f} "
            f"({best.column}).",
            figures,
        )
    examples = _examples(case, first)
    such_as = f", as in {_leads(examples)}" if examples else ""
    return issue(
        f"{first} alone holds {share[first]:.0%} of the booster's gain{such_as}. Make "
        "sure that it was known at the snapshot, and is no calendar in disguise.",
        figures,
        examples,
    )


def _told(case: Case) -> list[_Told] | None:
    """The best that each column tells alone, before the test block and on it."""
    found = []
    for side, sample in _sides(case):
        for place, name in enumerate(sample.names):
            order = sample.telling(place, case.before)
            told = best_auc(order, sample.outcome)
            found.append((told, side, sample, place, name))
    if not found:
        return None
    # Only what may be said is worth its examples.
    found.sort(key=lambda each: -each[0])
    return [
        _Told(
            name,
            told,
            side,
            _examples_of(sample, sample.telling(place, case.before)) if not i else (),
        )
        for i, (told, side, sample, place, name) in enumerate(found)
    ]


def _sides(case: Case) -> list[tuple[str, Sample]]:
    """Both sides of the border, if they have enough of both outcomes."""
    sides = [(_BEFORE, case.before), ("on the test block", case.test)]
    return [
        (side, sample)
        for side, sample in sides
        if _CONVERSIONS <= sample.conversions <= len(sample.outcome) - _CONVERSIONS
    ]


def _too_few(case: Case) -> str:
    before, test = (
        f"{side.conversions:,} of {len(side.outcome):,}"
        for side in (case.before, case.test)
    )
    more = min(_lacking(case.before), _lacking(case.test))
    return (
        f"{before} snapshots before the test block were followed by a conversion, and "
        f"{test} on it: too few, since an AUC wants {_CONVERSIONS} of either outcome "
        f"on one side. Wait for {more:,} more."
    )


def _lacking(sample: Sample) -> int:
    """How many snapshots of its rarer outcome a side lacks."""
    rarer = min(sample.conversions, len(sample.outcome) - sample.conversions)
    return _CONVERSIONS - rarer


def _filled(sample: Sample, name: str, filled: Floats, side: str) -> _Told:
    told = auc(filled, sample.outcome)
    order = filled if told >= 0.5 else 1 - filled
    return _Told(name, max(told, 1 - told), side, sample.examples(order))


def _examples(case: Case, name: str) -> tuple[str, ...]:
    if name not in case.before.names:  # the served booster does not read it
        return ()
    place = case.before.names.index(name)
    return _examples_of(case.before, case.before.telling(place, case.before))


def _examples_of(sample: Sample, order: Floats) -> tuple[str, ...]:
    """Leads that converted, from the end of the order where conversions are."""
    filled = ~np.isnan(order)
    raises = auc(order[filled], sample.outcome[filled]) >= 0.5
    return sample.examples(order if raises else -order)


def _leads(examples: tuple[str, ...]) -> str:
    return f"lead{'s' if len(examples) > 1 else ''} {', '.join(examples)}"

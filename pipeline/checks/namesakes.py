"""Leads of the test block that were learnt from under another id.

Why outcomes are invented: what a booster learns of invented outcomes is who is who, and
nothing else. They are dealt by the toss of a coin, one to all leads that share a name
(an e-mail address, a telephone number, a company nobody declared; or every column at
once), on both sides of the border. A booster that ranks them on the test block has
recognised its leads, and the real figures owe something to that.

Why only leads of new groups are judged: groups that are known to recur do so in use as
well, and intervals keep them whole. Why a coin and not the real outcomes shuffled: of
one hundred leads of which five converted, a shuffle has five to tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.vocabulary import Split
from models.evidence import hashed, one_per_group
from models.learning.conversion import Learnable, Recipe, fit_booster, margins

from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, skipped
from .sample import Sample, auc

Rows = npt.NDArray[np.intp]
Names = npt.NDArray[np.object_]

_SHARED_BY = 5  # leads at most: more have a word in common, not a name
# Before the border; where fewer are different, two alike are ordinary beyond it too.
_NUMBERS, _VECTORS = 0.99, 0.9
_STRADDLE = 0.005  # of the new leads: fewer cannot move an AUC
_COLUMNS = 5  # those that most new leads share with old ones
_DEALS = 4
_BAND = 3.1  # standard errors: one-sided, one false alarm in a thousand
_ROWS = 8_000  # to learn from
_FEWEST = 50  # new leads: on fewer the band is wider than any leak
_EVERYTHING = "every column at once"
# As good a memory as a booster of the ladder's deepest trees has.
_DEPTH, _ROUNDS, _LEARNING_RATE = 8, 60, 0.2


@dataclass(frozen=True, eq=False)
class _Shared:
    """A column by which new leads are found among the old ones.

    Attributes
    ----------
    column : str
    name : ndarray of str, shape (n_before + n_test,)
        What each row is dealt its outcome by.
    is_known : ndarray of bool, shape (n_test,)
        New leads whose name stands before the border as well.
    """

    column: str
    name: Names
    is_known: npt.NDArray[np.bool_]


@check("LL207", "Leads recognised under another id")
def recognised(case: Case) -> Verdict:
    """The AUC on the test block of a booster that has learnt invented outcomes.

    Outcomes are shuffled anew: all leads that share a value which few others have (an
    e-mail address, a telephone number, a company) are dealt the same one, by chance,
    before the border of the test block and beyond it. A quick booster learns them and
    is judged on leads whose group was never seen before. There is nothing to know but
    who is who, so the AUC has to be .5; it is an issue above .5 + 3.1 standard errors
    (four deals together). Then the export holds the same lead under several ids, or
    leads that belong together without saying so, and the figures of the test block
    owe something to memory. Leave repeated leads out with ``query``, or name the
    column in ``leads.group`` or ``leads.account_id``.

    Where every group of the test block was there before, as accounts are that last for
    ever, there is nothing to judge: they will be there in use as well.
    """
    test = case.test
    new = np.flatnonzero(~np.isin(_text(test.group_id), _groups_before(case)))
    if not len(new):
        return not_applicable(
            "Every group of the test block was there before it, as it will be in use."
        )
    shared = sorted(_shared(case, new), key=lambda s: -int(s.is_known.sum()))
    shared = [s for s in shared if s.is_known.sum() > _STRADDLE * len(new)]
    if not shared:
        return passed(
            "No leads of the test block share a name with earlier ones of another "
            "group.",
            {"columns": 0},
        )
    if (groups := len(set(test.group_id[new]))) < _FEWEST:
        alike = int(shared[0].is_known.sum())
        said = (
            f"{groups} group{'s' * (groups > 1)} of the test block "
            f"{'were' if groups > 1 else 'was'} not seen before, and {alike} of "
            f"{len(test.outcome):,} snapshots looked at share{'s' * (alike == 1)} a "
            f"name ({shared[0].column}) with earlier leads of another group"
        )
        if alike <= _STRADDLE * len(test.outcome):
            return passed(f"{said}: too few to move an AUC.", {"columns": len(shared)})
        return skipped(
            f"{said}. {_FEWEST} new groups are needed to tell recognition from chance: "
            "wait for more, or name what they share in leads.group."
        )
    judged = [(_recognised(case, s, new), s) for s in shared[:_COLUMNS]]
    (seen, band), worst = max(judged, key=lambda each: each[0][0] - each[0][1])
    known = test.lead_id[new][worst.is_known[new]]
    figures: dict[str, Value] = {
        "auc": seen, "band": band, "columns": len(shared), "leads": len(set(known)),
    }  # fmt: skip
    if seen <= band:
        return passed(
            f"With invented outcomes the AUC is {seen:.3f}, within its band (up to "
            f"{band:.3f}): leads that share a name ({worst.column}) are not "
            "recognised.",
            figures,
        )
    examples = tuple(dict.fromkeys(str(lead) for lead in known))[:3]
    return issue(
        f"With invented outcomes, where there is nothing to learn but who is who, the "
        f"AUC on new leads is {seen:.3f}, above its band (up to {band:.3f}). They are "
        f"recognised by earlier leads of another id that are alike in {worst.column}: "
        f"{len(set(known)):,} leads, such as {', '.join(examples)}. Leave repeated "
        "leads out with a query, or name what they share in leads.group.",
        figures,
        examples,
    )


def _recognised(case: Case, shared: _Shared, new: Rows) -> tuple[float, float]:
    """Mean AUC of invented outcomes on new leads, and the end of its band."""
    before, test = case.before, case.test
    count = len(before.outcome)
    # Rows that are dealt one outcome are one lead.
    alone = new[one_per_group(list(shared.name[count:][new]))]
    learnt = _learnt(shared, before)
    found, ones = [], 0.0
    for deal in range(_DEALS):
        toss = (hashed(list(shared.name), f"deal {deal}") % np.uint64(2)).astype(float)
        train, outcome = before.take(learnt), toss[count:][alone]
        rows = Learnable(
            train.encoded, toss[:count][learnt], train.group_id, train.categorical
        )
        # One thread: rows this few are done before several have met.
        recipe = Recipe(_LEARNING_RATE, _ROUNDS, case.config.train.seed, 1)
        booster = fit_booster(rows, recipe, depth=_DEPTH, rounds=_ROUNDS)
        found.append(auc(margins(booster, test.encoded[alone]), outcome))
        ones += float(outcome.sum()) / _DEALS
    # The rank sum of a chance order: Mann and Whitney (1947).
    error = math.sqrt((len(alone) + 1) / (12 * ones * (len(alone) - ones) * _DEALS))
    return float(np.mean(found)), 0.5 + _BAND * error


def _learnt(shared: _Shared, before: Sample) -> Rows:
    """Rows to learn from: those whose names recur, filled up by a drawing."""
    count = len(before.outcome)
    sought = set(shared.name[count:][shared.is_known])
    recurs = np.array([name in sought for name in shared.name[:count]])
    ticket = hashed(list(before.lead_id), "rows to remember")
    order = np.lexsort((ticket, ~recurs))
    return np.sort(order[:_ROWS])


def _shared(case: Case, new: Rows) -> Iterator[_Shared]:
    """Every column by which new leads may be found among old ones."""
    before, test = case.before, case.test
    for column, name in _columns(case):
        is_known = _known(name, before, test, new)
        if is_known.any():
            yield _Shared(column, _dealt_by(name, before, test), is_known)


def _columns(case: Case) -> Iterator[tuple[str, Names]]:
    """What may name a lead: each attribute as it was written, and all features."""
    before, test = case.before, case.test
    leads = np.concatenate([before.lead_id, test.lead_id])
    attributes = case.attributes().set_index("lead_id").reindex(list(set(leads)))
    is_old = attributes.index.isin(set(before.lead_id))
    for column in attributes.columns:
        values = attributes[column].dropna().astype(str)
        times = values.map(values.value_counts())
        names = values[(times > 1) & (times <= _SHARED_BY)]
        old = attributes[column][is_old].dropna()
        if len(names) and (_different(old) > _NUMBERS or not _is_number(old)):
            yield str(column), names.reindex(leads).to_numpy(object)
    cells = np.nan_to_num(np.vstack([before.encoded, test.encoded]), nan=np.inf)
    digests = [blake2b(row.tobytes(), digest_size=16).hexdigest() for row in cells]
    alike = pd.Series(digests, dtype=object)
    if _different(alike[: len(before.outcome)]) > _VECTORS:
        yield _EVERYTHING, alike.to_numpy(object)


def _different(values: pd.Series) -> float:
    """How many of the values are different, as a share."""
    return values.nunique() / max(len(values), 1)


def _is_number(values: pd.Series) -> bool:
    return bool(pd.to_numeric(values, errors="coerce").notna().all())


def _known(
    name: Names, before: Sample, test: Sample, new: Rows
) -> npt.NDArray[np.bool_]:
    """Test rows of new groups whose name stands before the border too."""
    count = len(before.outcome)
    filled = ~pd.isna(name)
    known = set(name[:count][filled[:count]])
    is_known = np.array([n in known for n in name[count:]]) & filled[count:]
    is_new = np.zeros(len(test.outcome), dtype=np.bool_)
    is_new[new] = True
    return np.asarray(is_known & is_new)


def _dealt_by(name: Names, before: Sample, test: Sample) -> Names:
    """The name where there is one, else the group."""
    group = np.concatenate([before.group_id, test.group_id])
    told = [
        f"group {g}" if pd.isna(n) else f"name {n}"
        for n, g in zip(name, group, strict=True)
    ]
    return np.array(told, dtype=object)


def _groups_before(case: Case) -> Names:
    """Groups of every row that may have been learnt from, drawn or not."""
    is_test = case.margins["split"].to_numpy() == Split.TEST
    return _text(case.spine["group_id"].to_numpy(object)[~is_test])


def _text(values: Names) -> Names:
    return np.array([str(v) for v in values], dtype=np.str_)

"""The breakdowns: quality by band of probability, by decile and by segment.

A figure for a whole block hides what sales meets: that one country is promised too
much, or that the third decile is as good as the second. Each line carries its rows, its
conversions and an exact interval, and where there are too few to say anything the line
says so and gives no verdict.

Why the interval is reckoned on drawn rows: an exact interval needs independent rows, so
it takes one row of each group, drawn by hash, while the rate takes all, weighted.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..evidence import Codes, Evidence, Keys, Mask
from ..points import Floats
from .intervals import exact_interval
from .misfit import equal_bins

# Below this many conversions foreseen (or not-conversions), the rate of a segment may
# be double the foreseen by chance alone.
FEW: Final = 5
TOO_FEW: Final = "too few"


def reliability_table(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    group_id: Keys | None = None,
    *,
    bins: int | None = None,
) -> pd.DataFrame:
    """What was said and what happened, by band of probability.

    Parameters
    ----------
    probability, outcome, weight, group_id : array-like of shape (n,)
        As for ``Evidence.of``.
    bins : int, optional
        Without it, as many as give each ten of the rarer outcome, 1 to 15.

    Returns
    -------
    DataFrame of shape (bins or fewer, 9)
        One row per band of about equal weight, from low to high; columns ``lowest``,
        ``highest``, ``rows``, ``conversions``, ``probability`` (mean), ``rate``,
        ``rate_low``, ``rate_high`` (95 %) and ``observed_over_expected``.

    Examples
    --------
    >>> table = reliability_table([0.1, 0.2, 0.7, 0.8], [0, 0, 1, 1], bins=2)
    >>> table[["probability", "rate"]].round(2).to_numpy().tolist()
    [[0.15, 0.0], [0.75, 1.0]]
    """
    evidence = _by_probability(
        Evidence.of(probability, outcome, weight=weight, group_id=group_id)
    )
    starts = equal_bins(evidence, bins)
    place = np.repeat(np.arange(starts.size), np.diff(starts, append=evidence.rows))
    lines = []
    for band in range(starts.size):
        said = evidence.probability[place == band]
        ends = {"lowest": said.min(), "highest": said.max()}
        lines.append(ends | _line(evidence, place == band))
    return pd.DataFrame(lines)


def gains_table(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    group_id: Keys | None = None,
    *,
    parts: int = 10,
) -> pd.DataFrame:
    """What each tenth of the leads brings, best first.

    Parameters
    ----------
    probability, outcome, weight, group_id : array-like of shape (n,)
        As for ``Evidence.of``.
    parts : int, default 10
        Into how many parts of about equal weight. Equal probabilities share a part.

    Returns
    -------
    DataFrame of shape (parts or fewer, 11)
        ``share`` of the weight down to here, then as in ``reliability_table`` from
        ``rows`` on, then ``capture`` (of all conversions, down to here) and ``lift``
        (of this part), both NaN if nothing converted.

    Examples
    --------
    >>> gains_table([0.1, 0.9], [0, 1], parts=2)[["share", "capture", "lift"]]
       share  capture  lift
    0    0.5      1.0   2.0
    1    1.0      1.0   0.0
    """
    table = reliability_table(probability, outcome, weight, group_id, bins=parts)
    table = table.iloc[::-1].reset_index(drop=True).drop(columns=["lowest", "highest"])
    evidence = Evidence.of(probability, outcome, weight=weight, group_id=group_id)
    heavy = _heavy(evidence, table["rows"].to_numpy(dtype=np.intp))
    converted = heavy * table["rate"].to_numpy(dtype=np.float64)
    found = float(converted.sum()) or math.nan
    table.insert(0, "share", np.cumsum(heavy) / heavy.sum())
    table["capture"] = np.cumsum(converted) / found
    table["lift"] = table["rate"] * heavy.sum() / found
    return table


def segment_table(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    group_id: Keys | None,
    segment: Keys,
) -> pd.DataFrame:
    """What was said and what happened, by segment.

    Parameters
    ----------
    probability, outcome, weight, group_id : array-like of shape (n,)
        As for ``Evidence.of``.
    segment : sequence of shape (n,)
        Source, country, size band, month; a missing one is a segment of its own,
        ``(none)``.

    Returns
    -------
    DataFrame of shape (segments, 9)
        ``segment``, then as in ``reliability_table`` from ``rows`` on, then ``remark``:
        ``too few`` where fewer than five conversions or five others were to be
        expected (and then no ratio is given), else empty. Most rows first.

    Examples
    --------
    >>> country = ["de", "de", "nl"]
    >>> table = segment_table([0.2, 0.2, 0.6], [0, 1, 1], None, None, country)
    >>> table[["segment", "rows", "rate", "remark"]].to_numpy().tolist()
    [['de', 2, 0.5, 'too few'], ['nl', 1, 1.0, 'too few']]
    """
    evidence = Evidence.of(probability, outcome, weight=weight, group_id=group_id)
    raw = pd.Series(list(segment), dtype="object")
    names = raw.where(raw.notna(), "(none)").astype(str).to_numpy()
    lines = []
    for name in np.unique(names):
        rows = names == name
        lines.append(
            {"segment": name} | _line(evidence, rows) | _remark(evidence, rows)
        )
    table = pd.DataFrame(lines)
    few = table["remark"] == TOO_FEW
    table.loc[few, "observed_over_expected"] = math.nan
    keys = ["rows", "segment"]
    return table.sort_values(keys, ascending=[False, True]).reset_index(drop=True)


def _line(evidence: Evidence, rows: Mask) -> dict[str, float]:
    """Figures of some rows."""
    weight, outcome = evidence.weight[rows], evidence.outcome[rows]
    said = float(np.average(evidence.probability[rows], weights=weight))
    rate = float(np.average(outcome, weights=weight))
    alone = rows & evidence.drawn
    told = exact_interval(int(evidence.outcome[alone].sum()), int(alone.sum()))
    return {
        "rows": int(rows.sum()),
        "conversions": int(outcome.sum()),
        "probability": said,
        "rate": rate,
        "rate_low": min(told.low, rate),
        "rate_high": max(told.high, rate),
        "observed_over_expected": rate / said if said > 0 else math.nan,
    }


def _remark(evidence: Evidence, rows: Mask) -> dict[str, str]:
    """Whether some rows are too few to judge; blind to their outcomes."""
    foreseen = float(evidence.probability[rows & evidence.drawn].sum())
    others = int((rows & evidence.drawn).sum()) - foreseen
    return {"remark": TOO_FEW if min(foreseen, others) < FEW else ""}


def _heavy(evidence: Evidence, rows: Codes) -> Floats:
    """Weight of consecutive parts of so many rows each, from the best row down."""
    order = np.argsort(-evidence.probability, kind="stable")
    ends = np.cumsum(rows)
    return np.diff(np.cumsum(evidence.weight[order])[ends - 1], prepend=0.0)


def _by_probability(evidence: Evidence) -> Evidence:
    """The same rows by rising probability."""
    return evidence.at(np.argsort(evidence.probability, kind="stable"))

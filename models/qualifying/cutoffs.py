"""The cutoffs: from which probability a lead is marketing- or sales-qualified.

Each says in a sentence what is promised, or why nothing could be. Where nothing that
was asked holds, and there is no second choice, nobody qualifies. The naive cut (the
loosest threshold that looked good) is never taken.

When they cross, MQL is lowered and not SQL raised: SQL's threshold is the tested one
that costs sales its hours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import ModelError
from features.vocabulary import Qualification

from ..evidence import Evidence
from ..judging.intervals import exact_interval
from .capacity import (
    capacity_cutoff,
    threshold_below,
    value_cutoff,
    weekly_capacity_cutoff,
)
from .promises import (
    Found,
    NotFound,
    capture_of,
    precision_of,
    weighted_precision_cutoff,
)
from .rules import (
    CapacityRule,
    CaptureRule,
    CutoffRule,
    CutoffRules,
    PrecisionRule,
    ValueRule,
    WeeklyCapacityRule,
    asked_by,
    given_up,
    percent,
    promised_by,
)

MQL_BEYOND_SQL: Final = 1.5  # leads in MQL and SQL together, for each lead in SQL
# Precision by lead and by group are then different promises. Which is made is seen in
# the outcomes, so that together they may be broken with up to twice δ.
APART: Final = 0.05
LOWERED: Final = "so it is lowered to take in"  # what was asked of it is given up


@dataclass(frozen=True, slots=True)
class Cutoff:
    """One cutoff, what it promises and what it did on the evidence.

    Parameters
    ----------
    name : str
        ``mql`` or ``sql``.
    rule : str
        ``precision``, ``capture``, ``capacity``, ``value``; ``none``: nobody qualifies.
    threshold : float or None
        Leads at or above it qualify; None: nobody does.
    kept : bool
        Whether what was asked first is kept. Never true of a second choice.
    said : str
        Whole sentences: what is promised, or why it is not.
    share, weighted_precision : float
        Of all rows, weighted: how many qualify, and how many of these converted.
    precision, precision_low, precision_high : float
        The same of one row per group, with its exact 95 % interval; NaN without rows.
    rows, conversions : int
        What that is reckoned from.
    """

    name: str
    rule: str
    threshold: float | None
    kept: bool
    said: str
    share: float
    weighted_precision: float
    precision: float
    precision_low: float
    precision_high: float
    rows: int
    conversions: int

    def qualifies(self, probability: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether probabilities of shape (n,) reach the cutoff."""
        chance = np.asarray(probability, dtype=np.float64)
        least = math.inf if self.threshold is None else self.threshold
        return np.asarray(chance >= least)

    def to_dict(self) -> dict[str, object]:
        """Everything by name; what cannot be had is None."""
        told = asdict(self).items()
        return {
            k: None if isinstance(v, float) and math.isnan(v) else v for k, v in told
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Cutoff:
        """Read a cutoff back from a contract."""
        if set(stored) != set(cls.__slots__):
            raise ModelError(
                f"A stored cutoff has the fields {', '.join(cls.__slots__)}, but this "
                f"one has {', '.join(map(str, stored)) or 'none'}. The contract is "
                "damaged: train or register the scorer again."
            )
        gaps = {
            name: math.nan
            for name, value in stored.items()
            if value is None and name != "threshold"
        }
        return cls(**{**stored, **gaps})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Both cutoffs, MQL below SQL.

    Examples
    --------
    >>> evidence = Evidence.of([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1])
    >>> rules = CutoffRules(mql=CapacityRule(0.5), sql=CapacityRule(0.25))
    >>> choose_cutoffs(rules, evidence).qualification([0.2, 0.3, 0.9]).tolist()
    ['none', 'mql', 'sql']
    """

    mql: Cutoff
    sql: Cutoff

    def __post_init__(self) -> None:
        """Refuse cutoffs that do not nest."""
        mql, sql = self.mql.threshold, self.sql.threshold
        if mql is not None and sql is not None and mql >= sql:
            raise ModelError(
                f"The MQL cutoff lies below the SQL cutoff, but they are {mql:g} and "
                f"{sql:g}. Choose the cutoffs again."
            )

    def qualification(self, probability: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """What probabilities make of leads.

        Parameters
        ----------
        probability : array-like of shape (n,)
            Calibrated. A missing one qualifies for nothing.

        Returns
        -------
        ndarray of str, shape (n,)
            ``none``, ``mql`` or ``sql``; never lower for a higher probability.
        """
        reached = [self.sql.qualifies(probability), self.mql.qualifies(probability)]
        words = [Qualification.SQL.value, Qualification.MQL.value]
        return np.select(reached, words, Qualification.NONE.value)

    def to_dict(self) -> dict[str, dict[str, object]]:
        """Both by name, for the contract."""
        return {"mql": self.mql.to_dict(), "sql": self.sql.to_dict()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Mapping[str, object]]) -> Cutoffs:
        """Read both cutoffs back from a contract."""
        if set(stored) != {"mql", "sql"}:
            raise ModelError(
                "Stored cutoffs are two, mql and sql, but the contract holds "
                f"{', '.join(map(str, stored)) or 'none'}. Register the scorer again."
            )
        return cls(*(Cutoff.from_dict(stored[name]) for name in ("mql", "sql")))


def choose_cutoffs(rules: CutoffRules, evidence: Evidence) -> Cutoffs:
    """Choose both cutoffs on rows that no one has trained or calibrated on.

    Parameters
    ----------
    rules : CutoffRules
        What is asked.
    evidence : Evidence
        The cutoff block.

    Returns
    -------
    Cutoffs
        Each says what it promises. MQL lies below SQL wherever both exist.
    """
    sql = _choose(Qualification.SQL, rules.sql, evidence)
    mql = _choose(Qualification.MQL, rules.mql, evidence)
    return Cutoffs(_nested(mql, sql, evidence), sql)


def _choose(name: str, rule: CutoffRule, evidence: Evidence) -> Cutoff:
    """First rule in the chain of second choices that finds a threshold."""
    kind, asked = asked_by(rule)
    found, promised = _found(rule, evidence)
    if isinstance(found, Found):
        return _at(name, kind, found.threshold, promised, evidence)
    failed = f"No cutoff keeps {asked} on these data: {found.because}."
    if rule.otherwise is None:
        said = f"{failed} There is no second choice, so nobody qualifies."
        return replace(_at(name, "none", None, said, evidence), kept=False)
    second = _choose(name, rule.otherwise, evidence)
    said = second.said.replace("is no second choice", "is no further choice")
    return replace(second, kept=False, said=f"{failed} Second choice: {said}")


def _found(rule: CutoffRule, evidence: Evidence) -> tuple[Found | NotFound, str]:
    """Threshold that a rule finds, and what may then be said of it."""
    found: Found | NotFound
    match rule:
        case PrecisionRule():
            return _precise(rule, evidence)
        case CaptureRule(capture, confidence):
            found = capture_of(evidence, capture=capture, delta=1 - confidence)
        case CapacityRule(share):
            found = capacity_cutoff(evidence.probability, share, evidence.weight)
        case WeeklyCapacityRule(leads):
            found = weekly_capacity_cutoff(evidence.arrivals, leads)
        case ValueRule(value, cost):
            found = Found(value_cutoff(value, cost))
    return found, promised_by(rule)


def _precise(rule: PrecisionRule, evidence: Evidence) -> tuple[Found | NotFound, str]:
    """Cutoff by precision: of groups, or of leads where the two are far apart."""
    precision, delta = rule.precision, 1 - rule.confidence
    found = precision_of(evidence, precision=precision, delta=delta)
    sure = f"with {percent(rule.confidence)} confidence"
    promised = f"at least {percent(precision)} convert, {sure}"
    said = f"Of groups with a qualifying lead {promised}, one row of each counted"
    if isinstance(found, NotFound):
        return found, said
    told = _at("", "precision", found.threshold, "", evidence)
    if abs(told.weighted_precision - told.precision) <= APART:
        return found, f"{said} ({found.conversions} of {found.rows} did)."
    found = weighted_precision_cutoff(evidence, precision=precision, delta=delta)
    seen = f"{told.precision:.2f} by group and {told.weighted_precision:.2f} by lead"
    return found, (
        f"Of qualifying leads {promised}, tested by group, since {seen} are too far "
        "apart for one promise."
    )


def _at(
    name: str, rule: str, threshold: float | None, said: str, evidence: Evidence
) -> Cutoff:
    """Cutoff at a threshold, with what it does on the evidence."""
    least = math.inf if threshold is None else threshold
    picked = evidence.probability >= least
    heavy = float(evidence.weight[picked].sum())
    hits = float((evidence.weight * evidence.outcome)[picked].sum())
    alone = picked & evidence.drawn
    rows, conversions = int(alone.sum()), int(evidence.outcome[alone].sum())
    told = exact_interval(conversions, rows)
    return Cutoff(
        name=str(name),
        rule=rule,
        threshold=threshold,
        kept=True,
        said=said,
        share=heavy / float(evidence.weight.sum()),
        weighted_precision=hits / heavy if heavy else math.nan,
        precision=told.value,
        precision_low=told.low,
        precision_high=told.high,
        rows=rows,
        conversions=conversions,
    )


def _nested(mql: Cutoff, sql: Cutoff, evidence: Evidence) -> Cutoff:
    """MQL cutoff, lowered below SQL's where it is not."""
    if mql.threshold is None or sql.threshold is None or mql.threshold < sql.threshold:
        return mql
    crossed = f"{mql.said} But at {mql.threshold:.3f} it is not below SQL's"
    share = MQL_BEYOND_SQL * sql.share
    threshold, is_wide = threshold_below(sql.threshold, share, evidence)
    if threshold is None:
        said = f"{crossed}, and no lead here is below that: there is no MQL cutoff."
        return replace(_at(mql.name, "none", None, said, evidence), kept=False)
    reach = f"{MQL_BEYOND_SQL:g} times as many leads as SQL" if is_wide else "all leads"
    said = f"{crossed} {sql.threshold:.3f}, {LOWERED} {reach}"
    still = mql.kept and mql.rule == "capture"
    end = ", which keeps the capture." if still else f", and {given_up(mql.rule)}."
    lowered = _at(mql.name, mql.rule, threshold, said + end, evidence)
    return replace(lowered, kept=still)

"""The verdicts: what has become of each cutoff's promise, proved again on newer rows.

*Kept*: the standing threshold passes its test and stays, so that nobody has to learn
another. *Moved*: it does not, and another one does. *Void*: none does; what follows is
the declared second choice, or nobody.

Why the standing threshold takes its place in the sequence and is not tested beside it:
two tests at δ would break the promise up to twice as often. The thresholds are laid
down by the scores alone, and so is this one, by older rows: the longer sequence is as
valid. A standing threshold that is stricter than the sequence's start is not tested; it
was the better choice once, and what passes now takes in more.

A capture only falls as the threshold rises, so that a standing one at or below a proven
one needs no test. A share or a value is no promise: it is reckoned anew, and *kept* if
the same rows qualify.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from scipy.special import bdtrc

from ..evidence import Evidence
from .cutoffs import APART, Cutoff, Cutoffs, choose_cutoffs
from .promises import thresholds
from .rules import (
    CaptureRule,
    CutoffRule,
    CutoffRules,
    PrecisionRule,
    ValueRule,
    asked_by,
    given_up,
    promised_by,
)


class Verdict(StrEnum):
    """What has become of a promise."""

    KEPT = "kept"
    MOVED = "moved"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Proof:
    """A cutoff that was proved again.

    Parameters
    ----------
    verdict : Verdict
    before : float or None
        The threshold that stood; None: nobody qualified.
    cutoff : Cutoff
        What holds from now on.
    said : str
        The verdict in a sentence or two.
    """

    verdict: Verdict
    before: float | None
    cutoff: Cutoff
    said: str

    def to_dict(self) -> dict[str, object]:
        """What the contract holds of it."""
        return {
            "verdict": self.verdict.value,
            "before": self.before,
            "after": self.cutoff.threshold,
            "said": self.said,
        }


@dataclass(frozen=True, slots=True)
class Proofs:
    """Both cutoffs, proved again."""

    mql: Proof
    sql: Proof

    @property
    def cutoffs(self) -> Cutoffs:
        """What holds from now on."""
        return Cutoffs(self.mql.cutoff, self.sql.cutoff)

    def to_dict(self) -> dict[str, dict[str, object]]:
        """Both by name."""
        return {"mql": self.mql.to_dict(), "sql": self.sql.to_dict()}


def prove_again(rules: CutoffRules, standing: Cutoffs, evidence: Evidence) -> Proofs:
    """Prove both cutoffs on rows that no map was fitted to.

    Parameters
    ----------
    rules : CutoffRules
        What is asked.
    standing : Cutoffs
        What has held so far.
    evidence : Evidence
        The latest rows, with their new probabilities.

    Returns
    -------
    Proofs
        MQL lies below SQL wherever both exist.

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.linspace(0.01, 0.99, 99)
    >>> evidence = Evidence.of(chance, chance > 0.5)
    >>> rules = CutoffRules(CaptureRule(0.7, 0.95), PrecisionRule(0.6, 0.95))
    >>> proofs = prove_again(rules, choose_cutoffs(rules, evidence), evidence)
    >>> proofs.mql.verdict.value, proofs.sql.verdict.value
    ('kept', 'kept')
    """
    anew = choose_cutoffs(rules, evidence)
    sql = _proof(rules.sql, standing.sql, anew.sql, evidence)
    mql = _proof(rules.mql, standing.mql, anew.mql, evidence)
    return Proofs(_nested(rules.mql, mql, sql, evidence), sql)


def _proof(rule: CutoffRule, old: Cutoff, new: Cutoff, evidence: Evidence) -> Proof:
    name, (_, asked) = new.name.upper(), asked_by(rule)
    does = "gives" if isinstance(rule, PrecisionRule | CaptureRule) else "keeps to"
    if not new.kept:
        return Proof(Verdict.VOID, old.threshold, new, f"{name}: void. {new.said}")
    least = _stands(rule, old, new, evidence)
    cutoff = _cutoff(least, new, rule, evidence)
    if old.threshold is not None and least == old.threshold:
        said = f"{name}: kept at {least:.1%}, which still {does} {asked}."
        return Proof(Verdict.KEPT, old.threshold, cutoff, said)
    was = "nobody qualified" if old.threshold is None else f"it was {old.threshold:.1%}"
    said = f"{name}: moved to {least:.1%} ({was}). {cutoff.said}"
    return Proof(Verdict.MOVED, old.threshold, cutoff, said)


def _stands(rule: CutoffRule, old: Cutoff, new: Cutoff, evidence: Evidence) -> float:
    """The standing threshold where it holds; else another one that does."""
    before, after = old.threshold, new.threshold or 0.0
    if before is None:
        return after
    match rule:
        case PrecisionRule():
            return _precise(rule, before, after, evidence)
        case CaptureRule():
            return min(before, after)
        case _:
            are_alike = (evidence.probability >= before) == (
                evidence.probability >= after
            )
            return before if are_alike.all() else after


def _precise(
    rule: PrecisionRule, before: float, after: float, evidence: Evidence
) -> float:
    """Go through the sequence with the standing threshold at its place in it."""
    delta = 1 - rule.confidence
    chance = evidence.probability[evidence.drawn]
    steps = thresholds(chance, precision=rule.precision, delta=delta)
    if not after <= before <= steps[0]:
        return after
    told = _at(before, evidence)
    # Where groups and leads differ, the test is by lead; it is made by choosing anew.
    if abs(told.weighted_precision - told.precision) > APART:
        return after
    hits = told.conversions
    passes = hits > 0 and bdtrc(hits - 1, told.rows, rule.precision) <= delta
    return before if passes else float(steps[steps > before].min(initial=steps[0]))


def _nested(rule: CutoffRule, mql: Proof, sql: Proof, evidence: Evidence) -> Proof:
    """MQL's proof, lowered below SQL's where it is not."""
    least, most = mql.cutoff.threshold, sql.cutoff.threshold
    if least is None or most is None or least < most:
        return mql
    fixed = CutoffRules(ValueRule(1.0, least), ValueRule(1.0, most))
    lowered = choose_cutoffs(fixed, evidence).mql
    still = isinstance(rule, CaptureRule) and mql.cutoff.kept
    rest = "the capture is kept" if still else given_up(mql.cutoff.rule)
    at = "nobody" if lowered.threshold is None else f"{lowered.threshold:.1%}"
    said = f"MQL: lowered to {at}, to lie below SQL's {most:.1%}; {rest}."
    cutoff = replace(lowered, rule=mql.cutoff.rule, kept=still, said=said)
    verdict = Verdict.MOVED if still else Verdict.VOID
    return Proof(verdict, mql.before, cutoff, said)


def _cutoff(
    threshold: float, new: Cutoff, rule: CutoffRule, evidence: Evidence
) -> Cutoff:
    """The cutoff chosen anew, or one like it at another proven threshold."""
    if new.threshold == threshold:
        return new
    found = _at(threshold, evidence)
    if not isinstance(rule, PrecisionRule | CaptureRule):
        return replace(found, name=new.name, rule=new.rule, said=promised_by(rule))
    said = (
        f"Proved again: {asked_by(rule)[1]}. Of {found.rows} groups with a qualifying "
        f"lead {found.conversions} converted, one row of each counted."
    )
    return replace(found, name=new.name, rule=new.rule, said=said)


def _at(threshold: float, evidence: Evidence) -> Cutoff:
    """What a given threshold does on the evidence."""
    given = ValueRule(1.0, threshold)
    return choose_cutoffs(CutoffRules(given, given), evidence).sql

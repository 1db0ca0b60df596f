"""The skill of a scorer on its newest block: of its order, and of its level.

Three things are called "no skill" and ask for different remedies. The order may not be
*shown* to be better than chance, since few leads converted: more outcomes show it. The
order may be good and the *level* off, so that the probabilities are worse than giving
everybody the base rate: a recalibration mends that. Or there is *none*, with enough
conversions that a useful skill would have been seen.

Level is told from order by putting the level right on these very rows: one number is
added to all log-odds, so that the mean probability is the rate. What is gained then, is
gained over that same rate, so that both sides know it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import expit

from ..evidence import Keys
from ..points import Floats, log_odds_of
from .intervals import Figure, paired_difference
from .misfit import offsets
from .quality import log_losses

# At an AUC of .6 the best fifth of leads holds three conversions in ten (binormal);
# below it a list is hardly worth its sorting.
USEFUL: Final = 0.60
# Standard errors from .5 at which four intervals of five leave .5 out.
_SEEN: Final = 2.8
_ENDS: Final = 3.92  # standard errors between the ends of a 95 % interval


class SkillVerdict(StrEnum):
    """What the newest block says of a scorer's skill."""

    SHOWN = "shown"
    NOT_SHOWN = "not shown"
    NONE = "none"
    LEVEL_OFF = "level off"
    NOT_WORTH_IT = "order only"


WORDS: Final[Mapping[str, str]] = {
    SkillVerdict.NOT_SHOWN: "no skill is shown",
    SkillVerdict.NONE: "there is no skill",
    SkillVerdict.LEVEL_OFF: "the order has skill, but the level is off",
    SkillVerdict.NOT_WORTH_IT: "the order has skill, but the probabilities are not "
    "shown to be better than the base rate",
}


@dataclass(frozen=True, slots=True)
class Skill:
    """The figures that tell order from level.

    Parameters
    ----------
    auc, ratio : Figure
        The AUC, and observed over expected conversions, with their intervals.
    converted : int
        Leads that converted.
    gained : Figure
        Mean log loss of the base rate less the scorer's.
    levelled : Figure
        Mean log loss of these rows' own rate less the scorer's with its level put right
        on them.
    """

    auc: Figure
    ratio: Figure
    converted: int
    gained: Figure
    levelled: Figure

    @property
    def verdict(self) -> SkillVerdict:
        """Which of the five it is."""
        if self.auc.low > 0.5:
            if self.gained.low > 0:
                return SkillVerdict.SHOWN
            is_off = not self.ratio.low <= 1 <= self.ratio.high
            if is_off and self.levelled.low > 0:
                return SkillVerdict.LEVEL_OFF
            return SkillVerdict.NOT_WORTH_IT
        if self.auc.high < 0.5:
            return SkillVerdict.NONE
        would_show = max(self.would_be_seen, self.auc.high) <= USEFUL
        return SkillVerdict.NONE if would_show else SkillVerdict.NOT_SHOWN

    @property
    def would_be_seen(self) -> float:
        """The least AUC that four such blocks of five would tell from .5."""
        return 0.5 + _SEEN * (self.auc.high - self.auc.low) / _ENDS

    @property
    def sought(self) -> float:
        """The AUC that more outcomes are to tell from .5: a useful or the seen one."""
        is_rough = self.would_be_seen > USEFUL or self.auc.value <= 0.5
        return USEFUL if is_rough else self.auc.value

    @property
    def needed(self) -> int:
        """About how many leads have to convert for that; intervals narrow by roots."""
        if self.sought == USEFUL:
            wide = (self.would_be_seen - 0.5) / (USEFUL - 0.5)
        else:
            wide = (self.auc.value - self.auc.low) / (self.auc.value - 0.5)
        return max(math.ceil(self.converted * wide**2), self.converted + 1)


def skill_of(
    probability: Floats,
    outcome: Floats,
    *,
    lead_id: Keys,
    group_id: Keys,
    base_rate: float,
    auc: Figure,
    ratio: Figure,
    seed: int,
) -> Skill:
    """Tell order from level on rows that nobody had seen.

    Parameters
    ----------
    probability, outcome : ndarray of shape (n,)
        Calibrated, in (0, 1); 0 or 1, both of them.
    lead_id, group_id : sequence of shape (n,)
    base_rate : float
        In (0, 1): the rate that was known before these rows.
    auc, ratio : Figure
        As of :func:`models.judging.quality.judge`.
    seed : int
        Of the samples that make the intervals.

    Examples
    --------
    The order is perfect, and all is said to be a tenth as likely as it is.

    >>> outcome = np.repeat([0.0, 1.0], 50)
    >>> found = skill_of(
    ...     np.where(outcome == 1, 0.05, 0.001), outcome, lead_id=range(100),
    ...     group_id=range(100), base_rate=0.5, auc=Figure(1, 0.99, 1),
    ...     ratio=Figure(20, 15, 25), seed=0,
    ... )
    >>> found.verdict.value, found.converted
    ('level off', 50)
    """
    log_odds = log_odds_of(probability)
    weight = np.ones((1, len(outcome)))
    shift = float(offsets(weight, weight * outcome, log_odds)[0])
    rate = float(outcome.mean())
    ours = log_losses(probability, outcome)
    right = log_losses(expit(log_odds + shift), outcome)

    def over(constant: float, losses: Floats) -> Figure:
        of_all = log_losses(np.full(len(outcome), constant), outcome)
        return paired_difference(of_all, losses, group_id=group_id, seed=seed)

    nothing = Figure(math.nan, math.nan, math.nan)
    return Skill(
        auc,
        ratio,
        len(set(np.asarray(lead_id, dtype=object)[outcome == 1])),
        over(base_rate, ours),
        over(rate, right) if math.isfinite(shift) else nothing,
    )


def said_of(skill: Skill) -> str:
    """What it is, with its figures and the remedy, in whole sentences."""
    first = WORDS.get(skill.verdict, "")
    head = f"{first[:1].upper()}{first[1:]}: the test AUC is {skill.auc}"
    gains = f"over the base rate {skill.gained} of log loss is gained"
    own = (
        f"with the level put right on these same rows {skill.levelled} would be gained "
        "over their own rate"
    )
    match skill.verdict:
        case SkillVerdict.SHOWN:
            return f"The test AUC is {skill.auc}, and {gains}."
        case SkillVerdict.LEVEL_OFF:
            return (
                f"{head}, yet {gains}, since observed over expected is {skill.ratio}; "
                f"{own}. Recalibrate on the newest mature rows: the level has moved."
            )
        case SkillVerdict.NOT_WORTH_IT:
            return (
                f"{head}, yet {gains}, and {own}. Go by the order of the leads and not "
                "by their probabilities, and recalibrate once more outcomes are known."
            )
        case SkillVerdict.NONE if skill.auc.high < 0.5:
            return (
                f"{head}, all of it below .5, with {_leads(skill.converted)}. What "
                "told a conversion before tells the opposite now: look at what has "
                "changed, and keep to the base rate or the points table."
            )
        case SkillVerdict.NONE:
            return (
                f"{head}, with {_leads(skill.converted)}, where one of "
                f"{skill.would_be_seen:.3f} would have been seen. More outcomes of the "
                "same kind will hardly help: bring other data, or keep to the base "
                "rate or the points table."
            )
        case SkillVerdict.NOT_SHOWN:
            return (
                f"{head}, which contains .5, with {_leads(skill.converted)}. To tell "
                f"an AUC of {skill.sought:.3f} from chance takes about "
                f"{skill.needed:,} of them in the test block, "
                f"{skill.needed - skill.converted:,} more: wait for more outcomes or "
                "bring better data, and until then keep to the base rate or the "
                "points table."
            )


def _leads(converted: int) -> str:
    return f"{converted:,} lead{'' if converted == 1 else 's'} that converted"

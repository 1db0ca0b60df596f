"""A step: one allowed action, made by so much, and the lead as it then would be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from features.errors import ModelError

from ..explaining.words import uncapital
from ..players import ModelFeature
from ..points import Floats
from ..treeshap.kernel import Rule
from ..treeshap.trees import Trees
from ..wording import Wording
from .actions import Action, Change, How, MoreTouches, Move

_CATEGORY_COST = 1.0  # another category is as much as the whole range of a number
_MOST_DIGITS = 15  # of a number that can be read
_WHOLE_FROM = 1000  # from here on a number as it is is told without decimals
_NOUGHT = 1e-30
# What follows from a touch need not lie within what was seen: what is counted has to.
_FOLLOWING = {How.FIRST, How.LIKE, How.LIKE_MISSING, How.SHARE, How.POSITION}
_ENDLESS = 1e300  # a threshold that only sets missing values apart


@dataclass(frozen=True, eq=False)
class Step:
    """One action by so much.

    Attributes
    ----------
    action : Action
    amount : float
        How many touches; or what the signal becomes (of lookbacks, the longest).
    cost : float
        As a share of the signal's range.
    words : str
    """

    action: Action
    amount: float
    cost: float
    words: str
    features: tuple[ModelFeature, ...]

    def onto(self, row: Floats) -> Floats | None:
        """The lead with the step made; None where that leaves the range of training."""
        if isinstance(self.action, MoreTouches):
            made = _touched(self.action.moves, self.amount, row, self.features)
        else:
            made = _changed(self.action, self.amount, row)
            if not _is_allowed(self.action, made):
                return None
        return made if _is_within(made, row, self.features) else None


def steps_of(
    action: Action, row: Floats, trees: Trees, wording: Wording
) -> Iterator[Step]:
    """Every step of an action that may make a difference to a lead's score.

    Parameters
    ----------
    row : ndarray of shape (n_features,)
        As encoded for the booster.
    """
    features = wording.features
    if isinstance(action, MoreTouches):
        size = _range_of_touches(action, features)
        for k in range(1, action.most + 1):
            yield Step(action, k, k / size, _touches_in_words(action, k), features)
    elif action.values:
        yield from _other_categories(action, row, features)
    else:
        yield from _other_numbers(action, row, trees, features)


def _touched(
    moves: tuple[Move, ...], k: float, row: Floats, features: tuple[ModelFeature, ...]
) -> Floats:
    made = row.copy()
    for move in moves:
        at, value = move.column, made[move.column]
        least = max(features[at].low or 0.0, 0.0)  # as near to now as training has seen
        if move.how is How.ADD:
            made[at] = value + k
        elif move.how is How.NOW:
            made[at] = least
        elif move.how is How.FIRST:
            made[at] = least if np.isnan(value) else value
        elif move.how is How.ONE:
            made[at] = value + _is_long_ago(move, row)
        elif move.how is How.LIKE or (move.how is How.LIKE_MISSING and np.isnan(value)):
            made[at] = made[_place(move.other)]
        elif move.how is How.SHARE:
            made[at] = _share(move, k, row, made)
        elif move.how is How.POSITION:
            made[at] = _position(move, k, made)
        elif move.how is How.WORD or (move.how is How.FIRST_WORD and np.isnan(value)):
            made[at] = float(move.category or 0)
        if move.how in _FOLLOWING and made[at] != value:
            made[at] = _as_seen(made[at], features[at])
    return made


def _as_seen(value: float, feature: ModelFeature) -> float:
    """The nearest value that training has seen: trees tell no other from it.

    Examples
    --------
    >>> _as_seen(0.999, ModelFeature("journey_days", low=0.0, high=0.998))
    0.998
    """
    if feature.low is None or feature.high is None or math.isnan(value):
        return value
    return min(max(value, feature.low), feature.high)


def _is_long_ago(move: Move, row: Floats) -> bool:
    last = row[_place(move.other)]
    return bool(np.isnan(last) or (move.after_days or math.inf) <= last)


def _share(move: Move, k: float, row: Floats, made: Floats) -> float:
    """The share as it then is; as it was, where that cannot be told."""
    was, part = float(row[move.column]), _place(move.part)
    if move.whole is not None:
        is_all = (
            move.after_days is None or not row[_place(move.other)] > move.after_days
        )
        return float(made[part] / made[move.whole]) if is_all else was
    if was == 0:  # of how many, is not seen
        return was
    before = 0.0 if math.isnan(was) else float(row[part]) / was
    return float(made[part] / (before + k))


def _position(move: Move, k: float, made: Floats) -> float:
    """Where in the journey a last touch lies; missing where the journey is none.

    A journey of several touches that all are of now is short, but it is one.
    """
    first, last = made[_place(move.other)], made[_place(move.part)]
    length = first - made[_place(move.whole)]
    if np.isnan(last) or (length <= 0 and k == 1):
        return math.nan
    return float((first - last) / length) if length > 0 else 1.0


def _place(column: int | None) -> int:
    if column is None:
        raise ModelError(
            "An action of the contract lacks a column that it rests on: the contract "
            "is damaged. Train again, or fetch the scorer again."
        )
    return column


def _changed(action: Change, amount: float, row: Floats) -> Floats:
    made = row.copy()
    if len(action.columns) == 1:
        made[action.columns[0]] = amount
    else:
        by = amount - row[action.columns[-1]]
        made[list(action.columns)] += by
    return made


def _is_allowed(action: Change, made: Floats) -> bool:
    """Whether a number stays within the range that was configured for it."""
    held = made[list(action.columns)]
    low = -math.inf if action.low is None else action.low
    high = math.inf if action.high is None else action.high
    return bool(action.values) or bool(((held >= low) & (held <= high)).all())


def _is_within(made: Floats, row: Floats, features: tuple[ModelFeature, ...]) -> bool:
    for column in np.flatnonzero((made != row) & ~np.isnan(made)).tolist():
        low, high = features[column].low, features[column].high
        if math.isinf(made[column]):
            return False
        if low is not None and high is not None and not low <= made[column] <= high:
            return False
    return True


def _range_of_touches(action: MoreTouches, features: tuple[ModelFeature, ...]) -> float:
    """Range of the kind's own count: no other that moves along is as narrow."""
    ranges = [_range(features[m.column]) for m in action.moves if m.how is How.ADD]
    return min(ranges, default=float(action.most))


def _range(feature: ModelFeature) -> float:
    """Range seen in training; 1 where none was kept, or nothing differed."""
    low, high = feature.low, feature.high
    return 1.0 if low is None or high is None else (high - low) or 1.0


def _touches_in_words(action: MoreTouches, k: int) -> str:
    is_given = action.words.casefold() != action.kind.replace("_", " ").casefold()
    words = action.words if is_given else uncapital(action.words)
    return f"{k} more {words} touch{'es' if k > 1 else ''} now"


def _other_categories(
    action: Change, row: Floats, features: tuple[ModelFeature, ...]
) -> Iterator[Step]:
    (column,) = action.columns
    categories = features[column].categories or ()
    for value in action.values:
        code = 1.0 + categories.index(value)
        if code != row[column]:
            said = f"{action.words} {value}"
            yield Step(action, code, _CATEGORY_COST, said, features)


def _other_numbers(
    action: Change, row: Floats, trees: Trees, features: tuple[ModelFeature, ...]
) -> Iterator[Step]:
    """Just beyond each threshold that lies in the allowed direction."""
    last = action.columns[-1]
    if np.isnan(row[list(action.columns)]).any():
        return
    now = float(row[last])
    amounts = {
        float(now + (value - row[column])) if column != last else float(value)
        for column in action.columns
        for value in _beyond(action, float(row[column]), trees, column)
    }
    for amount in sorted(amounts, key=lambda a: abs(a - now)):
        cost = abs(amount - now) / _range(features[last])
        said = f"{action.words} {amount:,.15g} rather than {_short(now)}"
        yield Step(action, amount, cost, said, features)


def _short(number: float) -> str:
    """A number in four digits, or whole.

    Examples
    --------
    >>> _short(12345.6), _short(0.12345), _short(-2.0)
    ('12,346', '0.1235', '-2')
    """
    return f"{number:,.0f}" if abs(number) >= _WHOLE_FROM else f"{number:,.4g}"


def _beyond(action: Change, now: float, trees: Trees, column: int) -> Iterator[float]:
    """The first number beyond each threshold of a column, seen from where it is."""
    mine = (trees.splits.feature == column) & (trees.splits.rule != Rule.CATEGORY)
    thresholds = np.unique(trees.splits.threshold[mine])
    thresholds = thresholds[np.abs(thresholds) < _ENDLESS]
    if action.direction > 0:
        ahead = [*thresholds[thresholds >= now].tolist(), math.inf]
        high = math.inf if action.high is None else action.high
        for threshold, end in pairwise(ahead):
            whole = math.floor(threshold) + 1.0
            yield whole if action.is_whole else _above(threshold, min(end, high))
    else:
        behind = [*thresholds[thresholds < now][::-1].tolist(), -math.inf]
        low = -math.inf if action.low is None else action.low
        for threshold, end in pairwise(behind):
            whole = float(math.floor(threshold))
            yield whole if action.is_whole else -_from(-threshold, min(-end, -low))


def _above(threshold: float, end: float) -> float:
    """A number in (threshold, end], near its lower end, of few digits.

    Examples
    --------
    >>> _above(199.5, 1000.0), _above(0.1231, 0.1239), _above(0.0, float("inf"))
    (200.0, 0.1232, 1.0)
    >>> _above(1e-35, 3.0)
    1.0
    """
    for unit in _units(threshold):
        value = float(f"{(math.floor(threshold / unit) + 1) * unit:.15g}")
        if threshold < value <= end:
            return value
    return math.nextafter(threshold, math.inf)


def _from(threshold: float, end: float) -> float:
    """A number in [threshold, end), near its lower end, of few digits."""
    tried = (math.ceil(threshold / unit) * unit for unit in _units(threshold))
    values = (float(f"{value:.15g}") for value in tried)
    return next((v for v in values if threshold <= v < end), threshold)


def _units(near: float) -> Iterator[float]:
    """Steps of three digits of a number, then of four, and so on."""
    # LightGBM splits between nought and what is above it at 1e-35.
    first = math.floor(math.log10(abs(near))) - 2 if abs(near) > _NOUGHT else 0
    return (10.0**-power for power in range(-first, _MOST_DIGITS - first))

"""A lead's explanation as a picture: one SVG that needs nothing else.

Every bar begins where the one above it ends, so that the eye can add them up. Colours
are said twice: as attributes for a file of its own, and as classes for a page that has
light and dark ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Final

from models.points import signed

from .found import Why
from .inert import inert, inert_long
from .outlook import plain
from .said import (
    chance_alone,
    cutoffs_told,
    known_when,
    others_words,
    points_at,
    qualified,
    reference_words,
    remarks,
    told_topics,
    topic_words,
    total_words,
    unit,
)

_WIDTH: Final = 900
_LEFT: Final = 408  # where the bars begin; words stand before
_RIGHT: Final = 64  # for the figure beside a bar
_ROW: Final = 30
_BAR: Final = 16
_LINE: Final = 18  # of small print
_MOST_WORDS: Final = 60  # characters beside a bar
_LINE_WORDS: Final = 120  # characters of a line of small print
_RAISES, _LOWERS, _OTHER = "#1b7f5c", "#b3472e", "#7b8494"
_INK, _SOFT, _RULE = "#1d2330", "#6b7280", "#c9cdd5"


@dataclass(frozen=True)
class Step:
    """One bar, in what is shown: points, or percent."""

    words: str
    amount: float
    start: float
    is_rest: bool = False

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.start + self.amount


def svg(found: Why) -> str:
    """Draw the waterfall from the start to the score, with its heading."""
    small = [t for s in remarks(found) for t in wrap(s, _LINE_WORDS)]
    top = 100 + _LINE * len(small)
    bars, height = _waterfall(found, top)
    below = [t for s in _below(found) for t in wrap(s, _LINE_WORDS)]
    body = [
        *_head(found),
        *(_text(24, 84 + _LINE * i, s, 12, "soft") for i, s in enumerate(small)),
        *bars,
        *(
            _text(24, height + 14 + _LINE * i, s, 12, "soft")
            for i, s in enumerate(below)
        ),
    ]
    return _whole(found, body, height + 14 + _LINE * len(below))


def waterfall(found: Why) -> str:
    """Draw the waterfall alone, for a page that has its own heading."""
    bars, height = _waterfall(found, 0)
    return _whole(found, bars, height)


def steps_of(found: Why) -> list[Step]:
    """Return the bars in their order: what raises, what lowers, the rest by topic."""
    steps, at = [], found.start_amount
    for line in (*found.raising, *found.lowering):
        steps.append(Step(inert_long(line.seen), line.amount, at))
        at += line.amount
    for words, amount in _rest(found):
        steps.append(Step(words, amount, at, is_rest=True))
        at += amount
    return steps


def _rest(found: Why) -> list[tuple[str, float]]:
    """The signals that are no reasons: by topic, or as one where that says no more."""
    if topics := told_topics(found):
        return [(topic_words(t), t.points) for t in topics]
    if not found.others:
        return []
    words = others_words(len(found.others))
    return [(words[:1].upper() + words[1:], found.other_amount)]


def _whole(found: Why, body: list[str], height: float) -> str:
    values = found.output
    words = (
        f"Lead {inert(values['lead_id'])}: from {plain(found.start_amount)} "
        f"{unit(found)} at the start to {plain(found.total_amount)}, a score of "
        f"{values['score']}."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" '
        f'width="{_WIDTH}" height="{height:.0f}" role="img" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">'
        f"<title>{_safe(words)}</title>"
        f'<rect class="ground" width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join(body)}</svg>\n"
    )


def _head(found: Why) -> list[str]:
    values = found.output
    said = (
        f"{chance_alone(found)} · {qualified(values['qualification'])} · "
        f"grade {inert(values['grade'])}"
    )
    score = str(values["score"])
    return [
        _text(24, 38, f"Lead {_shortened(inert(values['lead_id']))}", 20, weight=600),
        _text(24, 62, said, 14, "soft"),
        _text(_WIDTH - 24, 52, score, 40, anchor="end", weight=700),
    ]


def _below(found: Why) -> list[str]:
    clipped = f" {_sentence(total_words(found))}" if found.is_clipped else ""
    return [
        f"50 is a lead at the reference rate; 10 points more double the odds.{clipped}",
        f"The lead {known_when(found)}. {cutoffs_told(found)}",
    ]


def _waterfall(found: Why, top: float) -> tuple[list[str], float]:
    """The bars from a height on, and the height at which they end."""
    steps, start, total = steps_of(found), found.start_amount, found.total_amount
    cutoffs = _cutoffs(found)
    edges = [start, total, *(s.end for s in steps), *cutoffs.values()]
    low, high = min(edges), max(edges)
    margin = 0.04 * (high - low) or 1.0
    low, high = low - margin, high + margin

    def x(points: float) -> float:
        return _LEFT + (points - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    first = top + 44
    last = first + _ROW * (len(steps) + 1)
    marks = [
        mark
        for name, points in cutoffs.items()
        for mark in _cutoff(name, x(points), top + 26, last + 6)
    ]
    rows = [_start(found, first, x(start))]
    for number, step in enumerate(steps, start=1):
        rows.append(_bar(step, first + _ROW * number, x))
    rows.append(_total(found, last, x(total)))
    return [*marks, *rows], last + _ROW + 8


def _cutoffs(found: Why) -> dict[str, float]:
    """Where each cutoff lies that there is."""
    return {
        name.upper(): points_at(threshold, found.wording)
        if found.chances is None
        else threshold * 100
        for name, threshold in found.wording.thresholds.items()
        if threshold is not None
    }


def _cutoff(name: str, place: float, top: float, end: float) -> list[str]:
    return [
        f'<line class="cutoff" x1="{place:.1f}" x2="{place:.1f}" y1="{top:.0f}" '
        f'y2="{end:.0f}" stroke="{_RULE}" stroke-dasharray="3 3"/>',
        _text(place, top - 6, name, 12, "soft", anchor="middle"),
    ]


def _start(found: Why, top: float, place: float) -> str:
    words = (
        "Start: a lead of which nothing is known"
        if found.reference.size is None
        else _shortened(f"Start: {reference_words(found)}")
    )
    return (
        _text(_LEFT - 16, top + 17, words, 13, "soft", anchor="end")
        + _tick("start", place, top + 4, top + _ROW)
        + _text(place + 6, top + 17, plain(found.start_amount), 13, "soft")
    )


def _bar(step: Step, top: float, x: Callable[[float], float]) -> str:
    name = "rest" if step.is_rest else "raise" if step.amount >= 0 else "lower"
    colour = {"rest": _OTHER, "raise": _RAISES, "lower": _LOWERS}[name]
    left, right = sorted((x(step.start), x(step.end)))
    figure = signed(step.amount)
    ink = name if name != "rest" else "soft"
    return (
        _text(_LEFT - 16, top + 17, _shortened(step.words), 13, anchor="end")
        + f'<rect class="bar {name}" x="{left:.1f}" y="{top + 5:.0f}" rx="2" '
        f'height="{_BAR}" width="{max(right - left, 1):.1f}" fill="{colour}"/>'
        + _tick("join", x(step.end), top + 5 + _BAR, top + _ROW + 5)
        + _text(right + 6, top + 17, figure, 13, ink, colour=colour)
    )


def _total(found: Why, top: float, place: float) -> str:
    words = (
        f"{plain(found.total_amount)} {unit(found)}: a score of {found.output['score']}"
    )
    return _text(_LEFT - 16, top + 19, words, 14, anchor="end", weight=600) + _tick(
        "total", place, top + 5, top + 5 + _BAR, width=3, colour=_INK
    )


def _tick(
    name: str,
    place: float,
    top: float,
    end: float,
    *,
    width: float = 1,
    colour: str = _RULE,
) -> str:
    return (
        f'<line class="{name}" x1="{place:.1f}" x2="{place:.1f}" y1="{top:.0f}" '
        f'y2="{end:.0f}" stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    size: int,
    name: str = "ink",
    *,
    colour: str = "",
    anchor: str = "start",
    weight: int = 400,
) -> str:
    colour = colour or {"ink": _INK, "soft": _SOFT}[name]
    return (
        f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" '
        f'fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{_safe(words)}</text>"
    )


def _shortened(words: str) -> str:
    if len(words) <= _MOST_WORDS:
        return words
    return words[: _MOST_WORDS - 1].rstrip() + "…"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _safe(words: str) -> str:
    return escape(words)

"""A lead's explanation as a picture: one SVG that needs nothing else."""

from __future__ import annotations

from html import escape
from textwrap import wrap

from .why import Line, Why, cutoffs_told, known_when, status_told

_WIDTH, _ROW, _LEFT, _RIGHT = 900, 30, 420, 64
_RAISES, _LOWERS, _INK, _SOFT = "#1b7f5c", "#b3472e", "#1d2330", "#6b7280"
_MOST_WORDS = 62
_LINE, _LINE_WORDS = 18, 130  # of small print: height, and the most characters


def svg(found: Why) -> str:
    """Draw the waterfall from the start to the score.

    Every bar begins where the one above it ends, so that the eye can add them up.
    """
    lines = [*found.raising, *found.lowering]
    rest = Line("other", "All other signals", "", found.other_points)
    steps = [*sorted(lines, key=lambda x: -x.points), rest]
    start = float(found.values["start_points"])
    at, places = start, []
    for step in steps:
        places.append((at, at + step.points))
        at += step.points
    edges = [e for place in places for e in place]
    low, high = min(edges) - 2, max(edges) + 2

    def x(points: float) -> float:
        return _LEFT + (points - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    status = wrap(status_told(found), _LINE_WORDS)
    top = 108 + _LINE * len(status)
    rows = [
        _row(top + _ROW * i, s, x(a), x(b))
        for i, (s, (a, b)) in enumerate(zip(steps, places, strict=True))
    ]
    end = top + 2 + _ROW * len(steps)
    height = end + 60 + _LINE
    small = [_text(24, 84 + _LINE * i, s, 12, _LOWERS) for i, s in enumerate(status)]
    body = [*_head(found), *small, *_axis(x(start), start, top, end), *rows]
    body.append(_total(found, x(at), end))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(body)}</svg>\n'
    )


def _head(found: Why) -> list[str]:
    values, contract = found.values, found.contract
    days = contract.horizon_days
    within = "" if days is None else f" within {days:g} days"
    qualified = {"none": "not qualified", "mql": "MQL", "sql": "SQL"}
    score = str(values["score"])
    return [
        _text(24, 38, f"Lead {values['lead_id']}", 20, _INK, weight=600),
        _text(
            24, 62,
            f"{values['probability']:.1%} chance of {contract.conversion}{within} · "
            f"{qualified[values['qualification']]} · grade {values['grade']}",
            14, _SOFT,
        ),
        _text(_WIDTH - 24, 52, score, 40, _INK, anchor="end", weight=700),
    ]  # fmt: skip


def _axis(place: float, start: float, top: int, end: int) -> list[str]:
    words = "start: a lead of which nothing is known"
    return [
        _text(_LEFT - 16, top - 12, words, 13, _SOFT, anchor="end"),
        _text(place, top - 12, f"{start:.1f}", 13, _SOFT, anchor="middle"),
        f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{top - 6}" y2="{end}" '
        'stroke="#d4d7dd" stroke-dasharray="3 3"/>',
    ]


def _row(top: int, step: Line, start: float, end: float) -> str:
    colour = _RAISES if step.points >= 0 else _LOWERS
    words = step.words
    if len(words) > _MOST_WORDS:
        words = words[: _MOST_WORDS - 1].rstrip() + "…"
    label = max(start, end) + 6
    return (
        _text(_LEFT - 16, top + 18, words, 13, _INK, anchor="end")
        + f'<rect x="{min(start, end):.1f}" y="{top + 5}" rx="2" height="{_ROW - 12}" '
        f'width="{max(abs(end - start), 1):.1f}" fill="{colour}"/>'
        + _text(label, top + 18, f"{step.points:+.1f}".replace("-", "−"), 13, colour)
    )


def _total(found: Why, place: float, end: int) -> str:
    words = f"{found.total:.1f} points"
    clipped = not 0 <= found.total <= 100
    return (
        f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{end - 4}" y2="{end + 10}" '
        f'stroke="{_INK}" stroke-width="2"/>'
        + _text(place, end + 28, words, 14, _INK, anchor="middle", weight=600)
        + _text(
            24, end + 48,
            "50 is a lead at the reference rate; 10 points more double the odds."
            + (" The score is clipped to 0–100." if clipped else ""),
            12, _SOFT,
        )
        + _text(
            24, end + 48 + _LINE,
            f"The lead {known_when(found)}. {cutoffs_told(found)}",
            12, _SOFT,
        )
    )  # fmt: skip


def _text(
    x: float,
    y: float,
    words: str,
    size: int,
    colour: str,
    *,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
    )

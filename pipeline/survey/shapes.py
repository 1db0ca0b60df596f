"""Small pictures of points against values: one SVG a signal, all on one scale.

Why one scale: beside one another they are compared, and a weak signal that is stretched
to the width of a strong one looks as strong.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final

import pandas as pd

from features.vocabulary import Unit
from models.points import signed

SHAPES_CSS: Final = """\
.shapes { display: grid; gap: 1.5rem 1.75rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.shapes figcaption b { color: var(--ink); font-weight: 600; display: block; }
.shapes svg { display: block; margin-top: .3rem; }
.shapes .zero { stroke: var(--line); }
.shapes .spread { opacity: .28; }
"""

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 320, 118, 40, 17, 18
_MOST_LETTERS: Final = 16
_NEARLY_ALL: Final = 0.95  # of the variance; no word is lost on what is left


def shapes(table: pd.DataFrame) -> Iterator[str]:
    """Draw each signal of a dependence table, in its order."""
    if table.empty:
        return
    low = min(float(table["low_points"].min()), float(table["mean_points"].min()), 0.0)
    high = max(
        float(table["high_points"].max()), float(table["mean_points"].max()), 0.0
    )
    scale = _Scale(low, high)
    for _, bins in table.groupby("signal", sort=False):
        yield _figure(
            [{str(k): v for k, v in b.items()} for b in bins.to_dict("records")], scale
        )


class _Scale:
    """Points to places across, the same in every picture."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self._per_point = (_WIDTH - _LEFT - _RIGHT) / max(high - low, 1e-9)

    def at(self, points: float) -> float:
        return _LEFT + (points - self.low) * self._per_point


def _figure(bins: list[dict[str, Any]], scale: _Scale) -> str:
    first = bins[0]
    height = _TOP + _ROW * len(bins) + 4
    zero = scale.at(0)
    rows = "".join(_bin(b, scale, _TOP + _ROW * i) for i, b in enumerate(bins))
    words = str(first["words"])
    return (
        f"<figure><figcaption><b>{escape(words)}</b>"
        f"{escape(_column_said(first))}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" font-size="11" aria-label="{escape(words, quote=True)}">'
        f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="{_TOP - 4}" '
        f'y2="{height - 4}"/>{_ends(scale)}{rows}</svg></figure>'
    )


def _ends(scale: _Scale) -> str:
    """The ends of the scale, and its nought where there is room for it."""
    told = [("start", _LEFT, signed(scale.low, 0)), ("middle", scale.at(0), "0")]
    told.append(("end", _WIDTH - _RIGHT, signed(scale.high, 0)))
    shown = [told[1]]
    if scale.at(0) - _LEFT > 24:
        shown.append(told[0])
    if _WIDTH - _RIGHT - scale.at(0) > 24:
        shown.append(told[2])
    return "".join(
        f'<text class="soft" x="{x:.1f}" y="10" text-anchor="{anchor}">{words}</text>'
        for anchor, x, words in shown
    )


def _bin(found: dict[str, Any], scale: _Scale, top: int) -> str:
    mean = float(found["mean_points"])
    colour = "raise" if mean >= 0 else "lower"
    left, right = scale.at(found["low_points"]), scale.at(found["high_points"])
    middle = top + _ROW / 2
    label = bin_label(found)
    cut = label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"
    return (
        f"<g><title>{escape(label)}: {signed(mean)} points, {found['rows']:,} snapshots"
        f'</title><text x="{_LEFT - 8}" y="{middle + 4:.1f}" text-anchor="end">'
        f"{escape(cut)}</text>"
        f'<rect class="{colour} spread" x="{left:.1f}" y="{middle - 4:.1f}" height="8" '
        f'width="{max(right - left, 1):.1f}" rx="2"/>'
        f'<circle class="{colour}" cx="{scale.at(mean):.1f}" cy="{middle:.1f}" '
        f'r="3.5"/><text class="soft" x="{_WIDTH - 3}" y="{middle + 4:.1f}" '
        f'font-size="10" text-anchor="end">{found["rows"]:,}</text></g>'
    )


def _column_said(first: dict[str, Any]) -> str:
    """Name the column where the signal has others, and say what it leaves open."""
    told = [] if first["column"] == first["signal"] else [f"by {first['column']}"]
    if first["explained"] < _NEARLY_ALL:
        told.append(f"the value tells {first['explained']:.0%} of it")
    return "; ".join(told)


def bin_label(found: dict[str, Any]) -> str:
    """What the snapshots of a bin have in common, as people read it.

    Examples
    --------
    >>> bin_label({"kind": "value", "low": 2.0, "high": 5.0, "unit": "count"})
    '2–5'
    >>> bin_label({"kind": "value", "low": 0.5, "high": 0.5, "unit": "share"})
    '50%'
    >>> bin_label({"kind": "missing", "unit": "days"})
    'none, unknown'
    """
    if found["kind"] == "missing":
        return "none, unknown"
    if found["kind"] != "value":
        return str(found["label"])
    low, high = (_number(float(found[k]), found["unit"]) for k in ("low", "high"))
    days = " d" if found["unit"] == Unit.DAYS else ""
    return f"{low}{days}" if low == high else f"{low}–{high}{days}"


def _number(value: float, unit: str) -> str:
    if unit == Unit.SHARE:
        return f"{value:.0%}"
    for size, letter in ((1e9, "bn"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    if unit == Unit.DAYS:
        return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"
    told = f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"
    return told.replace("-", "−")

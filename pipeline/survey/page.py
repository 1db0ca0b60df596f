"""The survey as a page: ``signals.html``, for whoever wants to know the model.

Everything is told in points, the unit of the score. Segments unfold, and are open when
the page is printed or opened: nothing needs a script.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

import pandas as pd

from features.catalogue import slug
from models.surveying.importance import ALL, QUALIFICATION, overall

from ..paper import page
from .shapes import SHAPES_CSS, shapes

_SIGNALS: Final = 20  # as bars; the others are one sentence
_BY_SEGMENT: Final = 10
_VALUES: Final = 6  # of a segment, side by side
_PAIRS: Final = 10
_QUALIFIED: Final = {"none": "neither", "mql": "MQL", "sql": "SQL"}
_LEAST_POINTS: Final = 0.05  # what would be shown as 0.0

_CSS: Final = """\
.bars td { border: 0; padding: .12rem .7rem .12rem 0; vertical-align: middle; }
.bars { width: 100%; }
.bars td:first-child { width: 50%; }
.bars .track { width: 44%; }
.bar { display: flex; height: .8rem; border-radius: 2px; overflow: hidden; }
.bar i { display: block; height: 100%; }
.bar .up { background: var(--raise); }
.bar .down { background: var(--lower); }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px;
  vertical-align: -.05rem; margin: 0 .3rem 0 .8rem; }
.scroll { overflow-x: auto; }
.grid th.number { white-space: normal; vertical-align: bottom; }
.grid td.number { min-width: 5.5rem; padding-left: .7rem; padding-right: 0;
  background: linear-gradient(var(--soft), var(--soft)) 100% 100% / var(--w) 2px
  no-repeat; }
.grid td:first-child { min-width: 11rem; }
.grid td { vertical-align: bottom; }
.grid th.number { padding-left: .7rem; padding-right: 0; }
summary { margin-top: 1rem; font-weight: 600; }
"""


@dataclass(frozen=True, eq=False)
class Survey:
    """What the page tells.

    Attributes
    ----------
    model : str
        The scorer's name.
    rows_said : str
        Which rows it is of.
    importance, dependence, interplay : DataFrame
        As of the modules of these names in ``models.surveying``.
    stability : tuple of str
        Sentences.
    has_personal : bool
        Whether there are signals whose values are not shown.
    """

    model: str
    rows_said: str
    importance: pd.DataFrame
    dependence: pd.DataFrame
    interplay: pd.DataFrame
    stability: tuple[str, ...]
    has_personal: bool


def survey_page(survey: Survey) -> str:
    """Write the survey as one HTML file that needs nothing else."""
    title = f"What the scores of {survey.model} rest on"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(survey.rows_said)}. Points are those of the score: '
        "50 is a lead at the reference rate, 10 points more double the odds.</p>",
        "<h2>Weight: how much each signal moves the points</h2>",
        *_weight(overall(survey.importance)),
        *_segments(survey.importance),
        "<h2>Steadiness: would another booster say the same?</h2>",
        *(f"<p>{escape(said)}</p>" for said in survey.stability),
        "<h2>Shape: points against the value</h2>",
        *_shape(survey),
        "<h2>Interplay: which signals work together</h2>",
        *_interplay(survey.interplay),
    ]
    return page(title, "\n".join(body), css=_CSS + SHAPES_CSS)


def _weight(table: pd.DataFrame) -> Iterator[str]:
    """Bars of mean absolute points, parted into what raises and what lowers."""
    shown = table[table["mean_absolute_points"] >= _LEAST_POINTS].head(_SIGNALS)
    if shown.empty:
        is_any = float(table["mean_absolute_points"].sum()) > 0
        more = (
            " by as much as 0.05 on average" if is_any else ": everybody gets the same"
        )
        yield f"<p>No signal moves the points{more}.</p>"
        return
    most = float(shown["mean_absolute_points"].max())
    yield (
        '<p>Mean absolute points of a lead.<span class="key" style="background:'
        'var(--raise)"></span>raises<span class="key" style="background:var(--lower)">'
        "</span>lowers</p>"
    )
    yield '<table class="bars">'
    columns = ("words", "mean_absolute_points", "raises_share")
    for words, points, raises in zip(*(shown[c] for c in columns), strict=True):
        up, down = (100 * points / most * part for part in (raises, 1 - raises))
        yield (
            f'<tr><td>{escape(str(words))}</td><td class="number">{points:.1f}</td>'
            f'<td class="track"><div class="bar"><i class="up" style="width:{up:.1f}%">'
            f'</i><i class="down" style="width:{down:.1f}%"></i></div></td></tr>'
        )
    yield "</table>"
    left = table.iloc[len(shown) :]["mean_absolute_points"]
    if len(left):
        share = float(left.sum() / table["mean_absolute_points"].sum())
        yield (f'<p class="soft">{_others(len(left))} {share:.0%} of all points.</p>')


def _others(signals: int) -> str:
    return (
        "1 other signal carries" if signals == 1 else f"{signals} other signals carry"
    )


def _segments(table: pd.DataFrame) -> Iterator[str]:
    """One table for each way of parting the leads, its signals down, values across."""
    if "by" not in table:
        return
    every = overall(table)
    words = {
        code: f"“{told}”"
        for code, told in zip(every["signal"], every["words"], strict=True)
    }
    for by in table["by"].unique():
        if by == ALL:
            continue
        own = table[table["by"] == by]
        heading = words.get(slug(str(by)), str(by))
        yield f"<details open><summary>By {escape(heading)}</summary>"
        yield from _grid(own, every)
        yield "</details>"


def _grid(own: pd.DataFrame, every: pd.DataFrame) -> Iterator[str]:
    values = list(own["value"].unique())
    shown, left = values[:_VALUES], len(values[_VALUES:])
    keys = zip(own["signal"], own["value"], strict=True)
    cells = dict(zip(keys, own["mean_absolute_points"].tolist(), strict=True))
    rows = own.drop_duplicates("value").set_index("value")["rows"]
    signals = every.head(_BY_SEGMENT)
    wide = {s: [cells[s, v] for v in shown] for s in signals["signal"]}
    most = max((p for line in wide.values() for p in line), default=0.0) or 1.0
    said = _QUALIFIED if own["by"].iloc[0] == QUALIFICATION else {}
    heads = "".join(
        f'<th class="number">{escape(said.get(v, str(v)))}<br>'
        f"<small>{rows[v]:,}</small></th>"
        for v in shown
    )
    yield f'<div class="scroll"><table class="grid"><tr><th>Signal</th>{heads}</tr>'
    for signal, words in zip(signals["signal"], signals["words"], strict=True):
        told = "".join(
            f'<td class="number" style="--w:{100 * p / most:.0f}%">{p:.1f}</td>'
            for p in wide[signal]
        )
        yield f"<tr><td>{escape(str(words))}</td>{told}</tr>"
    yield "</table></div>"
    if left:
        yield f'<p class="soft">Rarer values ({left}) are in importance.parquet.</p>'


def _shape(survey: Survey) -> Iterator[str]:
    yield (
        "<p>Each dot is the mean points of the snapshots with that value, the bar "
        "holds four fifths of them, and the small number says how many. The wider the "
        "bar, the more the signal's other columns and other signals have a say.</p>"
    )
    if survey.has_personal:
        yield '<p class="soft">Values of personal attributes are not shown.</p>'
    yield f'<div class="shapes">{"".join(shapes(survey.dependence))}</div>'


def _interplay(table: pd.DataFrame) -> Iterator[str]:
    shown = table[table["mean_absolute_points"] >= _LEAST_POINTS].head(_PAIRS)
    if shown.empty:
        yield (
            "<p>None of the strongest signals work together: what two have beyond "
            "their own points comes to less than 0.05 on average.</p>"
        )
        return
    yield (
        "<p>Points that two of the strongest signals have together, beyond what each "
        "has by itself.</p>"
    )
    yield (
        '<table><tr><th>Signal</th><th>with</th><th class="number">mean absolute '
        'points</th><th class="number">at most</th></tr>'
    )
    for row in shown.itertuples(index=False):
        yield (
            f"<tr><td>{escape(str(row.first_words))}</td>"
            f"<td>{escape(str(row.second_words))}</td>"
            f'<td class="number">{row.mean_absolute_points:.1f}</td>'
            f'<td class="number">{row.most_absolute_points:.1f}</td></tr>'
        )
    yield "</table>"

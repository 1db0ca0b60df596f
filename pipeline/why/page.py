"""One lead's score as a page: a single HTML file that needs nothing else.

Made to be read aloud, printed and filed: headings in order, real tables, no script, no
address of anything outside, and nothing told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from models.points import signed

from ..paper import page as on_paper
from .found import Why
from .inert import inert, inert_long
from .lines import Line
from .outlook import Below, Item, Section, plain
from .picture import waterfall
from .said import (
    chance_alone,
    evidence_of,
    foot,
    known_when,
    others_words,
    points_at,
    qualified,
    remarks,
    start_words,
    told_topics,
    total_words,
    unit,
)
from .style import CSS


def page(found: Why) -> str:
    """Return the page."""
    lead = inert(found.output["lead_id"])
    body = [
        "<main>",
        _header(found),
        *(_section(s) for s in found.opening),
        _how(found),
        _reasons(found),
        *(_section(s) for s in found.sections),
        _every(found),
        "</main>",
        _footer(found),
    ]
    return on_paper(f"Why lead {lead} has its score", "\n".join(body), css=CSS)


def _header(found: Why) -> str:
    values = found.output
    remarked = "".join(f'<p class="remark">{_safe(r)}</p>' for r in remarks(found))
    chips = [qualified(values["qualification"]), f"grade {inert(values['grade'])}"]
    listed = "".join(f"<li>{_safe(_capital(c))}</li>" for c in chips)
    return (
        '<header><div><p class="eyebrow">Why this score</p>'
        f"<h1>Lead {_safe(inert(values['lead_id']))}</h1>"
        f'<p class="chance">{_safe(_capital(chance_alone(found)))}</p>'
        f'<p class="soft">{_safe(_capital(known_when(found)))}.</p>'
        f'<ul class="chips">{listed}</ul>{remarked}</div>'
        f'<p class="score"><strong>{_safe(values["score"])}</strong>'
        "<span>score, of 100</span></p></header>"
        f'<figure class="scale">{_scale(found)}</figure>'
    )


def _scale(found: Why) -> str:
    """The score on its way from 0 to 100, with the cutoffs."""
    width, left, top = 900, 4, 22
    room = width - 2 * left

    def x(points: float) -> float:
        return left + min(max(points, 0.0), 100.0) / 100 * room

    score = float(found.output["score"])
    marks = []
    for name, threshold in found.wording.thresholds.items():
        if threshold is None:
            continue
        place = x(points_at(threshold, found.wording))
        marks.append(
            f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{top - 4}" y2="{top + 14}"/>'
            f'<text class="soft" x="{place:.1f}" y="{top - 8}" font-size="12" '
            f'text-anchor="middle">{name.upper()}</text>'
        )
    cutoffs = "; ".join(
        f"{name.upper()} from {points_at(t, found.wording):.0f}"
        for name, t in found.wording.thresholds.items()
        if t is not None
    )
    words = f"Score {score:.0f} on the scale from 0 to 100. {cutoffs}"
    return (
        f'<svg viewBox="0 0 {width} 58" width="{width}" role="img" '
        f'aria-label="{_safe(words)}">'
        f'<rect class="track" x="{left}" y="{top}" width="{room}" height="10" rx="5"/>'
        f'<rect class="mark" x="{left}" y="{top}" '
        f'width="{max(x(score) - left, 4):.1f}" height="10" rx="5"/>{"".join(marks)}'
        f'<text class="soft" x="{left}" y="{top + 28}" font-size="12">0</text>'
        f'<text class="soft" x="{x(50):.1f}" y="{top + 28}" font-size="12" '
        'text-anchor="middle">50</text>'
        f'<text class="soft" x="{width - left}" y="{top + 28}" font-size="12" '
        'text-anchor="end">100</text></svg>'
    )


def _how(found: Why) -> str:
    start = _capital(start_words(found).removeprefix("start: "))
    clip = f" {_capital(total_words(found))}." if found.is_clipped else ""
    note = f" {inert_long(found.reference.note)}" if found.reference.note else ""
    return (
        "<section><h2>How the points add up</h2>"
        f"<p>From {plain(found.start_amount)} {unit(found)} at the start to "
        f"{plain(found.total_amount)}: "
        "every bar begins where the one above it ends. "
        f"{_safe('The start is ' + _uncapital(start) + '.' + clip + note)}</p>"
        f'<figure class="waterfall">{waterfall(found)}</figure></section>'
    )


def _reasons(found: Why) -> str:
    told_lines = (*found.raising, *found.lowering)
    longest = max((abs(x.amount) for x in told_lines), default=0.0) or 1.0
    told = [
        f"<h3>{heading}</h3>{_reason_list(found, lines, longest)}"
        for heading, lines in (
            ("What raises the score", found.raising),
            ("What lowers the score", found.lowering),
        )
        if lines
    ]
    return (
        "<section><h2>The reasons, and what they rest on</h2>"
        f"{''.join(told) or '<p>No signal is worth a tenth of a point.</p>'}"
        f"{_topics(found)}</section>"
    )


def _reason_list(found: Why, lines: Iterable[Line], longest: float) -> str:
    return (
        '<ul class="reasons">'
        + "".join(_reason(found, x, longest) for x in lines)
        + "</ul>"
    )


def _reason(found: Why, line: Line, longest: float) -> str:
    side = "raise" if line.points > 0 else "lower"
    share = abs(line.amount) / longest * 100
    under = "".join(
        f'<p class="under">{_safe(s)}</p>' for s in evidence_of(found, line)
    )
    return (
        f'<li><span class="figure {side}">{signed(line.amount)}</span><div>'
        f"<p>{_safe(inert_long(line.words))}</p>"
        f'<span class="bar {side}" style="width:{share:.1f}%" '
        'aria-hidden="true"></span>'
        f"{under}</div></li>"
    )


def _topics(found: Why) -> str:
    if not found.others:
        return ""
    rows = "".join(
        f"<tr><td>{_safe(inert(t.words))}</td>"
        f'<td class="number">{t.signals}</td>'
        f'<td class="number">{signed(t.points)}</td></tr>'
        for t in told_topics(found)
    )
    words = _capital(others_words(len(found.others)))
    heading = f"<h3>{words}: {signed(found.other_amount)} {unit(found)}</h3>"
    if not rows:
        return heading
    return (
        f"{heading}<table><thead><tr><th>About</th>"
        f'<th class="number">Signals</th>{_unit_head(found)}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _section(section: Section) -> str:
    lead = "".join(f"<p>{_safe(inert_long(s))}</p>" for s in section.lead)
    close = "".join(
        f'<p class="soft">{_safe(inert_long(s))}</p>' for s in section.close
    )
    bare = "" if any(i.figure for i in section.items) else " bare"
    items = "".join(_item(i, is_bare=bool(bare)) for i in section.items)
    listed = f'<ul class="parts{bare}">{items}</ul>' if items else ""
    return (
        f'<section id="{_safe(section.name)}"><h2>{_safe(section.heading)}</h2>'
        f"{lead}{listed}{close}</section>"
    )


def _item(item: Item, *, is_bare: bool) -> str:
    under = "".join(_under(b) for b in item.below)
    side = "raise" if item.figure.startswith("+") else "lower"
    figure = (
        "" if is_bare else f'<span class="figure {side}">{_safe(item.figure)}</span>'
    )
    listed = f"<ul>{under}</ul>" if under else ""
    return f"<li>{figure}<div>{_safe(inert_long(item.words))}{listed}</div></li>"


def _under(below: Below) -> str:
    figure = (
        f'<span class="small">{_safe(below.figure)}</span> ' if below.figure else ""
    )
    return f"<li>{figure}{_safe(inert_long(below.words))}</li>"


def _every(found: Why) -> str:
    rows = "".join(
        f"<tr><td>{_safe(inert_long(x.words))}</td><td>{_safe(inert(x.topic))}</td>"
        f'<td class="number">{signed(x.amount)}</td></tr>'
        for x in sorted(found.lines, key=lambda x: -abs(x.points))
    )
    return (
        f"<section><h2>All {len(found.lines)} signals</h2>"
        "<details><summary>Every signal, with its points</summary>"
        "<table><thead><tr><th>What was seen</th><th>About</th>"
        f"{_unit_head(found)}</tr></thead>"
        f"<tbody>{rows}</tbody>"
        f'<tfoot><tr><th scope="row" colspan="2">Start</th>'
        f'<td class="number">{plain(found.start_amount)}</td></tr>'
        f'<tr><th scope="row" colspan="2">Together</th>'
        f'<td class="number">{plain(found.total_amount)}</td></tr></tfoot></table>'
        "</details></section>"
    )


def _footer(found: Why) -> str:
    said = [*found.notes, *foot(found)]
    lines = "".join(f"<p>{_safe(inert_long(s))}</p>" for s in said)
    return f"<footer>{lines}</footer>"


def _unit_head(found: Why) -> str:
    return f'<th class="number">{_capital(unit(found))}</th>'


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _uncapital(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _safe(value: object) -> str:
    return escape(str(value))

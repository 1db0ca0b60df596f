"""A points card on paper: as a section of the configuration, as a table, for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from features.errors import ConfigError
from models.carding.fidelity import Fidelity
from models.learning.points_table import Line, PerTouch
from models.points import signed
from models.promoting.paired import Paired

from ..guess import toml
from ..training.contestants import EVERYBODY
from .carding import Carded

FORMS: Final = (".toml", ".csv", ".md")


def written(carded: Carded, form: str) -> str:
    """Write a card down.

    Parameters
    ----------
    form : str
        One of ``FORMS``.
    """
    return {".toml": as_toml, ".csv": as_csv, ".md": as_markdown}[form](carded)


def form_of(path: Path) -> str:
    """Return the form that a file's name asks for.

    Raises
    ------
    ConfigError
        When it asks for none of them.
    """
    if path.suffix not in FORMS:
        raise ConfigError(
            f"A points card is written as {', '.join(FORMS)}, but the file is "
            f"{path.name!r}. Give it one of these endings."
        )
    return path.suffix


def as_toml(carded: Carded) -> str:
    """Write a card as a section ``[points_table]`` to be pasted into a configuration.

    It is a contestant there, or serves where there is too little data for a model; the
    cutoffs stand in comments, as they are chosen anew.
    """
    words = {r.column: r.words for r in carded.rules}
    head = [line for said in said_of(carded) for line in toml.comment(said)]
    start = toml.Line(EVERYBODY, str(carded.everybody), "before any rule")
    lines = [
        toml.Line(toml.key(line.column), _worth(line), words[line.column])
        for line in carded.card.lines
    ]
    return (
        "\n".join([*head, "", *toml.section("[points_table]", [start, *lines])]) + "\n"
    )


def as_csv(carded: Carded) -> str:
    """Write a card as a table: its rules, and from how many points leads qualify."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(
        ["rule", "column", "words", "value", "from", "below", "most_times", "points"]
    )
    lines.writerow(["everybody", "", "Everybody", "", "", "", "", carded.everybody])
    for r in carded.rules:
        lines.writerow(
            [r.kind, r.column, r.words, r.value, r.low, r.high, r.most, r.points]
        )
    for name, least in (("mql", carded.cutoffs.mql), ("sql", carded.cutoffs.sql)):
        if least is not None:
            lines.writerow([name, "", f"{name.upper()} from", "", "", "", "", least])
    return out.getvalue()


def as_markdown(carded: Carded) -> str:
    """Write a card for people."""
    lines = [
        "# Points card",
        "",
        "| What | When | Points |",
        "|---|---|---:|",
        f"| Everybody | | {carded.everybody} |",
        *(
            f"| {_cell(r.words)} | {_cell(r.condition)} | {signed(r.points, 0)} |"
            for r in carded.rules
        ),
        "",
        *said_of(carded),
    ]
    return "\n".join(lines) + "\n"


def said_of(carded: Carded) -> Iterator[str]:
    """Say how to use a card, and what it loses."""
    yield (
        f"Everybody begins with {carded.everybody} points; add those of each rule that "
        "applies. Nothing is added where nothing is known."
    )
    yield _cutoffs_said(carded)
    found = carded.fidelity
    yield (
        f"Fitted to the model's points of {carded.fitted_rows:,} snapshots that "
        f"are not of the test block. On the {found.rows:,} of that block: "
        f"{_ranks_said(found)}; {found.same_qualification:.0%} qualify for the same; "
        f"points differ by {found.difference_points:.1f} on average."
    )
    yield (f"AUC {_given_up(found.auc, 1)}. Log loss {_given_up(found.log_loss, -1)}.")


def _ranks_said(found: Fidelity) -> str:
    if found.rank_correlation != found.rank_correlation:
        return "no rank correlation, as the card or the model has one number for all"
    return f"rank correlation with the model's points {found.rank_correlation:.3f}"


def _cutoffs_said(carded: Carded) -> str:
    told = [
        f"{name} from {least} points on"
        for name, least in (("MQL", carded.cutoffs.mql), ("SQL", carded.cutoffs.sql))
        if least is not None
    ]
    return f"{', '.join(told)}." if told else "Nobody qualifies by it, as by the model."


def _given_up(found: Paired, better: int) -> str:
    """Figures of both, and what the card gives up, or gains, with its interval."""
    ours, theirs = found.ours.value, found.theirs.value
    apart = found.difference
    way, sign = (
        ("given up", better) if better * apart.value >= 0 else ("gained", -better)
    )
    ends = sorted((sign * apart.low, sign * apart.high))
    interval = "" if ends[0] != ends[0] else f" [{ends[0]:.3f}, {ends[1]:.3f}]"
    return (
        f"{theirs:.3f} against the model's {ours:.3f}: "
        f"{abs(apart.value):.3f}{interval} {way}"
    )


def _worth(line: Line) -> str:
    """What a column is worth, as TOML."""
    worth = line.worth
    if isinstance(worth, PerTouch):
        return f"{{ points = {worth.points:.0f}, most = {worth.most} }}"
    if isinstance(worth, tuple):
        bands = [
            f"{{ from = {_number(b.least)}, points = {b.points:.0f} }}" for b in worth
        ]
        return f"[{', '.join(bands)}]"
    values = [f"{toml.key(k)} = {p:.0f}" for k, p in worth.items()]
    return f"{{ {', '.join(values)} }}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

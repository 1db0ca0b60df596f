"""The decision memo: what was compared, every gate, who decided, and because of what.

The prose is made of the same values as the JSON beside it, so that the two cannot
disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from models.judging.intervals import Figure
from models.promoting.gates import Gate

from ..refusals import verdict_words
from .comparison import Comparison

_NAMES = {
    "auc": "AUC",
    "log_loss": "log loss",
    "observed_over_expected": "observed / expected",
}


@dataclass(frozen=True)
class Memo:
    """A decision on a promotion.

    Attributes
    ----------
    model, scorer : str
        The registered name, and which of its scorers.
    champion : str or None
        Whom it would replace; None where there is none yet.
    at, by : str
        When, and who.
    because : str or None
        The reason that was given for a waiver.
    gates : tuple of Gate
        All of them.
    stopping, waived : tuple of Gate
        The failed ones: those that stop it, and those passed by a waiver.
    judged : dict
        Figures of the whole test block.
    apart : dict
        Mean and largest difference in probability between the scorer that was judged
        and the one that is served.
    trained_until : str or None
        By when every outcome was known that it learnt from.
    comparison : Comparison or None
        With the champion, where they could be compared.
    """

    model: str
    scorer: str
    champion: str | None
    at: str
    by: str
    because: str | None
    gates: tuple[Gate, ...]
    stopping: tuple[Gate, ...]
    waived: tuple[Gate, ...]
    judged: dict[str, Any]
    apart: dict[str, float]
    trained_until: str | None
    comparison: Comparison | None

    @property
    def granted(self) -> bool:
        """Whether nothing stops it."""
        return not self.stopping

    @property
    def reason(self) -> str | None:
        """Why failed gates were passed; None where none was."""
        return self.because if self.waived else None

    def refusal(self) -> str:
        """One sentence that names what stops it."""
        names = ", ".join(
            f"{g.name}: {words}" if (words := verdict_words(g.figures)) else g.name
            for g in self.stopping
        )
        count = len(self.stopping)
        gates, they, each = "gates fail", "they say", "each of them"
        if count == 1:
            gates, they, each = "gate fails", "it says", self.stopping[0].name
        return (
            f"{self.scorer} is not promoted: {count} {gates} ({names}). Mend what "
            f'{they}, or promote it --despite {each} --because "…".'
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        found = self.comparison
        return {
            "model": self.model,
            "scorer": self.scorer,
            "champion": self.champion,
            "granted": self.granted,
            "at": self.at,
            "by": self.by,
            "despite": [g.name for g in self.waived],
            "because": self.reason,
            "stopped_by": [g.name for g in self.stopping],
            "gates": [g.to_dict() for g in self.gates],
            "test": self.judged,
            "judged_and_served": self.apart,
            "trained_until": self.trained_until,
            "comparison": None if found is None else comparison_dict(found),
        }


def comparison_dict(found: Comparison) -> dict[str, Any]:
    """Return plain values of a comparison, for JSON."""
    told = asdict(found)
    told["figures"] = [f.to_dict() for f in found.figures]
    return told


def prose(memo: Memo) -> str:
    """Return the memo as Markdown."""
    return "\n\n".join(_paragraphs(memo)) + "\n"


def comparison_lines(found: Comparison) -> list[str]:
    """Return a comparison as aligned lines of plain text."""
    lines = [
        f"A  {found.ours.words}, as {found.ours.taken}",
        f"B  {found.theirs.words}, as {found.theirs.taken}",
        f"on {_rows(found)}",
        "",
        f"{'':<21}{'A':<25}{'B':<25}A - B",
    ]
    lines += [
        f"{_NAMES[f.name]:<21}{_told(f.ours):<25}{_told(f.theirs):<25}"
        f"{_told(f.difference, '+')}"
        for f in found.figures
    ]
    lines += ["", *_cutoff_lines(found)]
    if found.signals:
        lines += ["", "Signals that differ most (mean absolute points)"]
        lines += [f"{s.ours:>7.1f}{s.theirs:>7.1f}  {s.words}" for s in found.signals]
    return lines


def _paragraphs(memo: Memo) -> Iterator[str]:
    yield f"# {memo.model}: may {memo.scorer} become champion?"
    yield from _verdict(memo)
    test = memo.judged
    yield (
        f"It was judged on {test['rows']:,} snapshots of {test['groups']:,} groups, "
        f"{test['conversions']:,} of them followed by a conversion, which the judged "
        "booster had not seen: "
        + "; ".join(f"{_NAMES[n]} {_raw(test[n])}" for n in _NAMES)
        + ". Intervals are of 95 %, with groups resampled whole."
    )
    yield (
        "The procedure was judged, not the very scorer that is served: that one has "
        "learnt from these snapshots too. The probabilities of the two differ by "
        f"{memo.apart['mean_difference']:.4f} on average and by "
        f"{memo.apart['largest_difference']:.4f} at most."
    )
    yield "## Compared with the champion"
    yield from _compared(memo)
    yield "## Gates"
    yield "\n".join(_gate(g, memo) for g in memo.gates)


def _verdict(memo: Memo) -> Iterator[str]:
    said = "Granted" if memo.granted else "Refused"
    yield f"**{said}**, {memo.at}, on behalf of {memo.by}."
    if memo.stopping:
        yield f"It is stopped by {_names(memo.stopping)}."
    if memo.waived:
        yield f"Despite {_names(memo.waived)}, because: {_one_line(memo.because)}"


def _compared(memo: Memo) -> Iterator[str]:
    found = memo.comparison
    if found is None:
        yield (
            "There is no champion yet."
            if memo.champion is None
            else f"The champion is {memo.champion}; see the gate `log_loss` for why "
            "the two could not be compared."
        )
        return
    yield (
        f"The champion is {found.theirs.words}, taken as it "
        f"{'is served' if found.theirs.taken == 'served' else 'was judged'}. Both were "
        f"put to {_rows(found)}."
    )
    yield "```\n" + "\n".join(comparison_lines(found)) + "\n```"


def _rows(found: Comparison) -> str:
    left = (
        f"; {found.left_out:,} other test snapshots are left out, as B may have seen "
        "them"
        if found.left_out
        else ""
    )
    woven = "; B's signals were computed anew" if found.is_woven else ""
    return (
        f"the same {found.rows:,} snapshots of {found.leads:,} leads "
        f"({found.conversions:,} conversions){left}{woven}"
    )


def _cutoff_lines(found: Comparison) -> Iterator[str]:
    for ours, theirs in zip(found.ours.cutoffs, found.theirs.cutoffs, strict=True):
        for side, at in (("A", ours), ("B", theirs)):
            if at.threshold is None:
                yield f"{side}  {at.name.upper()}: nobody qualifies"
                continue
            precise = "" if at.precision is None else f", {at.precision:.1%} of these"
            end = " converted" if precise else ""
            yield (
                f"{side}  {at.name.upper()}: from {at.threshold:.1%} on {at.share:.1%} "
                f"of the snapshots qualify{precise}{end}"
            )


def _gate(gate: Gate, memo: Memo) -> str:
    waived = ", and passed by a waiver" if gate in memo.waived else ""
    code = f" ({gate.code})" if gate.code and gate.code != gate.name else ""
    leads = f" Leads: {', '.join(gate.examples)}." if gate.examples else ""
    said = _one_line(gate.said)
    return f"- **{gate.name}**{code} {gate.answer.value}{waived}: {said}{leads}"


def _names(gates: tuple[Gate, ...]) -> str:
    return ", ".join(f"`{g.name}`" for g in gates)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _told(figure: Figure, sign: str = "") -> str:
    if figure.value != figure.value:  # NaN
        return "too few"
    value = f"{figure.value:{sign}.3f}"
    if figure.low != figure.low:
        return value
    return f"{value} [{figure.low:{sign}.3f}, {figure.high:{sign}.3f}]"


def _raw(figure: dict[str, float | None]) -> str:
    ends = (figure[k] for k in ("value", "low", "high"))
    return _told(Figure(*(float("nan") if e is None else e for e in ends)))

"""The screen a person reads first: what was learnt, how good it is, what to mind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.qualifying.volumes import next_to_none
from models.stand_ins import WORDS
from models.surveying.importance import overall

from .accounting import rows_lines
from .artefacts import (
    CALIBRATION,
    CATALOGUE,
    CHECKS,
    CUTOFFS,
    IMPORTANCE,
    LADDER,
    MATURITY,
    QUALITY,
    SIGNALS_PAGE,
    STABILITY,
)
from .survey.words import stability_line

_PROMISES = ("precision", "capture")  # what may be kept or broken


def summary(folder: Path) -> str:
    """Return the summary of a finished run, as plain text."""
    quality = QUALITY.read(folder / QUALITY.file)
    parts = [
        rows_lines(folder),
        *_maturity(folder),
        _model(folder),
        "\n".join([_quality(quality), *_level_in_use(folder)]),
        _cutoffs(folder, quality),
        _signals(folder),
        _checks(folder),
    ]
    return "\n\n".join(parts) + "\n"


def _maturity(folder: Path) -> list[str]:
    path = folder / MATURITY.file
    if not path.exists():  # of a run made before there was such a file
        return []
    lines = ["Maturity", *(f"  {said}" for said in MATURITY.read(path)["said"])]
    return ["\n".join(lines)]


def _model(folder: Path) -> str:
    ladder, spine = (
        LADDER.read(folder / LADDER.file),
        CATALOGUE.read(folder / CATALOGUE.file),
    )
    settled = CALIBRATION.read(folder / CALIBRATION.file)
    calibration = settled["judged"]
    rows = ladder["rows"]
    lines = [
        "Model",
        f"  {len(spine['signals'])} signals; {_scorer(ladder)}",
        *_committee(ladder),
        f"  {_form(calibration['form'])} on {calibration['rows']:,} "
        f"snapshots ({calibration['conversions']:,} conversions)",
        f"  judged on the newest {rows.get('test', 0):,} snapshots"
        + (f", after an embargo of {rows['embargo']:,}" if "embargo" in rows else ""),
        f"  {settled['reference_from']['said']}",
    ]
    notes = [*ladder["notes"], *calibration["flags"]]
    return "\n".join([*lines, *(f"  note: {n}" for n in notes)])


def _scorer(ladder: dict[str, Any]) -> str:
    if ladder["chosen"] is None:
        return f"{WORDS[ladder['scorer']]} instead of a model"
    depth = ladder["chosen"]["depth"]
    if not depth:
        return "no trees: nothing was surely better than one rate for everybody"
    return f"trees of depth {depth}, the simplest within one standard error of the best"


def _committee(ladder: dict[str, Any]) -> list[str]:
    """How many boosters are averaged, and how fast they forget."""
    if not ladder["chosen"] or not ladder["chosen"]["depth"]:
        return []
    lives = ladder["memory"]["half_lives"]
    told = "; ".join(
        "nothing forgotten"
        if share is None
        else f"half forgotten after {share:.0%} of the history"
        for share in lives
    )
    lines = [f"  the mean of {len(ladder['members'])} boosters: {told}"]
    if cost := ladder["directions_cost"]:
        lines.append(
            f"  holding signals to their directions costs {cost[0]:+.4f} ± "
            f"{cost[1]:.4f} of log loss on the folds"
        )
    return lines


def _form(form: str) -> str:
    return {
        "none": "the margins needed no calibration",
        "intercept": "calibrated by an intercept",
        "platt": "calibrated by Platt's map",
    }[form]


def _quality(quality: dict[str, Any]) -> str:
    test = quality["test"]
    constant = quality["constant"]["log_loss"]
    lines = [
        "Quality on the newest block, with 95 % intervals by group",
        f"  AUC                  {_figure(test['auc'])}",
        f"  log loss             {_figure(test['log_loss'])}   "
        f"a constant rate: {constant:.3f}",
        f"  observed / expected  {_figure(test['observed_over_expected'])}   "
        "1 is calibrated",
        f"  calibration slope    {_figure(test['slope'])}   1 is calibrated",
        *_beyond(quality),
        *_contestants(quality),
    ]
    return "\n".join(lines)


def _contestants(quality: dict[str, Any]) -> list[str]:
    """Lines on others on the same rows, whose log loss less ours is the difference."""
    told = [
        f"    {c['words']}: {_figure(c['log_loss'])}, {_apart(c['difference'])}"
        for c in quality.get("contestants", ())
    ]
    return ["  log loss of others on the same rows", *told] if told else []


def _apart(difference: dict[str, float | None]) -> str:
    """Say whether a contestant is worse or better, and whether that can be told."""
    value, low, high = (difference[k] for k in ("value", "low", "high"))
    if value is None:
        return "not to be compared"
    if value < 0:
        ends = [None if end is None else -end for end in (high, low)]
        turned = dict(zip(("value", "low", "high"), (-value, *ends), strict=True))
        return _apart(turned).replace("worse than ours by", "better than ours by")
    doubt = low is None or high is None or low <= 0 <= high
    doubted = ", which may be chance" if doubt else ""
    return f"worse than ours by {_figure(difference)}{doubted}"


def _beyond(quality: dict[str, Any]) -> list[str]:
    """Lines on what the figures of the whole block do not show."""
    lines = []
    if unseen := quality.get("unseen_groups", {}).get("figures"):
        figure = _figure(unseen["auc"])
        lines.append(f"  AUC of new groups    {figure}   never learnt from")
    if (looks := quality.get("looks", 1)) > 1:
        lines.append(
            f"  {looks} runs have looked at this block; the best of them flatters."
        )
    return lines


def _figure(figure: dict[str, float | None]) -> str:
    value, low, high = (figure[k] for k in ("value", "low", "high"))
    if value is None:
        return "too few"
    interval = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return f"{value:.3f}{interval}"


def _cutoffs(folder: Path, quality: dict[str, Any]) -> str:
    told = CUTOFFS.read(folder / CUTOFFS.file)
    again = _tested_again(folder)
    lines = ["Cutoffs"]
    for name in ("mql", "sql"):
        cutoff = told["judged"][name]
        threshold = cutoff["threshold"]
        at = "nobody qualifies" if threshold is None else f"from {threshold:.1%} on"
        lines.append(f"  {name.upper()}  {at}. {cutoff['said']}")
        if found := told["on_test"].get(name):
            exceeds = bool(again.get("figures", {}).get(f"{name}_exceeded"))
            lines.append(f"       On the newest block {_did(found, exceeds)}.")
            all_but = next_to_none(
                name, found["share"], "snapshots of the newest block"
            )
            lines += [f"       {all_but}"] if all_but else []
    gap = quality["served"]
    mean, most = gap["mean_difference"], gap["largest_difference"]
    lines += [
        f"  In use, having learnt from the newest block: {_in_use(told['served'])}.",
        *_mind_in_use(told["served"]),
        f"       Its probabilities differ from the judged ones by {mean:.3f} on "
        f"average, by {most:.3f} at most.",
    ]
    return "\n".join([*lines, *_inherited(again.get("said", ""), told["judged"])])


def _tested_again(folder: Path) -> dict[str, Any]:
    """What the check of promises and capacities found; empty where it was not made."""
    return _finding(folder, "LL303")


def _finding(folder: Path, code: str) -> dict[str, Any]:
    findings = CHECKS.read(folder / CHECKS.file)["findings"]
    return next((f for f in findings if f["code"] == code), {})


def _level_in_use(folder: Path) -> list[str]:
    """What the served scorer says of the newest block, and what was observed there."""
    found = _finding(folder, "LL306")
    told = found.get("figures", {})
    if "said" not in told:
        return []
    off = ": its level is off (LL306)" if found["answer"] == "issue" else ""
    return [
        f"  In use the scorer, which has learnt from these rows too, says "
        f"{told['said']:.1%}, and {told['observed']:.1%} converted{off}."
    ]


def _mind_in_use(served: dict[str, Any]) -> list[str]:
    """Lines on cutoffs that promise nothing, or sort out next to none, in use."""
    lines = []
    for name in ("mql", "sql"):
        cutoff = served[name]
        if not (cutoff["kept"] and cutoff["rule"] in _PROMISES):
            lines.append(
                f"       In use the {name.upper()} cutoff promises nothing of "
                f"conversions. {cutoff['said']}"
            )
        set_on = "snapshots that it was set on, in use"
        if all_but := next_to_none(name, cutoff["share"], set_on):
            lines.append(f"       {all_but}")
    return lines


def _inherited(again: str, judged: dict[str, Any]) -> list[str]:
    """Say of whom a promise is proved, and what the newest block says of it."""
    kept = [c for c in judged.values() if c["kept"] and c["rule"] in _PROMISES]
    if not kept:
        return []
    return [
        "  A promise is proved for the boosters that made the margins; the one in use, "
        "trained on more",
        "  and newer rows, inherits it only if it is no worse. The newest block tests "
        f"it again. {again}".rstrip(),
    ]


def _did(found: dict[str, Any], exceeds: bool) -> str:
    if found["weighted_precision"] is None:
        return "nobody qualifies"
    share, precision = found["share"], found["weighted_precision"]
    more = ": more qualify than the capacity allows" if exceeds else ""
    return (
        f"{share:.1%} of snapshots qualify and {precision:.1%} of these convert{more}"
    )


def _in_use(served: dict[str, Any]) -> str:
    told = []
    for name in ("mql", "sql"):
        threshold = served[name]["threshold"]
        at = "nobody" if threshold is None else f"from {threshold:.1%} on"
        told.append(f"{name.upper()} {at}")
    return ", ".join(told)


def _signals(folder: Path) -> str:
    table = overall(IMPORTANCE.read(folder / IMPORTANCE.file)).head(8)
    lines = ["Strongest signals (mean absolute points)"]
    lines += [
        f"  {row.mean_absolute_points:5.1f}  {row.words}"
        for row in table.itertuples(index=False)
    ]
    if (path := folder / STABILITY.file).exists():
        lines += [
            f"  {stability_line(STABILITY.read(path))}",
            f"  by segment, by value, in pairs: {folder / SIGNALS_PAGE.file}",
        ]
    return "\n".join(lines)


def _checks(folder: Path) -> str:
    findings = CHECKS.read(folder / CHECKS.file)["findings"]
    loud = [f for f in findings if f["answer"] in {"issue", "tip"}]
    counts = {
        a: sum(f["answer"] == a for f in findings) for a in ("issue", "tip", "passed")
    }
    lines = [
        f"Checks: {counts['issue']} issues, {counts['tip']} tips, "
        f"{counts['passed']} passed of {len(findings)}"
    ]
    lines += [f"  {f['code']} {f['answer']}: {f['said']}" for f in loud]
    return "\n".join(lines)

"""The screen a person reads first: what was learnt, how good it is, what to mind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .artefacts import (
    CALIBRATION,
    CATALOGUE,
    CHECKS,
    CUTOFFS,
    IMPORTANCE,
    INTAKE,
    LADDER,
    QUALITY,
)


def summary(folder: Path) -> str:
    """Return the summary of a finished run, as plain text."""
    quality = QUALITY.read(folder / QUALITY.file)
    parts = [
        _rows(folder),
        _model(folder),
        _quality(quality),
        _cutoffs(folder, quality),
        _signals(folder),
        _checks(folder),
    ]
    return "\n\n".join(parts) + "\n"


def _rows(folder: Path) -> str:
    intake, spine = (
        INTAKE.read(folder / INTAKE.file),
        CATALOGUE.read(folder / CATALOGUE.file),
    )
    lines = ["Rows"]
    for source in intake["sources"]:
        aside = source["rows_quarantined"]
        told = f", {aside:,} set aside" if aside else ""
        lines.append(f"  {source['table']:<18}{source['rows_in']:>10,} in{told}")
    counts = spine["spine"]
    lines.append(
        f"  {'snapshots':<18}{counts['snapshots']:>10,} of {counts['leads']:,} leads, "
        f"{counts['conversions']:,} followed by a conversion"
    )
    return "\n".join(lines)


def _model(folder: Path) -> str:
    ladder, spine = (
        LADDER.read(folder / LADDER.file),
        CATALOGUE.read(folder / CATALOGUE.file),
    )
    calibration = CALIBRATION.read(folder / CALIBRATION.file)["judged"]
    depth = ladder["chosen"]["depth"]
    rows = ladder["rows"]
    lines = [
        "Model",
        f"  {len(spine['signals'])} signals; trees of depth {depth}, the simplest "
        "within one standard error of the best",
        f"  {_form(calibration['form'])} on {calibration['rows']:,} "
        f"snapshots ({calibration['conversions']:,} conversions)",
        f"  judged on the newest {rows.get('test', 0):,} snapshots"
        + (f", after an embargo of {rows['embargo']:,}" if "embargo" in rows else ""),
    ]
    notes = [*ladder["notes"], *calibration["flags"]]
    return "\n".join([*lines, *(f"  note: {n}" for n in notes)])


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
    ]
    return "\n".join(lines)


def _figure(figure: dict[str, float | None]) -> str:
    value, low, high = (figure[k] for k in ("value", "low", "high"))
    if value is None:
        return "too few"
    interval = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return f"{value:.3f}{interval}"


def _cutoffs(folder: Path, quality: dict[str, Any]) -> str:
    told = CUTOFFS.read(folder / CUTOFFS.file)
    lines = ["Cutoffs"]
    for name in ("mql", "sql"):
        cutoff = told["judged"][name]
        threshold = cutoff["threshold"]
        at = "nobody qualifies" if threshold is None else f"from {threshold:.1%} on"
        lines.append(f"  {name.upper()}  {at}. {cutoff['said']}")
        if found := told["on_test"].get(name):
            lines.append(
                f"       On the newest block {found['share']:.1%} of snapshots qualify "
                f"and {found['weighted_precision']:.1%} of these convert."
            )
    gap = quality["served"]
    mean, most = gap["mean_difference"], gap["largest_difference"]
    lines += [
        f"  In use, having learnt from the newest block: {_in_use(told['served'])}.",
        f"       Its probabilities differ from the judged ones by {mean:.3f} on "
        f"average, by {most:.3f} at most.",
    ]
    return "\n".join(lines)


def _in_use(served: dict[str, Any]) -> str:
    told = []
    for name in ("mql", "sql"):
        threshold = served[name]["threshold"]
        at = "nobody" if threshold is None else f"from {threshold:.1%} on"
        told.append(f"{name.upper()} {at}")
    return ", ".join(told)


def _signals(folder: Path) -> str:
    table = IMPORTANCE.read(folder / IMPORTANCE.file).head(8)
    lines = ["Strongest signals (mean absolute points)"]
    lines += [
        f"  {row.mean_absolute_points:5.1f}  {row.words}"
        for row in table.itertuples(index=False)
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

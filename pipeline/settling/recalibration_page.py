"""The screen after a recalibration: what has changed, what it was worth, what holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.contract import Contract
from models.qualifying.volumes import next_to_none

from ..artefacts import CHECKS, CONTRACT, QUALITY

_WHEN = {"before": "as it was", "after": "recalibrated"}


def recalibration_page(folder: Path) -> str:
    """Return what to read first of a recalibrated run, as plain text."""
    contract = Contract.from_json(CONTRACT.read(folder / CONTRACT.file))
    told = contract.recalibration or {}
    quality = QUALITY.read(folder / QUALITY.file)
    findings = CHECKS.read(folder / CHECKS.file)["findings"]
    loud = [f for f in findings if f["answer"] == "issue"]
    parts = [
        _rows(told),
        _map(told),
        _worth(quality["prequential"]),
        _cutoffs(contract),
        "\n".join(
            [
                f"Checks: {len(loud)} issues of {len(findings)}",
                *(f"  {f['code']} issue: {f['said']}" for f in loud),
            ]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _rows(told: dict[str, Any]) -> str:
    newer, base = told["newer_snapshots"], told["base_rate"]
    lines = [f"Recalibration of {told['of_run']} (scorer {told['of_digest']})"]
    if newer:
        lines.append(
            f"  {newer:,} matured snapshots are newer than its booster; "
            f"{told['newer_conversions']:,} were followed by a conversion"
        )
    else:
        lines.append(
            "  no matured snapshot is newer than its booster: its own newest block is "
            "gone through again"
        )
    if told["waiting_snapshots"]:
        lines.append(
            f"  {told['waiting_snapshots']:,} have matured since, but are from a time "
            "that the booster knows something of: they are left out"
        )
    lines.append(
        f"  conversion rate {base['before']:.2%} before the newest block, "
        f"{base['after']:.2%} in it"
    )
    return "\n".join(lines)


def _map(told: dict[str, Any]) -> str:
    a, b = told["intercept"], told["slope"]
    latest = "" if told["window"] == 1 else "the latest "
    lines = [
        f"Map, on {latest}{told['rows']:,} snapshots ({told['conversions']:,} groups "
        "converted)",
        f"  intercept  {a['before']:+.3f} → {a['after']:+.3f}",
        f"  slope      {b['before']:.3f} → {b['after']:.3f}",
        *(f"  note: {flag}" for flag in told["flags"]),
    ]
    return "\n".join(lines)


def _cutoffs(contract: Contract) -> str:
    lines = ["Cutoffs"]
    for name, told in (contract.recalibration or {})["cutoffs"].items():
        lines.append(f"  {told['said']}")
        share = getattr(contract.cutoffs, name).share
        if all_but := next_to_none(name, share, "snapshots that it was set on"):
            lines.append(f"  {all_but}")
    return "\n".join(lines)


def _worth(block: dict[str, Any]) -> str:
    after = block["after"]
    lines = [
        f"On the newest block: {after['rows']:,} snapshots, {after['conversions']:,} "
        f"conversions, in {len(block['chunks'])} chunks, each predicted with the map "
        "of its time",
        f"  {'':<13} {'observed / expected':<24} log loss",
    ]
    for when, words in _WHEN.items():
        ratio, loss = (
            _figure(block[when][k]) for k in ("observed_over_expected", "log_loss")
        )
        lines.append(f"  {words:<13} {ratio:<24} {loss}")
    return "\n".join(lines)


def _figure(figure: dict[str, float | None]) -> str:
    value, low, high = (figure[k] for k in ("value", "low", "high"))
    if value is None:
        return "too few"
    return f"{value:.3f}" + ("" if low is None else f" [{low:.3f}, {high:.3f}]")

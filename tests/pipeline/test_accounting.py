"""The summary's first lines: rows in, kept and set aside; leads looked at and never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.accounting import rows_lines
from pipeline.artefacts import CATALOGUE, INTAKE
from tests.pipeline.run_folders import intake_report, source_report

SPINE = {"snapshots": 9, "leads": 3, "conversions": 2}


def lines(folder: Path, catalogue: dict[str, Any], *sources: Any) -> list[str]:
    INTAKE.write(intake_report(*sources), folder / INTAKE.file)
    CATALOGUE.write(catalogue, folder / CATALOGUE.file)
    return rows_lines(folder).splitlines()


def test_rows_and_leads_add_up_to_what_came_in_line_by_line(tmp_path: Path) -> None:
    reasons = {"The lead id is missing.": 3, "This row repeats an earlier one.": 1}
    leads = {
        "leads": 8,
        "looked_at": 3,
        "never": {"converted before their first look": 4, "too young": 1},
    }

    said = lines(
        tmp_path,
        {"spine": SPINE, "leads": leads},
        source_report("leads", 12, reasons=reasons),
        source_report("touches", 7_000),
    )

    assert said == [
        "Rows",
        "  leads                     12 in, 8 kept, 4 set aside:",
        "                             3 The lead id is missing.",
        "                             1 This row repeats an earlier one.",
        "  touches                7,000 in",
        "  leads kept                 8: 3 looked at, 5 never looked at:",
        "                             4 converted before their first look",
        "                             1 too young",
        "  snapshots                  9 of 3 leads, 2 followed by a conversion",
    ]


def test_reasons_beyond_the_fifth_are_counted_together(tmp_path: Path) -> None:
    reasons = {f"Reason {i}.": 10 - i for i in range(8)}

    said = lines(
        tmp_path,
        {"spine": SPINE, "leads": {"leads": 8, "looked_at": 8, "never": {}}},
        source_report("leads", 60, reasons=reasons),
    )

    # 10 + 9 + 8 + 7 + 6 by their reasons, 5 + 4 + 3 together: 52 of 60.
    assert said[1] == "  leads                     60 in, 8 kept, 52 set aside:"
    assert said[7].split(maxsplit=1) == [
        "12", "for other reasons: see tables/quarantine.parquet",
    ]  # fmt: skip
    assert said[8] == "  leads kept                 8: 8 looked at"


def test_a_run_made_before_leads_were_accounted_for_is_still_summed_up(
    tmp_path: Path,
) -> None:
    said = lines(tmp_path, {"spine": SPINE}, source_report("leads", 8))
    assert [line.split()[0] for line in said] == ["Rows", "leads", "snapshots"]

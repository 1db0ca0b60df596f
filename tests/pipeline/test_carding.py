"""The points card of a run: written down, pasted back, and held beside its model."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.catalogue import Catalogue, catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.errors import ConfigError, RunError
from features.vocabulary import FunnelStage
from models.carding.fidelity import CardCutoffs, Fidelity
from models.judging.intervals import Figure
from models.learning.points_table import Band, Line, PerTouch, PointsTable
from models.promoting.paired import Paired
from pipeline.carding.carding import Carded, card_of
from pipeline.carding.rules import rules_in
from pipeline.carding.written import FORMS, as_csv, as_markdown, as_toml, form_of
from pipeline.config import load_config
from pipeline.training.contestants import EVERYBODY, points_table_in
from tests.pipeline.demo_run import Demo
from tests.pipeline.plain_company import PLAIN
from tests.pipeline.processes import Leadlight

LINES = (
    Line("pricing_page_touches_30d", PerTouch(2.0, 5)),
    Line("pricing_page_days_since", (Band(0.0, 6.0), Band(7.0, -1.0), Band(30.0, 0.0))),
    Line("staff", (Band(12.5, 3.0),)),
    Line("country", {"Peru": 4.0, "United States": -3.0}),
    Line("plan", {'the "big" one': 9.0}),
)


def _catalogue() -> Catalogue:
    return catalogue_of(
        Company(
            kinds=(Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),),
            attributes=(
                DeclaredAttribute("country", "country", "Country"),
                DeclaredAttribute("staff", "number", "Staff"),
                DeclaredAttribute("plan", "category", "Plan | wish"),
            ),
        )
    )


def _carded() -> Carded:
    card = PointsTable(LINES, 31)
    figure = Figure(0.75, 0.7, 0.8)
    paired = Paired("auc", figure, Figure(0.74, 0.7, 0.8), Figure(0.01, -0.02, 0.03))
    told = Fidelity(120, 0.93, 0.85, 2.5, paired, paired)
    rules = tuple(rules_in(card, _catalogue()))
    return Carded(card, rules, CardCutoffs(44, None), 900, told)


def _table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pricing_page_touches_30d": [0.0, 3.0, 9.0, 1.0],
            "pricing_page_days_since": [np.nan, 2.0, 7.0, 30.0],
            "staff": [12.0, 12.5, np.nan, 400.0],
            "country": ["Peru", "United States", None, "Spain"],
            "plan": [None, 'the "big" one', "small", 'The "Big" one'],
        }
    )


def test_pasted_into_a_configuration_it_gives_the_same_points(tmp_path: Path) -> None:
    place = tmp_path / "leadlight.toml"
    place.write_text(PLAIN + as_toml(_carded()), encoding="utf-8")
    again = points_table_in(load_config(place), _catalogue())
    assert again == PointsTable(LINES, 31)
    # 31 and: 0 + 4; 6 + 6 + 3 - 3 + 9; 10 - 1; 2 + 0 + 3 + 9
    assert again.points(_table()).tolist() == [35.0, 52.0, 40.0, 45.0]


def test_every_rule_is_a_line_of_the_csv_with_the_cutoffs() -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(_carded()))))
    assert [x["rule"] for x in lines] == [
        "everybody", "each", "band", "band", "band", "value", "value", "value", "mql",
    ]  # fmt: skip
    assert lines[0]["points"] == "31"
    assert lines[-1]["points"] == "44"
    assert [lines[3][k] for k in ("from", "below", "points")] == ["7.0", "30.0", "-1"]
    assert lines[1]["most_times"] == "5"


def test_people_read_when_a_rule_applies_and_what_the_card_loses() -> None:
    text = as_markdown(_carded())
    assert (
        "| Pricing page touches, last 30 days | each time, at most 5 times | +2 |"
        in (text)
    )
    assert "| Pricing page, last time | below 7 days | +6 |" in text
    assert "| Pricing page, last time | 7 to below 30 days | −1 |" in text
    assert "| Staff | 12.5 or more | +3 |" in text
    assert "Plan \\| wish" in text
    assert "MQL from 44 points on." in text
    assert "SQL from" not in text
    assert "correlation with the model's points 0.930" in text
    assert "AUC 0.740 against the model's 0.750: 0.010 [-0.020, 0.030] given up" in text
    # Of a log loss less is better.
    assert "oss 0.740 against the model's 0.750: 0.010 [-0.020, 0.030] gained" in text


def test_a_card_of_one_number_says_that_it_has_no_ranks() -> None:
    carded = _carded()
    flat = replace(carded.fidelity, rank_correlation=float("nan"))
    text = as_markdown(replace(carded, fidelity=flat))
    assert "no rank correlation, as the card or the model has one number" in text
    assert "nan" not in text


def test_a_card_has_one_of_three_forms() -> None:
    assert [form_of(Path(f"card{form}")) for form in FORMS] == list(FORMS)
    with pytest.raises(ConfigError, match=r"'card\.xlsx'"):
        form_of(Path("card.xlsx"))


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="made of a finished run"):
        card_of(tmp_path, most=20)


def test_the_card_of_a_run_comes_near_its_model_and_is_pasted_back(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    made = tmp_path / "card.toml"
    done = leadlight(
        "card", "--run", demo.run, "-o", made, "--rules", "12", "--json",
        cwd=demo.folder,
    )  # fmt: skip
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert 0 < len(told["rules"]) <= 12
    assert told["fidelity"]["rank_correlation"] > 0.8
    test = demo.table("predictions").loc[lambda p: p["split"] == "test"]
    assert told["fidelity"]["rows"] == len(test)
    quality = json.loads((demo.run / "quality.json").read_text("utf-8"))
    ours = told["fidelity"]["auc"]["ours"]["value"]
    assert ours == pytest.approx(quality["test"]["auc"]["value"])

    own = tomllib.loads(made.read_text("utf-8"))["points_table"]
    plain = demo.config_file.read_text("utf-8")
    start = plain.index("[points_table]")
    rest = plain[plain.index("[cutoffs]") :]
    place = demo.copy(tmp_path / "again") / "leadlight.toml"
    place.write_text(plain[:start] + made.read_text("utf-8") + rest, encoding="utf-8")
    catalogue = json.loads((demo.run / "catalogue.json").read_text("utf-8"))
    table = points_table_in(
        load_config(place), catalogue_of(Company.from_dict(catalogue["company"]))
    )
    assert table is not None
    assert [EVERYBODY, *(line.column for line in table.lines)] == list(own)
    assert table.everybody == told["everybody"]
    assert sum(r["column"] in own for r in told["rules"]) == len(told["rules"])

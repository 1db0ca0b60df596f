"""Scoring: a row for every row, points that add up, and the booster's own numbers."""

from __future__ import annotations

import math
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.errors import ModelError
from models.contract import Contract
from models.explaining.words import tenths
from models.served import encode
from pipeline.bundle import open_bundle, source_of_run
from pipeline.files import digest
from pipeline.night.ledger import SEEN, ledger_of
from pipeline.night.output import write_scores
from pipeline.night.scorer import scorer_file_of
from pipeline.night.scoring import Scored, score_leads
from pipeline.night.statuses import statuses_of
from pipeline.night.unfamiliar import unfamiliar_of
from tests.pipeline.demo_run import WORLD, Demo, lines, record, write_lines
from tests.pipeline.processes import Leadlight

K = 10 / math.log(2)
AT = WORLD.known_until


@dataclass(frozen=True)
class Mixed:
    """Leads of every sort, scored."""

    path: Path
    ids: list[str]
    scored: Scored

    @property
    def table(self) -> pd.DataFrame:
        return self.scored.table

    @property
    def held(self) -> pd.DataFrame:
        """The rows with a score."""
        return self.table.loc[self.table["score"].notna()]

    def row(self, lead_id: str) -> pd.Series:
        return self.table.iloc[self.ids.index(lead_id)]


Score = Callable[[Path], Scored]


@pytest.fixture(scope="module")
def score(demo: Demo) -> Score:
    bundle = open_bundle(source_of_run(demo.run))
    return lambda leads: score_leads(demo.config, bundle, leads, at=AT)


@pytest.fixture(scope="module")
def mixed(demo: Demo, score: Score, tmp_path_factory: pytest.TempPathFactory) -> Mixed:
    """Tonight's first 60 leads, and among them what ought to be told apart."""
    head, *tonight = lines(demo.folder / "data" / "tonight.csv")
    tonight = tonight[:60]
    country, source = head.index("country"), head.index("source")
    plain, strange, old, late, spoilt, formula = ([*tonight[0]] for _ in range(6))
    plain[0] = "plain"
    strange[0], strange[country] = "strange", "Mongolia"
    old[0], old[2] = "old", "2025-01-01 00:00:00"
    ended = next(r for r in lines(demo.folder / "data" / "milestones.csv")[1:]
                 if r[1] == "opportunity")  # fmt: skip
    ended = [ended[0], *tonight[0][1:]]
    late[0], late[2] = "late", "2027-01-01 00:00:00"
    spoilt[0], spoilt[2] = "spoilt", "soon"
    formula[0] = "=1+1"
    bare = ["bare", "", tonight[0][2], *("" for _ in head[3:])]
    again, other = [*tonight[1]], [*tonight[2]]
    other[source] = "zzz"
    extra = [plain, strange, old, ended, late, spoilt, formula, bare, again, other]
    rows = [*tonight[:20], *extra, *tonight[20:]]
    path = tmp_path_factory.mktemp("mixed") / "leads.csv"
    write_lines(path, [head, *rows])
    return Mixed(path, [row[0] for row in rows], score(path))


def test_there_is_a_row_for_every_lead_row_in_their_order(mixed: Mixed) -> None:
    assert mixed.table["lead_id"].tolist() == mixed.ids
    assert len(mixed.ids) == 70
    assert mixed.table["status"].notna().all()
    assert mixed.table["qualification"].isin(["none", "mql", "sql"]).all()


@pytest.mark.parametrize(
    ("lead", "status", "said"),
    [
        (
            "strange",
            "unfamiliar",
            "was never seen in training and is scored as a rare value.",
        ),
        ("old", "off_schedule", "days old, and the scorer has learnt from leads of"),
        ("late", "ineligible", "is created only after the snapshot, on 2027-01-01"),
        (
            "spoilt",
            "unreadable",
            "Line 27 of leads.csv: The instant in column 'created_at' cannot be read",
        ),
    ],
)
def test_what_is_not_plainly_scored_says_why(
    mixed: Mixed, lead: str, status: str, said: str
) -> None:
    row = mixed.row(lead)
    assert row["status"] == status
    assert said in row["status_said"]
    assert row["qualification"] == row["standing"] == "none"


def test_a_lead_that_has_converted_is_ineligible(mixed: Mixed) -> None:
    row = mixed.table.loc[mixed.ids.index("old") + 1]
    assert row["status"] == "ineligible"
    assert pd.isna(row["score"])
    assert pd.isna(row["probability"])
    assert row["status_said"].startswith("The lead had converted on 202")


def test_an_exact_repeat_has_the_answer_of_the_row_it_repeats(mixed: Mixed) -> None:
    again = mixed.ids[1]
    kept, repeat = (row for _, row in mixed.table.iterrows() if row["lead_id"] == again)
    assert kept["status"] == repeat["status"] == "scored"
    assert pd.isna(kept["status_said"])
    assert repeat["status_said"] == "This row repeats another row of the same lead."
    assert repeat["score"] >= 0
    kept, repeat = kept.drop("status_said"), repeat.drop("status_said")
    pd.testing.assert_series_equal(kept, repeat, check_names=False)


def test_another_row_of_a_lead_and_its_repeats_stay_unreadable(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    """Of four rows of one lead the first two are alike, and the last two."""
    head, first, *_ = lines(mixed.path)
    other = [*first[:2], "2027-01-01 00:00:00", *first[3:]]
    path = write_lines(tmp_path / "leads.csv", [head, first, first, other, other])
    found = score(path)
    assert found.table["status"].tolist() == ["scored"] * 2 + ["unreadable"] * 2
    assert found.table["score"].isna().tolist() == [False, False, True, True]
    assert (found.statuses(), found.repeats) == ({"scored": 1}, 3)
    assert sum(found.qualifications().values()) == len(found.ledger) == 1


def test_statuses_and_qualifications_are_counted_apart(mixed: Mixed) -> None:
    told = mixed.scored.statuses()
    assert list(told) == [
        "scored", "unfamiliar", "off_schedule", "ineligible", "unreadable",
    ]  # fmt: skip
    assert (sum(told.values()), mixed.scored.repeats) == (68, 2)  # of 70 rows
    assert (told["off_schedule"], told["ineligible"], told["unreadable"]) == (1, 2, 1)
    qualified = mixed.scored.qualifications()
    assert list(qualified) == ["sql", "mql", "none"]
    assert sum(qualified.values()) == 68 - 2 - 1


def test_an_unfamiliar_or_old_lead_has_a_score_and_no_qualification(
    mixed: Mixed,
) -> None:
    for lead in ("strange", "old"):
        assert 0 <= mixed.row(lead)["score"] <= 100
        assert 0 < mixed.row(lead)["probability"] < 1


def test_a_lead_of_which_nothing_is_known_has_a_score_and_is_unfamiliar(
    mixed: Mixed,
) -> None:
    row = mixed.row("bare")
    assert 0 <= row["score"] <= 100
    assert (row["status"], row["qualification"]) == ("unfamiliar", "none")
    assert (
        "What is known on who the lead works for, and what is not, was never seen"
        in row["status_said"]
    )


def test_qualification_follows_the_cutoffs(demo: Demo, mixed: Mixed) -> None:
    served = record(demo.run / "cutoffs.json")["served"]
    plain = mixed.held.loc[mixed.held["status"] == "scored"]
    mql = plain["probability"] >= served["mql"]["threshold"]
    sql = plain["probability"] >= served["sql"]["threshold"]
    expected = np.where(sql, "sql", np.where(mql, "mql", "none"))
    assert plain["qualification"].tolist() == expected.tolist()
    assert {"mql", "none"} <= set(expected)


def test_start_and_fit_and_engagement_are_the_points(demo: Demo, mixed: Mixed) -> None:
    held = mixed.held
    total = held["start_points"] + held["fit_points"] + held["engagement_points"]
    assert total.to_numpy() == pytest.approx(_points(demo, held), abs=1e-4)


def test_the_score_is_the_points_rounded_and_clipped(demo: Demo, mixed: Mixed) -> None:
    expected = np.floor(np.clip(_points(demo, mixed.held), 0, 100) + 0.5)
    assert mixed.held["score"].tolist() == expected.astype(int).tolist()


def test_reasons_and_the_rest_and_the_start_add_up(demo: Demo, mixed: Mixed) -> None:
    held = mixed.held
    shown = held.filter(regex=r"^(raising|lowering)_\d_points$").fillna(0).sum(axis=1)
    total = held["start_points"] + shown + held["other_points"]
    assert total.to_numpy() == pytest.approx(_points(demo, held), abs=1e-4)


def test_reasons_raise_or_lower_as_they_say_the_strongest_first(mixed: Mixed) -> None:
    for way, sign in (("raising", 1), ("lowering", -1)):
        points = mixed.held.filter(regex=rf"^{way}_\d_points$").to_numpy(float) * sign
        assert not (points <= 0).any()
        # What is printed alike and is within 5 % is told in the order of the contract.
        assert not (points[:, 1:] > points[:, :-1] / 0.95 + 1e-9).any()
        printed = tenths(points)
        assert not (printed[:, 1:] > printed[:, :-1]).any()


def test_reasons_are_whole_sentences_with_the_value_and_the_effect(
    mixed: Mixed,
) -> None:
    for way, verb in (("raising", "raises"), ("lowering", "lowers")):
        for place in range(1, 5):
            names = [f"{way}_{place}_words", f"{way}_{place}_points"]
            for words, points in mixed.held[names].dropna().itertuples(index=False):
                value, _, effect = words.rpartition(": ")
                assert len(value) > 5
                assert effect.startswith(f"{verb} the score by ")
                said = float(effect.split()[-2])
                assert said == pytest.approx(abs(points), abs=0.051)


def test_personal_values_are_in_no_reason(mixed: Mixed) -> None:
    words = mixed.table.filter(regex="words$|said$").fillna("").to_numpy().ravel()
    assert "@" in mixed.path.read_text(encoding="utf-8")
    assert not [w for w in words if "@" in w or ".com" in w]


def test_fault_55_no_address_of_a_lead_is_in_anything_a_reader_meets(
    demo: Demo, mixed: Mixed
) -> None:
    """Local parts of every past and present lead's address, and whole addresses."""
    past, tonight = lines(demo.folder / "data" / "leads.csv"), lines(mixed.path)
    addresses = {row[past[0].index("email")] for row in past[1:] + tonight[1:]}
    names = {a.partition("@")[0] for a in addresses}
    canaries = {n for n in names if len(n) >= 6}  # such as "lead42"
    assert len(canaries) > 100
    texts = [
        (demo.run / "model" / "contract.json").read_text("utf-8"),
        (demo.run / "model" / "booster.txt").read_text("utf-8"),
        mixed.table.to_csv(),
        mixed.scored.ledger.to_csv(),
        mixed.scored.ledger.to_json(date_format="iso"),
    ]
    for text in texts:
        found = set(re.findall(r"[\w.+-]{6,}", text))
        assert not found & canaries
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w", text)


def test_the_ledger_holds_the_same_points(mixed: Mixed) -> None:
    ledger, held = mixed.scored.ledger, mixed.held
    held = held.drop_duplicates("lead_id")
    assert ledger["lead_id"].tolist() == held["lead_id"].tolist()
    points = ledger.filter(like="points:").sum(axis=1).to_numpy()
    fit_and_engagement = held["fit_points"] + held["engagement_points"]
    assert points == pytest.approx(fit_and_engagement.to_numpy(), abs=1e-9)


def test_probabilities_are_the_boosters_own(demo: Demo, mixed: Mixed) -> None:
    """Encoded here by hand, and predicted by LightGBM from its file."""
    contract = record(demo.run / "model" / "contract.json")
    served = record(demo.run / "calibration.json")["served"]
    columns = []
    for feature in contract["features"]:
        seen = mixed.scored.ledger[f"seen:{feature['name']}"]
        if "categories" in feature:
            places = {c: 1.0 + i for i, c in enumerate(feature["categories"])}
            codes = [np.nan if pd.isna(v) else places.get(v, 0.0) for v in seen]
            columns.append(np.array(codes))
        else:
            columns.append(seen.to_numpy(float, na_value=np.nan))
    booster = lightgbm.Booster(model_file=demo.run / "model" / "booster.txt")
    margin = np.asarray(booster.predict(np.column_stack(columns), raw_score=True))
    expected = 1 / (1 + np.exp(-(served["intercept"] + served["slope"] * margin)))
    held = mixed.held.drop_duplicates("lead_id")  # the ledger holds no repeats
    assert held["probability"].to_numpy() == pytest.approx(expected, abs=1e-12)


def test_another_order_of_rows_gives_the_same_values(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    head, *rows = lines(mixed.path)
    random.Random(3).shuffle(rows)
    path = write_lines(tmp_path / "leads.csv", [head, *rows])
    found = score(path).table
    assert found["lead_id"].tolist() == [row[0] for row in rows]
    keys = ["lead_id", "status", "status_said"]
    then, now = (
        _without_lines(t).sort_values(keys, ignore_index=True)
        for t in (mixed.table, found)
    )
    pd.testing.assert_frame_equal(now, then, check_exact=True)


def _without_lines(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out where an unreadable row stands."""
    said = table["status_said"].str.replace(r"^Line \d+ of ", "", regex=True)
    return table.assign(status_said=said).drop(columns="source_line")


def test_a_lead_is_scored_alone_as_in_company(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    # Of those below the invented ones, who are colleagues of the first few. What its
    # own colleagues did is known from leads.from, though they are not scored with it.
    head, *rows = lines(mixed.path)
    seen = mixed.scored.ledger.set_index("lead_id")[f"{SEEN}colleagues"]
    place = next(n for n in range(30, 70) if seen[rows[n][0]] > 1)
    alone = score(write_lines(tmp_path / "leads.csv", [head, rows[place]]))
    for column in ("probability", "score", "grade", "raising_1_words", "other_points"):
        assert alone.table[column][0] == mixed.table[column][place]
    assert alone.ledger[f"{SEEN}colleagues"][0] == seen[rows[place][0]]


def test_leads_of_whom_none_may_be_scored_are_all_in_the_answer(
    demo: Demo, score: Score, tmp_path: Path
) -> None:
    head, *rows = lines(demo.folder / "data" / "tonight.csv")
    late = [[row[0], row[1], "2027-01-01 00:00:00", *row[3:]] for row in rows[:3]]
    found = score(write_lines(tmp_path / "leads.csv", [head, *late]))
    assert found.table["status"].tolist() == ["ineligible"] * 3
    assert len(found.ledger) == 0


def test_fault_74_the_columns_are_of_the_same_kinds_whoever_is_scored(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    """Files of several nights are read as one table, also of a night without a lead."""
    head, first, *_ = lines(mixed.path)
    late, spoilt = ([*first] for _ in range(2))
    late[2], spoilt[2] = "2027-01-01 00:00:00", "06/01/2026 12:32"
    converted = [mixed.ids[mixed.ids.index("old") + 1], *first[1:]]
    kinds = _kinds(mixed.scored, tmp_path)
    for rows, statuses in (
        ([first], {"scored": 1}),
        ([late], {"ineligible": 1}),
        ([], {}),
        ([spoilt], {"unreadable": 1}),
        ([spoilt[:4]], {"unreadable": 1}),
        ([converted, late], {"ineligible": 2}),
    ):
        found = score(write_lines(tmp_path / "leads.csv", [head, *rows]))
        assert found.statuses() == statuses
        assert _kinds(found, tmp_path) == kinds
        is_held = [t.guard for t in found.tripped] == ["leads_unreadable"]
        assert is_held == ("unreadable" in statuses)
        assert len(found.ledger) == statuses.get("scored", 0)


def test_fault_81_an_unreadable_lead_has_its_id_its_line_and_its_text(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    """The scores show no address; the whole text is among the rows set aside."""
    head, first, second, *_ = lines(mixed.path)
    path = write_lines(tmp_path / "leads.csv", [head, first, second[:4], second[:2]])
    found = score(path)
    unread = found.table.loc[found.table["status"] == "unreadable"]
    assert unread["lead_id"].tolist() == [second[0]] * 2
    assert unread["source_line"].tolist() == [3, 4]
    assert unread["source_text"].tolist() == [
        f"{second[0]},{second[1]},{second[2]},…", f"{second[0]},…",
    ]  # fmt: skip
    assert unread["status_said"].tolist() == [
        "Line 3 of leads.csv: Expected 9 fields, found 4.",
        "Line 4 of leads.csv: Expected 9 fields, found 2.",
    ]
    assert unread["score"].isna().all()
    aside = found.quarantine.loc[found.quarantine["table"] == "leads"]
    assert aside["text"].tolist() == [",".join(second[:4]), ",".join(second[:2])]
    assert second[0] not in found.ledger["lead_id"].tolist()


def _kinds(scored: Scored, folder: Path) -> dict[str, str]:
    write_scores(scored.table, folder / "scores.parquet")
    schema = pq.read_schema(folder / "scores.parquet")
    return {n: str(t) for n, t in zip(schema.names, schema.types, strict=True)}


def test_scoring_needs_a_bare_run_folder_and_no_mlflow(
    demo: Demo, mixed: Mixed, leadlight: Leadlight, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(demo.run / "model", bare / "model")
    shutil.copy(demo.run / "manifest.json", bare)
    done = leadlight(
        "score", mixed.path, "-o", "out/scores.parquet", "--run", bare, "-q",
        "-c", demo.config_file, "--at", f"{AT:%Y-%m-%d}", cwd=tmp_path,
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "68 leads in, as many out, and 2 rows that repeat one of them: "
    )
    found = pd.read_parquet(tmp_path / "out" / "scores.parquet")
    assert found["lead_id"].tolist() == mixed.ids
    columns = ["probability", "score", "fit_points", "raising_1_points"]
    for column in columns:
        assert found[column].dropna().tolist() == mixed.table[column].dropna().tolist()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "scores.parquet", ledger_of(Path("scores.parquet")).name,
        "scores.parquet.quarantine.parquet",
        scorer_file_of(Path("scores.parquet")).name,
    ]  # fmt: skip


def test_mlflow_cannot_be_imported_in_these_processes(
    leadlight: Leadlight, tmp_path: Path
) -> None:
    done = leadlight("--help", cwd=tmp_path, first="import mlflow")
    assert done.code == 1
    assert "there is no MLflow" in done.err


def test_csv_makes_formulas_inert_and_leaves_numbers_alone(
    mixed: Mixed, tmp_path: Path
) -> None:
    write_scores(mixed.table, tmp_path / "scores.csv")
    found = pd.read_csv(tmp_path / "scores.csv")
    assert found["lead_id"].tolist()[mixed.ids.index("=1+1")] == "'=1+1"
    lowering = found["lowering_1_points"].dropna()
    assert (lowering < 0).all()
    written = (tmp_path / "scores.csv").read_text("utf-8")
    cells = [c for line in written.splitlines() for c in line.split(",")]
    assert not [c for c in cells if c[:1] in "=+@\t" and c]


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n\x00", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_every_sign_that_begins_a_formula_is_made_inert(
    sign: str, tmp_path: Path
) -> None:
    write_scores(pd.DataFrame({"a": [f"{sign}x", f"x{sign}"]}), tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8")
    assert f"'{sign}x" in text
    assert f"'x{sign}" not in text


def test_the_same_leads_scored_twice_are_the_same_bytes(
    mixed: Mixed, score: Score, tmp_path: Path
) -> None:
    for name, table in (("a", mixed.table), ("b", score(mixed.path).table)):
        write_scores(table, tmp_path / f"{name}.parquet")
    assert digest(tmp_path / "a.parquet") == digest(tmp_path / "b.parquet")


def _points(demo: Demo, held: pd.DataFrame) -> np.ndarray:
    """50 at the reference, and ten more for twice the odds."""
    chance = held["probability"].to_numpy(float)
    reference = record(demo.run / "calibration.json")["reference"]
    return np.asarray(50 + K * (np.log(chance / (1 - chance)) - reference))


def test_the_snapshot_is_the_instant_that_was_asked_for(mixed: Mixed) -> None:
    at = {pd.Timestamp(t).to_pydatetime() for t in mixed.held["snapshot_at"]}
    assert at == {AT}
    assert isinstance(AT, datetime)


# --- statuses, by hand ---------------------------------------------------------------


@pytest.fixture(scope="module")
def contract(demo: Demo) -> Contract:
    found = open_bundle(source_of_run(demo.run)).contract
    return replace(found, lead_age_days=None, familiarity=None, support=())


def _one(
    contract: Contract, values: dict[str, str], instants: dict[str, str]
) -> tuple[str, str | None]:
    """Status and sentence of a lead asked about on 9 January 2026 at noon."""
    usual = {"created_at": "2026-01-05", "asked_at": "2026-01-09 12:00"}
    told = {"snapshot_at": usual["asked_at"], "converted_at": "", "closed_at": ""}
    at = {
        k: pd.to_datetime([v], utc=True) for k, v in (told | usual | instants).items()
    }
    ended = any(at[k][0] < at["asked_at"][0] for k in ("converted_at", "closed_at"))
    later = not at["created_at"][0] <= at["snapshot_at"][0]
    spine = pd.DataFrame({**at, "is_eligible": [not (ended or later)]})
    seen = pd.DataFrame({f.name: [values.get(f.name)] for f in contract.features})
    used = {i for i, f in enumerate(contract.features) if f.name != "unused"}
    encoded = encode(seen, contract.encoding)
    new = unfamiliar_of(seen, encoded, contract, None, used)
    status, said = statuses_of(spine, new.said, contract)
    return status[0], None if pd.isna(said[0]) else said[0]


@pytest.mark.parametrize(
    ("instants", "status", "said"),
    [
        ({"converted_at": "2026-01-09 12:00"}, "scored", None),
        (
            {"converted_at": "2026-01-08 23:00", "closed_at": "2026-01-07"},
            "ineligible",
            "The lead had converted on 2026-01-08: there is nothing left to predict.",
        ),
        (
            {"converted_at": "2026-02-01", "closed_at": "2026-01-07"},
            "ineligible",
            "The lead had been closed on 2026-01-07: there is nothing left to predict.",
        ),
        (
            {"created_at": "2026-01-10"},
            "ineligible",
            "The lead is created only after the snapshot, on 2026-01-10: there is "
            "nothing to predict yet.",
        ),
        (
            {"snapshot_at": "2026-01-09 12:01"},
            "off_schedule",
            "The lead is not yet due: its snapshot is 2026-01-09 12:01 UTC. Until then "
            "its probability is a guess.",
        ),
        (
            {"snapshot_at": "2026-01-02 12:00", "created_at": "2026-01-02"},
            "scored",
            None,
        ),
        (
            {"snapshot_at": "2026-01-02 00:00", "created_at": "2026-01-01"},
            "off_schedule",
            "The lead is scored as it stood at its snapshot, 2026-01-02 00:00 UTC, "
            "long ago (7.5 days): what came since is not in its score.",
        ),
    ],
)
def test_each_cause_has_its_sentence(
    contract: Contract, instants: dict[str, str], status: str, said: str | None
) -> None:
    assert _one(contract, {}, instants) == (status, said)


def test_days_are_those_of_the_company(contract: Contract) -> None:
    """At eleven at night, UTC, the next day has begun in Amsterdam."""
    told = replace(contract, timezone="Europe/Amsterdam")
    _, said = _one(told, {}, {"converted_at": "2026-01-08 23:30"})
    assert said == (
        "The lead had converted on 2026-01-09: there is nothing left to predict."
    )


@pytest.mark.parametrize(
    ("holds", "hours", "status"),
    [
        (None, 167, "scored"),  # nothing is known of the delay: a week
        (None, 169, "off_schedule"),
        (3.0, 71, "scored"),
        (3.0, 73, "off_schedule"),
        (0.1, 23, "scored"),  # nobody scores more often than each night
        (0.1, 25, "off_schedule"),
        (30.0, 169, "off_schedule"),  # its facts are old all the same
    ],
)
def test_a_lead_left_over_from_its_snapshot_is_off_schedule_once_its_like_have_gone(
    contract: Contract, holds: float | None, hours: int, status: str
) -> None:
    asked = pd.Timestamp("2026-01-09 12:00")
    at = str(asked - pd.Timedelta(hours=hours))
    told = replace(contract, holds_for_days=holds, horizon_days=30.0)
    found, said = _one(told, {}, {"snapshot_at": at, "created_at": at})
    assert found == status
    is_too_high = status == "off_schedule" and holds in {3.0, 0.1}
    assert (said or "").endswith("its probability is too high.") is is_too_high
    if hours == 73:
        assert said == (
            "The lead is scored as it stood at its snapshot, 2026-01-06 11:00 UTC, "
            "long ago (3.0 days): what came since is not in its score, and over 10% "
            "of those who convert within 30 days of it have done so after 3.0: its "
            "probability is too high."
        )


def test_all_new_values_are_said_once_and_personal_ones_not_shown(
    contract: Contract,
) -> None:
    """Two columns of the scorer, of which the second is personal."""
    places = [i for i, f in enumerate(contract.features) if f.categories is not None]
    first, second = (contract.features[i].name for i in places[:2])
    signals = tuple(
        replace(s, words=f"W{s.columns[0]}", is_personal=places[1] in s.columns)
        for s in contract.signals
    )
    changed = replace(contract, signals=signals)
    a, b = (
        next(s.words for s in signals if place in s.columns) for place in places[:2]
    )
    assert _one(changed, {first: "Mars", second: "Ada"}, {}) == (
        "unfamiliar",
        f"{a}: 'Mars'; {b}: a value, each of which was never seen in training and is "
        "scored as a rare value.",
    )


def test_a_new_value_of_what_the_booster_never_asks_is_not_strange(
    contract: Contract,
) -> None:
    place, name = next(
        (i, f.name) for i, f in enumerate(contract.features) if f.categories is not None
    )
    features = (*contract.features[:place], replace(contract.features[place],
                name="unused"), *contract.features[place + 1 :])  # fmt: skip
    changed = replace(contract, features=features)
    assert _one(contract, {name: "Mars"}, {})[0] == "unfamiliar"
    assert _one(changed, {"unused": "Mars"}, {}) == ("scored", None)


# --- broken joins --------------------------------------------------------------------


def _score_changed(
    demo: Demo, folder: Path, column: int, value: str, *changes: str
) -> Scored:
    """Tonight's leads, with one column of all touches written differently."""
    demo.copy(folder)
    touches = folder / "data" / "touches.csv"
    head, *rows = lines(touches)
    for row in rows[:-2]:  # the last two are unreadable on purpose
        row[column] = value.format(row[column])
    write_lines(touches, [head, *rows])
    bundle = open_bundle(source_of_run(demo.run))
    config = demo.changed(folder, *changes)
    return score_leads(config, bundle, folder / "data" / "tonight.csv", at=AT)


@pytest.mark.parametrize(
    ("column", "guard", "said"),
    [
        ("lead_id", "touches_unknown", "touches.csv tells of 0 of "),
        ("kind", "touches_kinds", "None of "),
    ],
)
def test_touches_of_no_lead_or_no_known_kind_hold_the_night_back(
    column: str, guard: str, said: str, demo: Demo, tmp_path: Path
) -> None:
    place = lines(demo.folder / "data" / "touches.csv")[0].index(column)
    scored = _score_changed(demo, tmp_path, place, "x{}")
    (tripped,) = scored.tripped
    assert tripped.guard == guard
    assert tripped.said.startswith(said)
    assert scored.table["score"].notna().any()


def test_an_attribute_in_no_table_is_refused(demo: Demo, tmp_path: Path) -> None:
    change = 'accounts.known_at_creation=["industry", "country"]'
    with pytest.raises(ModelError, match="attributes 'account_employees', which no"):
        _score_changed(demo, tmp_path, 0, "{}", change)

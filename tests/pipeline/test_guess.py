"""The first guess at a configuration: each mapping, and what is left to ask."""

from __future__ import annotations

import gzip
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.errors import ConfigError, SourceError
from features.world import World
from pipeline.config import check_loads, load_config
from pipeline.demo import write_company
from pipeline.guess import write_guess
from pipeline.intake.desk import take_in
from pipeline.open_questions import refuse_open_questions

COLOURS = ("red", "green", "blue")


def write(folder: Path, name: str, rows: list[dict[str, Any]], sep: str = ",") -> Path:
    path = folder / name
    text = "\n".join(sep.join(str(v) for v in r.values()) for r in rows)
    body = sep.join(rows[0]) + "\n" + text + "\n"
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(body.encode()))
    else:
        path.write_text(body, encoding="utf-8")
    return path


def day(i: int) -> date:
    return date(2025, 1, 1) + timedelta(days=i)


def leads(n: int = 40, **more: Any) -> list[dict[str, Any]]:
    """One lead a day; further columns are functions of the row's number."""
    rows = []
    for i in range(n):
        row = {"lead": f"L{i:03}", "created": day(i), "colour": COLOURS[i % 3]}
        rows.append(row | {name: made(i) for name, made in more.items()})
    return rows


def deals(n: int = 40) -> list[dict[str, Any]]:
    """Every fourth lead is won ten days after it came."""
    return [{"lead": f"L{i:03}", "won_date": day(i + 10)} for i in range(0, n, 4)]


def flat_rows(**more: Any) -> list[dict[str, Any]]:
    rows = []
    for i in range(40):
        row: dict[str, Any] = {"colour": COLOURS[i % 3]}
        row |= {name: made(i) for name, made in more.items()}
        rows.append(row | {"Converted": "yes" if i % 4 == 0 else "no"})
    return rows


def touch_rows(kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "lead": f"L{i % 40:03}",
            "what_type": kinds[i % len(kinds)],
            "time": day(i % 40),
        }
        for i in range(40 * len(kinds))
    ]


def guessed(folder: Path, *files: Path) -> tuple[dict[str, Any], str, list[str]]:
    """The written configuration, raw; its text; the lines to print."""
    out = folder / "leadlight.toml"
    told = write_guess(list(files), out)
    check_loads(out)
    text = out.read_text(encoding="utf-8")
    return tomllib.loads(text), text, told


def test_finds_leads_by_the_ids_that_other_files_use(tmp_path: Path) -> None:
    some = write(tmp_path, "a.csv", leads())
    others = write(tmp_path, "b.csv", deals())
    raw, text, told = guessed(tmp_path, others, some)
    assert raw["leads"]["from"] == "a.csv"
    assert raw["leads"]["lead_id"] == "lead"
    assert raw["leads"]["created_at"] == "created"
    assert "unique in all 40 rows; also in b.csv" in text
    assert "  a.csv: leads" in told


def test_unpivots_the_dates_of_a_file_with_one_row_a_lead(tmp_path: Path) -> None:
    raw, *_ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", leads()),
        write(tmp_path, "b.csv", deals()),
    )
    assert raw["milestones"] == [
        {"from": "b.csv", "lead_id": "lead", "columns": {"won": "won_date"}}
    ]
    # Days: from the start of the one of creation to the end of the tenth after it.
    assert raw["outcome"] == {"conversion": "won", "horizon_days": 11}


def test_reads_milestones_off_the_leads_own_stage_and_date(tmp_path: Path) -> None:
    stage = {0: "Won", 1: "Lost", 2: "Open"}
    rows = leads(
        deal_stage=lambda i: stage[i % 3],
        close_date=lambda i: "" if i % 3 == 2 else day(i + 7),
        close_value=lambda i: "" if i % 3 == 2 else 100 + i,
    )
    raw, text, _ = guessed(tmp_path, write(tmp_path, "pipeline.csv", rows))
    assert raw["milestones"][0]["milestone"] == "deal_stage"
    assert raw["milestones"][0]["reached_at"] == "close_date"
    assert raw["outcome"]["conversion"] == "Won"
    assert raw["outcome"]["closed_by"] == ["Lost"]
    assert raw["leads"]["never"] == ["deal_stage", "close_date", "close_value"]
    assert "its share filled is 100 points higher once a lead has ended" in text


def test_a_file_of_steps_is_touches_and_milestones_alike(tmp_path: Path) -> None:
    rows = touch_rows(("visit", "pricing_page"))
    rows += [
        {"lead": f"L{i:03}", "what_type": kind, "time": f"{day(i + 20)} {clock}"}
        for i in range(20)
        for kind, clock in (("approved", "10:00:00"), ("contract_filed", "10:05:00"))
    ]
    raw, text, told = guessed(
        tmp_path,
        write(tmp_path, "a.csv", leads()),
        write(tmp_path, "steps.csv.gz", rows),
    )
    assert raw["outcome"]["conversion"] == "approved"
    assert raw["touches"][0]["kind"] == "what_type"
    assert "'approved'" in raw["touches"][0]["query"]
    assert "'contract_filed'" in raw["touches"][0]["query"]  # says it once more
    assert "approved (20)" in text
    assert "  steps.csv.gz: touches and milestones" in told
    assert raw["snapshots"]["rule"] == "weekly"
    # The rate of leads says little of that of weekly snapshots.
    assert raw["cutoffs"]["sql"] == {"capacity_share": 0.05}


def test_sorts_kinds_into_the_funnel_by_their_words(tmp_path: Path) -> None:
    kinds = (
        "pricing_page", "demo_request", "webinar", "docs_page", "page_visit",
        "newsletter_open", "careers_page", "unsubscribe", "outbound_call", "zebra",
    )  # fmt: skip
    raw, text, _ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", leads()),
        write(tmp_path, "touches.csv", touch_rows(kinds)),
        write(tmp_path, "deals.csv", deals()),
    )
    funnel = {k: set(v) for k, v in raw["funnel"].items()}
    assert funnel == {
        "bottom": {"pricing_page", "demo_request"},
        "middle": {"webinar", "docs_page"},
        "top": {"page_visit", "newsletter_open"},
        "negative": {"careers_page", "unsubscribe"},
        "other": {"outbound_call", "zebra"},
        "outbound": {"outbound_call"},
    }
    assert "ASK: do kinds under other belong to a stage? zebra." in text


@pytest.mark.parametrize(
    ("written", "is_ambiguous"),
    [("%d-%m-%y", False), ("%d/%m/%Y", False), ("%m/%d/%Y", False)],
)
def test_finds_how_instants_are_written(
    tmp_path: Path, written: str, is_ambiguous: bool
) -> None:
    rows = [r | {"created": r["created"].strftime(written)} for r in leads()]
    raw, text, _ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", rows),
        write(tmp_path, "b.csv", deals()),
    )
    assert raw["leads"]["format"] == written
    assert ("day first" in text) is is_ambiguous


def test_asks_whether_the_day_is_first_where_no_date_tells(tmp_path: Path) -> None:
    rows = leads(12)
    for i, row in enumerate(rows):
        row["created"] = f"{i + 1:02}/{12 - i:02}/2024"
    wins = [r | {"won_date": day(400)} for r in deals(12)]
    raw, text, _ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", wins)
    )
    assert raw["leads"]["format"] == "%d/%m/%Y"
    assert "ASK: are instants in a.csv written day first?" in text


def test_finds_the_outcome_of_a_flat_export_by_its_name(tmp_path: Path) -> None:
    rows = flat_rows(flag=lambda i: "yes" if i % 2 else "no")
    raw, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", rows, sep=";"))
    assert raw["outcome"] == {"column": "Converted", "positive": "yes"}
    assert raw["leads"]["lead_id"] == raw["leads"]["order_by"] == "@row"
    assert raw["leads"]["delimiter"] == ";"
    assert raw["snapshots"]["rule"] == "export"
    assert "It may be flag, too." in text
    assert raw["cutoffs"]["sql"]["precision"] == 0.5  # a quarter converts


def test_parts_the_texts_of_an_outcome_into_no_and_not_yet(tmp_path: Path) -> None:
    texts = ("Converted", "Open", "Disqualified", "Nurture")
    rows = [
        {"n": i, "colour": COLOURS[i % 3], "Converted": texts[i % 4]} for i in range(40)
    ]
    raw, text, told = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["outcome"] == {
        "column": "Converted",
        "positive": "Converted",
        "negative": ["Disqualified"],
        "undecided": ["Nurture", "Open"],
    }
    assert (
        "ASK: do all of these say that a lead will not convert: Disqualified (10)?"
        in (" ".join(text.replace("# ", "").split()))
    )
    assert any("Leads that may still convert belong under undecided" in t for t in told)


def test_where_no_text_says_no_all_others_do_until_somebody_knows(
    tmp_path: Path,
) -> None:
    texts = ("won", "north", "south")
    rows = [{"n": i, "x": i % 5, "outcome": texts[i % 3]} for i in range(42)]
    raw, *_ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["outcome"]["negative"] == ["north", "south"]
    assert "undecided" not in raw["outcome"]


def test_asks_whether_a_null_token_as_frequent_as_a_category_is_a_value(
    tmp_path: Path,
) -> None:
    rows = flat_rows(
        region=lambda i: ("NA", "EU", "AP")[i % 3],
        plan=lambda i: "None" if i < 3 else ("free", "team")[i % 2],
        size=lambda i: "n/a" if i % 4 else str(i),
        sector=lambda i: ("n/a", "steel")[i % 2],
    )
    _, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    said = " ".join(text.replace("# ", "").split())
    # 14 of 40 rows, where the categories have 13 each; n/a stands beside numbers too.
    assert (
        "ASK: does 'NA' in region (14 rows) stand for missing? It is read so; if it is "
        'a value, say null_tokens = { region = [""] }.'
    ) in said
    assert "does 'None' in plan" not in said
    assert "does 'n/a' in" not in said


def test_orders_a_flat_export_by_a_unique_number(tmp_path: Path) -> None:
    rows = flat_rows(key=lambda i: f"x{i}", Number=lambda i: 500 - i)
    raw, *_ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["leads"]["lead_id"] == "key"
    assert raw["leads"]["order_by"] == "Number"


@pytest.mark.parametrize(
    "name",
    [
        "Last Step", "Tags", "Lead Quality", "score", "Lead Profile", "Stage",
        "duration", "Owner",
    ],
)  # fmt: skip
def test_late_filled_names_land_in_never_with_a_question(
    tmp_path: Path, name: str
) -> None:
    rows = flat_rows(**{name: lambda i: COLOURS[i % 2]})
    raw, text, told = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["leads"]["never"] == [name]
    assert raw["leads"]["known_at_creation"] == ["colour"]
    assert f"# ASK: when are these filled in: {name}?" in text
    assert "# a name of what tends to be filled late" in text
    assert any(f"filled in: {name}?" in line for line in told)


def test_asks_whether_the_attributes_were_known_at_creation(tmp_path: Path) -> None:
    _, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", flat_rows()))
    assert "# ASK: was each of known_at_creation known when the lead came" in text


def test_reads_attributes_by_their_meaning(tmp_path: Path) -> None:
    rows = leads(
        mail=lambda i: f"p{i}@firm{i}.com",
        job_title=lambda i: f"Buyer {i}",
        zip_code=lambda i: 1000 + i % 5,
        wants_news=lambda i: "Yes" if i % 2 else "No",
        size=lambda i: i * 1.5,
    )
    raw, *_ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["attributes"] == {
        "mail": {"means": "email", "personal": True},
        "job_title": {"means": "title"},
        "zip_code": {"means": "category"},
        "wants_news": {"means": "flag"},
    }
    assert raw["leads"]["known_at_creation"] == [
        "colour", "mail", "job_title", "zip_code", "wants_news", "size",
    ]  # fmt: skip


def meant(folder: Path, **columns: Any) -> dict[str, str]:
    """What the columns of some leads are taken to mean, where that is said."""
    some = write(folder, "a.csv", leads(**columns), sep=";")
    raw, *_ = guessed(folder, some, write(folder, "b.csv", deals()))
    return {n: a["means"] for n, a in raw.get("attributes", {}).items()}


def one_of(*texts: str) -> Callable[[int], str]:
    return lambda i: texts[i % len(texts)]


def test_reads_firms_by_the_name_and_the_values_of_a_column(tmp_path: Path) -> None:
    assert meant(
        tmp_path,
        company_size=one_of("1-10", "11-50", "51-200", "10.001+"),
        Employees=one_of("10 - 49 MA", "50-249", "n.k."),
        annual_revenue=one_of("€ 2,5 Mio", "<1M", "10-50M", "over 1bn"),
        sector=one_of("Maschinenbau", "software", "Banking", "beekeeping"),
        office_location=one_of("DE", "Deutschland", "France", "UK", "U.S.A."),
    ) == {
        "company_size": "size",
        "annual_revenue": "revenue",
        "sector": "industry",
        "office_location": "country",
    }  # of the employees a third cannot be read


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("company_size", ("10", "250", "4000")),  # a number is more than its band
        ("revenue", ("1100.04", "251.41")),
        ("company_size", ("S", "M", "L")),
        ("deal_size", ("$10k", "$20k")),
        ("team_size", ("1-5", "6-20")),
        ("expected_revenue", ("$10k", "$20k")),
        ("sector", COLOURS),
        ("segment", ("A", "B", "C")),
        ("language", ("DE", "FR", "ES")),  # codes of countries too
        ("location", ("Mumbai", "Thane", "Delhi")),
        ("course", ("Banking", "Retail management", "Healthcare")),
    ],
)
def test_guesses_no_more_of_firms_than_is_written(
    tmp_path: Path, name: str, texts: tuple[str, ...]
) -> None:
    assert meant(tmp_path, **{name: one_of(*texts)}) == {}


def test_sums_of_money_are_used_though_all_are_different(tmp_path: Path) -> None:
    assert meant(tmp_path, umsatz=lambda i: f"€ {i + 1} Mio") == {"umsatz": "revenue"}


def test_says_why_a_column_is_taken_for_countries(tmp_path: Path) -> None:
    rows = leads(country=one_of("DE", "France", "Atlantis", "Japan", "USA"))
    _, text, _ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )

    assert '"country",  # country, 5 values' in text
    assert 'means = "country"  # 80% of what is filled reads as countries' in text


def test_accounts_have_meanings_under_their_own_name(tmp_path: Path) -> None:
    rows = leads(account=lambda i: f"A{i % 8}")
    accounts = [
        {
            "account": f"A{i}",
            "sector": ("medical", "technolgy", "retail")[i % 3],
            "revenue": 100.5 * (i + 1),
            "employees": 100 * (i + 1),
            "office_location": ("United States", "Kenya")[i % 2],
        }
        for i in range(8)
    ]
    raw, *_ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", rows),
        write(tmp_path, "accounts.csv", accounts),
        write(tmp_path, "b.csv", deals()),
    )

    assert raw["attributes"] == {
        "account_sector": {"means": "industry"},
        "account_office_location": {"means": "country"},
    }


def test_writes_no_personal_value_and_leaves_names_out(tmp_path: Path) -> None:
    rows = leads(
        first_name=lambda i: f"Zaphod{i % 9}",
        phone=lambda i: f"+31 6 555{i:04}",
        remark=lambda i: f"called Zaphod{i} back",
        mail=lambda i: f"zaphod{i}@heart.example",
    )
    raw, text, told = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["leads"]["known_at_creation"] == ["colour", "mail"]
    said = (text + "\n".join(told)).lower()
    assert "zaphod" not in said
    assert "555" not in said


def test_finds_words_that_stand_for_missing(tmp_path: Path) -> None:
    rows = flat_rows(
        city=lambda i: "Select" if i % 2 else "Oslo",
        job=lambda i: "unknown" if i % 2 else "nurse",
    )
    raw, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert {"Select", "unknown", "NULL", "n/a"} <= set(raw["source"]["null_tokens"])
    assert "'Select' in city" in text


def test_unknown_beside_blanks_is_an_answer_of_its_own(tmp_path: Path) -> None:
    rows = flat_rows(job=lambda i: ("unknown", "nurse", "")[i % 3])
    raw, *_ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert "source" not in raw


def test_asks_whether_a_far_number_stands_for_missing(tmp_path: Path) -> None:
    rows = flat_rows(days=lambda i: 999 if i % 2 else i % 7)
    _, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert "ASK: does 999 in days stand for missing?" in text


def test_joins_accounts_and_offers_other_side_tables(tmp_path: Path) -> None:
    rows = leads(account=lambda i: f"A{i % 8}", product=lambda i: f"P{i % 4}")
    accounts = [{"account": f"A{i}", "sector": COLOURS[i % 3]} for i in range(8)]
    products = [{"product": f"P{i}", "price": i} for i in range(4)]
    raw, text, told = guessed(
        tmp_path,
        write(tmp_path, "a.csv", rows),
        write(tmp_path, "accounts.csv", accounts),
        write(tmp_path, "products.csv", products),
        write(tmp_path, "b.csv", deals()),
    )
    assert raw["leads"]["account_id"] == "account"
    assert raw["accounts"]["account_id"] == "account"
    assert raw["accounts"]["known_at_creation"] == ["sector"]
    assert "ASK: were the values in accounts.csv known when the leads came?" in text
    assert "  products.csv: not used; its product is product of the leads" in told


def test_a_property_of_an_account_is_not_its_id(tmp_path: Path) -> None:
    rows = leads(
        company_size=lambda i: COLOURS[i % 2], company_id=lambda i: f"C{i % 8}"
    )
    raw, *_ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["leads"]["account_id"] == "company_id"
    assert raw["leads"]["known_at_creation"] == ["colour", "company_size"]


def test_an_account_that_tells_the_outcome_lands_in_never(tmp_path: Path) -> None:
    rows = leads(account=lambda i: f"A{i % 8}" if i % 4 == 0 else "")
    accounts = [{"account": f"A{i}", "sector": COLOURS[i % 3]} for i in range(8)]
    raw, *_ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", rows),
        write(tmp_path, "accounts.csv", accounts),
        write(tmp_path, "b.csv", deals()),
    )
    assert "accounts" not in raw
    assert raw["leads"]["never"] == ["account"]


def test_more_leads_are_not_taken_for_milestones(tmp_path: Path) -> None:
    raw, _, told = guessed(
        tmp_path,
        write(tmp_path, "leads.csv", leads()),
        write(tmp_path, "tonight.csv", leads()[-5:]),
        write(tmp_path, "b.csv", deals()),
    )
    assert len(raw["milestones"]) == 1
    assert any("tonight.csv: not used; it looks like more leads" in t for t in told)


def test_reads_parquet_and_text_that_is_not_utf_8(tmp_path: Path) -> None:
    some = tmp_path / "a.parquet"
    frame = pd.DataFrame(leads()).assign(
        created=lambda f: pd.to_datetime(f["created"]).dt.tz_localize(UTC)
    )
    frame.to_parquet(some)
    rows = [r | {"town": "Zürich"} for r in deals()]
    others = write(tmp_path, "b.csv", rows)
    others.write_bytes(others.read_text(encoding="utf-8").encode("cp1252"))
    raw, *_ = guessed(tmp_path, some, others)
    assert raw["leads"]["created_at"] == "created"
    assert raw["milestones"][0]["encoding"] == "cp1252"


def test_a_name_cannot_break_out_of_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    name = '"score\n[run]\nfolder = ""x"""'
    rows = [f"{i % 3},{i % 2},{'red' if i % 5 else 'blue'}" for i in range(40)]
    path.write_text(f"{name},won,colour\n" + "\n".join(rows), encoding="utf-8")
    raw, *_ = guessed(tmp_path, path)
    assert "run" not in raw
    assert raw["leads"]["never"] == ['score\n[run]\nfolder = "x"']


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = write(tmp_path / "data", "x.csv", flat_rows())
    out = tmp_path / "conf" / "mine.toml"
    told = write_guess([path], out)
    raw = tomllib.loads(out.read_text(encoding="utf-8"))
    assert raw["leads"]["from"] == "../data/x.csv"
    assert Path(str(load_config(out).leads.from_)) == path
    assert told[-1] == f"Correct it, then: leadlight run -c {out}"


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data", "a.csv", leads())
    write(tmp_path / "data", "b.csv", deals())
    raw, *_ = guessed(tmp_path, tmp_path / "data")
    assert raw["leads"]["from"] == "data/a.csv"


def test_says_that_an_outcome_is_not_to_be_found(tmp_path: Path) -> None:
    rows = [{"n": i % 7, "colour": COLOURS[i % 3], "new": i % 2} for i in range(40)]
    raw, text, told = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["outcome"] == {"column": "?", "positive": "?"}
    said = " ".join(text.replace("# ", "").split())
    assert "ASK: which column is the outcome? Perhaps new. No text or name " in said
    assert raw["cutoffs"]["sql"] == {"capacity_share": 0.05}
    assert not any("%" in line for line in (*text.splitlines(), *told))


def test_does_not_overwrite(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", flat_rows())
    out = tmp_path / "leadlight.toml"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="exists and is not overwritten"):
        write_guess([path], out)
    assert out.read_text(encoding="utf-8") == "mine"


def test_leaves_nothing_behind_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    out = tmp_path / "leadlight.toml"
    with pytest.raises(SourceError, match="No such file"):
        write_guess([tmp_path / "nowhere.csv"], out)
    with pytest.raises(SourceError, match="is empty"):
        write_guess([empty], out)
    assert not out.exists()


def test_what_is_guessed_of_the_invented_company_can_be_taken_in(
    tmp_path: Path,
) -> None:
    write_company(tmp_path, World(seed=3, leads=300))
    (tmp_path / "leadlight.toml").unlink()
    names = ("leads", "accounts", "touches", "milestones", "tonight")
    raw, *_ = guessed(tmp_path, *(tmp_path / "data" / f"{n}.csv" for n in names))
    assert raw["touches"] == [
        {
            "from": "data/touches.csv",
            "lead_id": "lead_id",
            "kind": "kind",
            "occurred_at": "occurred_at",
            "recorded_at": "recorded_at",
            "asset": "asset",
            "channel": "channel",
            "value": "value",
        }
    ]
    assert raw["milestones"][0]["milestone"] == "milestone"
    assert raw["accounts"]["known_from"] == "known_from"
    assert raw["outcome"]["conversion"] == "opportunity"
    assert set(raw["outcome"]["closed_by"]) == {"disqualified", "lost"}
    report = take_in(load_config(tmp_path / "leadlight.toml"), tmp_path / "tables")
    assert report.known_until is not None
    assert datetime.fromisoformat(report.known_until).tzinfo is not None


def test_a_question_left_open_leads_back_to_itself(tmp_path: Path) -> None:
    rows = [{"n": i % 7, "colour": COLOURS[i % 3], "new": i % 2} for i in range(40)]
    guessed(tmp_path, write(tmp_path, "x.csv", rows))
    path = tmp_path / "leadlight.toml"
    line = path.read_text(encoding="utf-8").splitlines().index('column   = "?"') + 1
    with pytest.raises(ConfigError) as told:
        load_config(path)
    assert str(told.value).startswith(
        "leadlight.toml leaves open what only someone who knows the company can say. "
        f"Line {line}, column: which column is the outcome? Perhaps new. "
    )
    with pytest.raises(
        ConfigError, match=f"say. Line {line + 2}, positive: which text"
    ):
        load_config(path, ("outcome.column=new",))
    answered = ("outcome.column=new", "outcome.positive='1'")
    assert load_config(path, answered).outcome.event == "new"


def test_ids_are_matched_by_their_values_and_small_numbers_are_no_ids(
    tmp_path: Path,
) -> None:
    some = [r | {"lead": 501 + i} for i, r in enumerate(leads(80))]
    told = [
        {
            "whose": 501 + i % 80,
            "seconds": 1 + i % 60,
            "type": "visit",
            "at": day(i % 80),
        }
        for i in range(240)
    ]
    sold = [{"whose": f"{501 + i}.0", "won_date": day(i + 10)} for i in range(0, 80, 4)]
    raw, text, _ = guessed(
        tmp_path,
        write(tmp_path, "a.csv", some),
        write(tmp_path, "log.csv", told),
        write(tmp_path, "b.csv", sold),
    )
    assert raw["touches"][0]["lead_id"] == raw["milestones"][0]["lead_id"] == "whose"
    assert "the ids of whose are written as fractions (20.0 for 20)" in text
    report = take_in(load_config(tmp_path / "leadlight.toml"), tmp_path / "tables")
    assert report.milestones_of_unknown_leads == 0


def test_of_two_dates_that_may_be_the_creation_both_are_named(tmp_path: Path) -> None:
    rows = leads(registered=lambda i: day(i + 1))
    raw, _, told = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["leads"]["created_at"] == "created"  # never after the other
    assert any("when did a lead come: created or registered?" in line for line in told)


def test_a_planned_date_is_no_milestone(tmp_path: Path) -> None:
    rows = flat_rows(
        Eingang=lambda i: day(i), Wiedervorlage=lambda i: day(i + 9) if i % 2 else ""
    )
    raw, *_ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    assert raw["outcome"]["column"] == "Converted"
    assert "milestones" not in raw


def test_dates_in_two_shapes_are_read_by_a_query(tmp_path: Path) -> None:
    rows = [
        r | {"created": r["created"].strftime("%d.%m.%Y")} if i % 4 == 0 else r
        for i, r in enumerate(leads())
    ]
    raw, text, _ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["leads"]["created_at"] == "created"
    said = " ".join(text.replace("# ", "").split())
    assert "created has dates in several shapes: 10 different ones that" in said
    report = take_in(load_config(tmp_path / "leadlight.toml"), tmp_path / "tables")
    assert [s.rows_quarantined for s in report.of("leads")] == [0]


def test_stages_told_by_their_changes_are_milestones(tmp_path: Path) -> None:
    changes = [
        {"lead": f"L{i:03}", "old_value": old, "new_value": new, "when": day(i + k)}
        for i in range(40)
        for k, (old, new) in enumerate(
            (("New", "Working"), ("Working", "Won" if i % 4 == 0 else "Lost"))
        )
    ]
    raw, *_ = guessed(
        tmp_path, write(tmp_path, "a.csv", leads()), write(tmp_path, "h.csv", changes)
    )
    assert raw["milestones"][0]["milestone"] == "new_value"
    assert raw["outcome"]["conversion"] == "Won"
    assert raw["outcome"]["closed_by"] == ["Lost"]
    assert "touches" not in raw


def test_seconds_since_1970_are_instants_where_the_name_says_so(tmp_path: Path) -> None:
    seconds = {r["lead"]: 1_735_689_600 + 86_400 * i for i, r in enumerate(leads())}
    rows = [
        r | {"created": seconds[r["lead"]], "size": seconds[r["lead"]]} for r in leads()
    ]
    raw, *_ = guessed(
        tmp_path, write(tmp_path, "a.csv", rows), write(tmp_path, "b.csv", deals())
    )
    assert raw["leads"]["format"] == "epoch_s"
    assert raw["leads"]["created_at"] == "created"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[outcome]\n# ASK: which?\nconversion = '?'", "Line 3, conversion: which?"),
        (
            '[outcome]\n# ASK: which?\n\n"conversion" = "?"',
            "Line 4, conversion: which?",
        ),
        ('outcome.conversion = "?"', 'outcome.conversion is "?".'),
        ('outcome = { conversion = "?" }', 'outcome.conversion is "?".'),
        ('[outcome]\nclosed_by = ["lost", "?"]', "Line 2, closed_by: it is not said"),
        ('[[milestones]]\nlead_id = "?"', "Line 2, lead_id: it is not said yet."),
    ],
)
def test_a_question_mark_is_refused_however_it_is_written(
    tmp_path: Path, written: str, said: str
) -> None:
    path = tmp_path / "leadlight.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ConfigError, match="leaves open") as told:
        load_config(path)
    assert said in str(told.value)


def test_a_question_mark_may_be_a_word_of_the_data(tmp_path: Path) -> None:
    raw = {"leads": {"null_tokens": ["", "?"], "query": "?"}, "outcome": {"words": "?"}}
    refuse_open_questions(tmp_path / "leadlight.toml", "", raw)


def test_where_no_word_tells_the_likeliest_status_and_dates_are_named(
    tmp_path: Path,
) -> None:
    rows = leads(
        origin=lambda i: ("web", "fair")[i % 2],
        statut=lambda i: ("Souscrit", "Sans suite", "En cours")[i % 3],
        souscription=lambda i: day(i + 9) if i % 3 == 0 else "",
    )
    _, text, _ = guessed(tmp_path, write(tmp_path, "x.csv", rows))
    said = " ".join(text.replace("# ", "").split())
    assert (
        "ASK: which column is the outcome? Perhaps statut or origin. No text or name "
        "speaks of one. Where a date, such as souscription, says when leads converted, "
        "name it under [[milestones]], and the outcome by conversion."
    ) in said

"""A new market is told from the old one, in words that a reader can check.

The demo's scorer meets tonight's leads as they are, and again as if they came from
another market: altered copies of the same file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.vocabulary import Family
from models.served import encode
from pipeline.artefacts import FAMILIARITY
from pipeline.bundle import Bundle, open_bundle, source_of_run
from pipeline.night.scoring import Scored, score_leads
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Leadlight

AT = WORLD.known_until
Rewrite = Callable[[dict[str, str]], dict[str, str]]


@pytest.fixture(scope="module")
def bundle(demo: Demo) -> Bundle:
    return open_bundle(source_of_run(demo.run))


def rewritten(demo: Demo, folder: Path, rewrite: Rewrite) -> Path:
    """Tonight's leads, each changed by a rule; ids too, so that nothing is known."""
    head, *rows = lines(demo.folder / "data" / "tonight.csv")
    told = [rewrite(dict(zip(head, row, strict=True))) for row in rows]
    written = [head, *([row[c] for c in head] for row in told)]
    return write_lines(folder / "leads.csv", written)


def night(demo: Demo, bundle: Bundle, folder: Path, rewrite: Rewrite) -> Scored:
    path = rewritten(demo, folder, rewrite)
    return score_leads(demo.config, bundle, path, at=AT)


def as_they_are(lead: dict[str, str]) -> dict[str, str]:
    return lead


def from_another_market(lead: dict[str, str]) -> dict[str, str]:
    """Nobody has sold to Brazilian farms with a headcount of 90,000."""
    new = {"country": "BR", "industry": "agritech", "company_size": "90000"}
    return lead | new | {"account_id": ""}


@pytest.fixture(scope="module")
def home(
    demo: Demo, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Scored:
    return night(demo, bundle, tmp_path_factory.mktemp("home"), as_they_are)


@pytest.fixture(scope="module")
def abroad(
    demo: Demo, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Scored:
    return night(demo, bundle, tmp_path_factory.mktemp("abroad"), from_another_market)


def share(scored: Scored) -> float:
    return float((scored.table["status"] == "unfamiliar").mean())


def test_a_new_market_is_flagged_and_the_old_one_is_not(
    home: Scored, abroad: Scored
) -> None:
    """Of about 130 leads; what is strange together is 1 %, by chance up to 5 %."""
    assert len(home.table) > 100
    assert share(home) <= 0.05
    assert share(abroad) >= 0.99
    flagged = abroad.table.loc[abroad.table["status"] == "unfamiliar"]
    assert set(flagged["qualification"]) == set(flagged["standing"]) == {"none"}
    assert flagged["score"].between(0, 100).all()


def test_the_old_market_raises_no_alarm_and_the_new_one_does(
    home: Scored, abroad: Scored
) -> None:
    assert home.newness.batch is not None
    assert home.newness.batch.verdict == "as expected"
    assert not any(move.is_unusual for move in home.newness.moves)
    assert list(home.newness.said()) == []
    country = next(m for m in abroad.newness.moves if m.words == "Country")
    assert country.thin == country.leads == len(abroad.table)
    assert country.is_unusual
    (said,) = [s for s in abroad.newness.said() if s.startswith("Country: ")]
    assert "are of segments with fewer than 10 past conversions" in said


def test_the_sentence_names_what_is_new_and_who_stands_behind_it(
    abroad: Scored,
) -> None:
    said = abroad.table["status_said"]
    assert said.str.contains("'Brazil'").all()
    assert said.str.contains("was never seen in training and is scored as a").all()
    assert said.str.endswith("No past lead shares its segment, Country 'Brazil'.").all()


def test_leads_as_busy_in_everything_as_few_are_in_anything_are_strange(
    demo: Demo, bundle: Bundle
) -> None:
    """No value is new: each is what one past lead in a hundred reached, but at once."""
    contract, asked = bundle.contract, demo.table("features").tail(300)
    usual = encode(asked, contract.encoding)
    busy = usual.copy()
    for signal in contract.signals:
        for column in signal.columns if signal.family is Family.BEHAVIOURAL else ():
            if contract.features[column].categories is None:
                busy[:, column] = np.nanquantile(usual[:, column], 0.99)
    assert contract.familiarity is not None
    assert bundle.isolation is not None
    p_value, p_busy = (
        contract.familiarity.p_values(bundle.isolation.strangeness(rows))
        for rows in (usual, busy)
    )
    assert (p_value < 1).mean() <= 0.05
    assert (p_busy < 1).mean() >= 0.9


def test_fault_33_a_lead_like_no_past_one_is_never_scored_as_a_known_one_in_silence(
    demo: Demo, bundle: Bundle, tmp_path: Path
) -> None:
    """An unseen category, a new country, and a lead of which nothing is known."""
    head, first, *_ = lines(demo.folder / "data" / "tonight.csv")
    plain = dict(zip(head, first, strict=True)) | {"account_id": ""}
    nothing = dict.fromkeys(head, "") | {"created_at": plain["created_at"]}
    leads = [
        plain | {"lead_id": "unseen", "source": "carrier pigeon"},
        plain | {"lead_id": "abroad", "country": "Mongolia"},
        nothing | {"lead_id": "nothing"},
    ]
    rows = [[lead[c] for c in head] for lead in leads]
    path = write_lines(tmp_path / "leads.csv", [head, *rows])
    found = score_leads(demo.config, bundle, path, at=AT).table
    assert found["status"].tolist() == ["unfamiliar"] * 3
    assert found["qualification"].tolist() == ["none"] * 3
    assert found["score"].between(0, 100).all()
    assert found["status_said"].str.len().min() > 40


def test_fault_59_one_lead_or_an_empty_column_is_too_few_for_a_verdict(
    demo: Demo, bundle: Bundle, tmp_path: Path
) -> None:
    head, first, *_ = lines(demo.folder / "data" / "tonight.csv")
    bare = [v if c in ("lead_id", "created_at") else ""
            for c, v in zip(head, first, strict=True)]  # fmt: skip
    path = write_lines(tmp_path / "leads.csv", [head, bare])
    newness = score_leads(demo.config, bundle, path, at=AT).newness
    assert newness.batch is not None
    assert newness.batch.verdict == "too few"
    assert np.isfinite(newness.batch.p_value)
    assert {move.verdict for move in newness.moves} == {"too few"}
    assert all(np.isfinite(move.past_share) for move in newness.moves)


def test_personal_values_are_neither_counted_nor_named(
    home: Scored, bundle: Bundle, abroad: Scored
) -> None:
    columns = {support.column for support in bundle.contract.support}
    assert columns == {"source", "country"}
    for table in (home.table, abroad.table):
        assert not table["status_said"].dropna().str.contains("@").any()


def test_the_counts_behind_a_segment_are_those_of_leads(
    demo: Demo, bundle: Bundle
) -> None:
    spine, features = demo.table("spine"), demo.table("features")
    mine = features["source"] == "webinar"
    leads = spine.loc[mine, "lead_id"].nunique()
    converted = spine.loc[mine & (spine["outcome"] == 1), "lead_id"].nunique()
    source = next(s for s in bundle.contract.support if s.column == "source")
    segment = source.of("webinar")
    assert (segment.leads, segment.conversions) == (leads, converted)
    assert leads > converted > 10


def test_the_forests_are_text_and_at_most_a_megabyte(demo: Demo) -> None:
    path = demo.run / FAMILIARITY.file
    assert path.stat().st_size < 1_000_000
    assert path.read_text("ascii").startswith("tree\n")


def test_a_night_says_in_the_end_what_is_new_and_so_does_json(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    path = rewritten(demo, tmp_path, from_another_market)
    given = (
        "score", path, "-o", "scores.parquet", "-q", "-c", demo.config_file,
        "--run", demo.run, "--at", f"{AT:%Y-%m-%d}",
    )  # fmt: skip
    done = leadlight(*given, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "past conversions, as were 0.0% of past leads" in done.out
    told = json.loads(leadlight(*given, "--json", cwd=tmp_path).out)
    assert told["statuses"] == {"unfamiliar": len(pd.read_csv(path))}
    assert told["unfamiliar"]["alpha"] == 0.01
    assert {m["verdict"] for m in told["moves"] if m["words"] == "Country"} == {
        "more than expected"
    }

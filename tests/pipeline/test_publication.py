"""Publishing: all of a night's files or none, and under names of its own if held."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ConfigError, RunError
from pipeline.bundle import Bundle
from pipeline.night import publication
from pipeline.night.guards import Tripped
from pipeline.night.ledger import find
from pipeline.night.output import check_ending
from pipeline.night.places import Places
from pipeline.night.previous import previous_of
from pipeline.night.publication import publish
from pipeline.night.scoring import Scored
from pipeline.night.unfamiliar import Newness
from pipeline.why.asked import Asked, answer
from tests.pipeline.nights_by_hand import scorer
from tests.pipeline.small_nights import SCORED_AT, small_contract, small_night

AT = datetime(2026, 7, 2, tzinfo=UTC)
STALE = Tripped("touches_stale", "touches", "The newest touch is old.")
ASIDE = pd.DataFrame(
    {
        "table": ["leads", "touches"], "file": ["new.csv", "t.csv"], "line": [3, None],
        "row": [1, None], "lead_id": ["ada", None], "reason": ["Short.", "Late."],
        "is_repeat": [False, False], "text": ["ada,kim@x.com", "z,z"],
        "shown_text": ["ada,…", None],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return scorer()


def _scored(
    lead: str, *tripped: Tripped, aside: pd.DataFrame = ASIDE, status: str = "scored"
) -> Scored:
    at = pd.Series([AT], dtype=pd.ArrowDtype(pa.timestamp("us", tz="UTC")))
    table = pd.DataFrame(
        {
            "lead_id": [lead], "snapshot_at": at, "status": [status],
            "status_said": [""], "standing": ["none"],
            "standing_since": at,
            "model_name": ["small"], "horizon_days": [30.0],
        }
    )  # fmt: skip
    newness = Newness(None, ())
    return Scored(table, table, newness, tripped=tripped, quarantine=aside)


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def _lead(scores: Path) -> str:
    return str(pq.read_table(scores)["lead_id"][0])


PLAIN = [
    "s.parquet", "s.parquet.points.parquet", "s.parquet.quarantine.parquet",
    "s.parquet.scorer.zip",
]  # fmt: skip
HELD = [name.replace("s.parquet", "s.held.parquet", 1) for name in PLAIN]


def test_rows_set_aside_are_written_whole_beside_the_scores(
    bundle: Bundle, tmp_path: Path
) -> None:
    out = tmp_path / "s.parquet"
    published = publish(_scored("ada"), bundle, out, at=AT)
    assert published.rows_set_aside == 2
    assert _names(tmp_path) == PLAIN
    assert pq.read_table(published.places.quarantine).to_pylist() == [
        {
            "source": "leads", "file": "new.csv", "line": 3, "lead_id": "ada",
            "reason": "Short.", "is_repeat": False, "text": "ada,kim@x.com",
        },
        {
            "source": "touches", "file": "t.csv", "line": None, "lead_id": None,
            "reason": "Late.", "is_repeat": False, "text": "z,z",
        },
    ]  # fmt: skip


def test_a_night_without_such_rows_leaves_no_file_of_an_earlier_one(
    bundle: Bundle, tmp_path: Path
) -> None:
    out = tmp_path / "s.parquet"
    publish(_scored("ada"), bundle, out, at=AT)
    publish(_scored("ada", aside=ASIDE[:0]), bundle, out, at=AT)
    assert _names(tmp_path) == [n for n in PLAIN if "quarantine" not in n]


def test_a_held_night_publishes_nothing_and_is_there_to_look_at(
    bundle: Bundle, tmp_path: Path
) -> None:
    out = tmp_path / "s.parquet"
    publish(_scored("ada"), bundle, out, at=AT)
    before = {name: (tmp_path / name).read_bytes() for name in PLAIN}
    published = publish(_scored("bob", STALE), bundle, out, at=AT)
    assert {name: (tmp_path / name).read_bytes() for name in PLAIN} == before
    assert _names(tmp_path) == sorted(PLAIN + HELD)
    assert _lead(published.places.scores) == "bob"
    with pytest.raises(RunError, match="without a score"):  # the files fit together
        find("cyd", _with(published.places.scores, "cyd", bundle))


def _with(scores: Path, lead: str, bundle: Bundle) -> Path:
    """Publish a lead that has no line in the ledger."""
    told = _scored(lead, STALE, status="unreadable")
    out = scores.with_name("s.parquet")
    empty = Scored(
        told.table, told.ledger[:0], told.newness, tripped=(STALE,), quarantine=ASIDE
    )
    return publish(empty, bundle, out, at=AT).places.scores


def test_a_good_night_removes_one_that_was_held(bundle: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    publish(_scored("bob", STALE), bundle, out, at=AT)
    assert (tmp_path / "s.held.csv").exists()
    publish(_scored("ada"), bundle, out, at=AT)
    assert _names(tmp_path) == sorted(n.replace("s.parquet", "s.csv", 1) for n in PLAIN)


@pytest.mark.parametrize("file", ["scores", "scorer", "ledger"])
def test_a_night_that_cannot_be_written_whole_leaves_what_was(
    file: str, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "s.parquet"
    publish(_scored("ada"), bundle, out, at=AT)
    before = {name: (tmp_path / name).read_bytes() for name in PLAIN}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publication, f"write_{file}", full)
    for tripped in ((), (STALE,)):
        with pytest.raises(OSError, match="No space left"):
            publish(_scored("bob", *tripped), bundle, out, at=AT)
    assert {name: (tmp_path / name).read_bytes() for name in _names(tmp_path)} == before


def test_held_scores_and_rows_set_aside_are_nobodys_last_night(
    bundle: Bundle, tmp_path: Path
) -> None:
    """In a folder of nights; by its own name a held night is read."""
    publish(_scored("ada"), bundle, tmp_path / "s.parquet", at=AT)
    publish(_scored("bob", STALE), bundle, tmp_path / "s.parquet", at=AT)
    now = pd.Timestamp(AT) + pd.Timedelta(days=1)
    folder = previous_of(tmp_path, small_contract(), now)
    assert folder.table.index.tolist() == ["ada"]
    assert [f.name for f in folder.files] == ["s.parquet"]
    held = previous_of(tmp_path / "s.held.parquet", small_contract(), now)
    assert held.table.index.tolist() == ["bob"]


def test_why_looks_at_a_held_night_by_its_name_and_not_in_a_folder(
    tmp_path: Path,
) -> None:
    small_night(tmp_path, "s.parquet", at=SCORED_AT)
    small_night(tmp_path, "s.held.parquet", at=datetime(2026, 7, 2, tzinfo=UTC))
    at = answer(Asked("bob", tmp_path)).output["snapshot_at"]
    assert at == SCORED_AT
    held = answer(Asked("bob", tmp_path / "s.held.parquet"))
    assert held.output["snapshot_at"] > SCORED_AT


def test_no_night_may_be_called_as_one_that_is_held() -> None:
    with pytest.raises(ConfigError, match=r"Name a file that does not end in \.held"):
        check_ending(Path("s.held.parquet"))
    check_ending(Path("held.parquet"))


def test_a_held_night_keeps_its_ending() -> None:
    assert [p.name for p in Places(Path("a/s.csv")).held.files] == [
        "s.held.csv", "s.held.csv.points.parquet", "s.held.csv.scorer.zip",
        "s.held.csv.quarantine.parquet",
    ]  # fmt: skip

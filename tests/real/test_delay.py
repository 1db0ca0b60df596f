"""How long a bank takes to approve loan applications, and how many it ever does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.judging.delay import Delay
from pipeline.artefacts import INTAKE, MATURITY
from pipeline.config import load_config
from pipeline.stages.order import STAGES
from tests.real.test_real import HERE, where_data_are

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Series.values returning an ndarray"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set taken in and built."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in where_data_are("bpi2012").items():
            patch.setenv(variable, value)
        config = load_config(HERE / "bpi2012.toml")
    folder = tmp_path_factory.mktemp("delay")
    for stage in STAGES[:2]:
        stage.run(
            config, folder, at=datetime(2026, 1, 1, tzinfo=UTC), say=lambda _: None
        )
    return folder


def test_the_share_approved_is_not_that_of_kaplan_and_meier(built: Path) -> None:
    told = MATURITY.read(built / MATURITY.file)
    by_day = {point["days"]: point["share"] for point in told["curve"]}
    within_90 = max(share for days, share in by_day.items() if days <= 90)

    assert within_90 == pytest.approx(0.180, abs=0.001)
    assert told["quantiles"]["p50"] == pytest.approx(14.8, abs=0.1)
    assert told["suggested_horizon_days"] == 37  # after a snapshot at one day of age
    assert not told["is_far"]

    # Who takes a declined application for one that was lost sight of says this.
    milestones = pd.read_parquet(built / "tables" / "milestones.parquet")
    leads = pd.read_parquet(built / "tables" / "leads.parquet").set_index("lead_id")
    until = pd.Timestamp(INTAKE.read(built / INTAKE.file)["known_until"])

    def age(instants: pd.Series) -> pd.Series:
        days: pd.Series = (instants - leads["created_at"]).dt.total_seconds() / 86_400
        return days

    def reached(*names: str) -> pd.Series:
        of_them = milestones.loc[milestones["milestone"].isin(names)]
        first = of_them.groupby("lead_id")["reached_at"].min()
        return age(first.reindex(leads.index))

    now = pd.Series(until.tz_localize(None), index=leads.index)
    known = age(now).clip(upper=reached("A_DECLINED", "A_CANCELLED"))
    censored = Delay.of(reached("A_APPROVED"), np.full(len(leads), np.nan), known)
    assert censored.converted_within(90) == pytest.approx(0.894, abs=0.001)

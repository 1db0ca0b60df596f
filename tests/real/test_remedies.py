"""Too little data for a booster on a real set: the numbers that are named do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.errors import DataError
from pipeline.config import load_config
from pipeline.stages.build import build
from pipeline.stages.intake import intake
from pipeline.stages.train import train
from tests.real.test_real import HERE, where_data_are

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Series.values returning an ndarray"),
]
AT = datetime(2026, 1, 1, tzinfo=UTC)
QUICK = (
    "train.threads=1", "train.depths=[1]", "train.half_lives=[]", "train.members=1",
    "train.fallback=false",
)  # fmt: skip
DEFAULT_SHARE = "train.test_share=0.25"  # what the configuration had to change


def test_olist_with_the_default_test_share_names_a_share_and_a_horizon_that_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in where_data_are("olist_funnel").items():
        monkeypatch.setenv(variable, value)

    def run(name: str, *changes: str) -> None:
        config = load_config(HERE / "olist_funnel.toml", (*QUICK, *changes))
        for stage in (intake, build, train):
            stage.run(config, tmp_path / name, at=AT, say=lambda _: None)

    with pytest.raises(DataError) as refused:
        run("refused", DEFAULT_SHARE)
    said = str(refused.value)
    named = re.findall(r"(train\.test_share|outcome\.horizon_days) = ([\d.]+\d)", said)
    assert dict(named) == {
        "train.test_share": "0.20", "outcome.horizon_days": "83"
    }, said  # fmt: skip
    run("other_share", "train.test_share=0.20")
    run("other_horizon", DEFAULT_SHARE, "outcome.horizon_days=83")

"""The registry: the same scorer comes out that went in, and needs nothing of ours."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from features.errors import ModelError
from pipeline.artefacts import QUALITY
from pipeline.bundle import open_bundle, source_of_run
from pipeline.cli import main
from pipeline.config import load_config
from pipeline.night.scoring import score_leads
from pipeline.registering.tracking import Registered, register, source_of_alias
from pipeline.sections import Config
from tests.pipeline.demo_run import CHANGES, WORLD, Demo
from tests.pipeline.processes import environment

# Runs the registered model where nothing of ours can be imported.
_ALONE = """
import sys

class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"features", "models", "pipeline"}:
            raise ImportError(f"{name} is ours")

sys.meta_path.insert(0, Refusal())
import mlflow, pandas

store, place, out = sys.argv[1:]
mlflow.set_tracking_uri(store)
scorer = mlflow.pyfunc.load_model("models:/leadlight@challenger")
scorer.predict(pandas.read_parquet(place)).to_parquet(out)
"""


@contextmanager
def _mlflows_own_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def config(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The demo's, with a registry of this module's own."""
    place = tmp_path_factory.mktemp("registry")
    here = (f'run.folder="{place}"', 'run.tracking="sqlite:///mlflow.db"')
    return load_config(demo.config_file, (*CHANGES, *here))


@pytest.fixture(scope="module")
def registered(demo: Demo, config: Config) -> Registered:
    quality = QUALITY.read(demo.run / QUALITY.file)["test"]
    with _mlflows_own_warnings():
        return register(config, demo.run, quality)


@pytest.fixture(scope="module")
def store(config: Config) -> str:
    return f"sqlite:///{config.run.folder}/mlflow.db"


def test_the_first_version_is_the_challenger(
    registered: Registered, config: Config
) -> None:
    assert (registered.name, registered.version) == ("leadlight", "1")
    with _mlflows_own_warnings():
        source = source_of_alias(config, "challenger")
    assert (source.name, source.version) == ("leadlight", "1")


def test_the_challenger_scores_like_its_run(
    registered: Registered, demo: Demo, config: Config
) -> None:
    with _mlflows_own_warnings():
        bundles = [
            open_bundle(source_of_alias(config, "challenger")),
            open_bundle(source_of_run(demo.run)),
        ]
    leads = demo.folder / "data" / "tonight.csv"
    out, own = (
        score_leads(config, b, leads, at=WORLD.known_until).table for b in bundles
    )
    assert out["model_version"].unique().tolist() == ["1"]
    pd.testing.assert_frame_equal(
        out.drop(columns="model_version"),
        own.drop(columns="model_version"),
        check_exact=True,
    )


@pytest.mark.parametrize("name", ["booster.txt", "contract.json"])
def test_a_file_changed_in_the_registry_is_refused(
    registered: Registered, config: Config, name: str
) -> None:
    with _mlflows_own_warnings():
        source = source_of_alias(config, "challenger")
    place = source.booster if name == "booster.txt" else source.contract
    whole = place.read_bytes()
    place.write_bytes(whole + b"\n")
    try:
        with pytest.raises(ModelError, match="is not the file that was written"):
            open_bundle(source)
    finally:
        place.write_bytes(whole)


def test_without_a_champion_the_command_says_what_to_do(
    registered: Registered,
    demo: Demo,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "scores.csv"
    args = [
        "score", demo.folder / "data" / "tonight.csv", "-o", out, "-q",
        "-c", demo.config_file, "--set", f'run.folder="{config.run.folder}"',
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["leadlight", *map(str, args)])
    with _mlflows_own_warnings(), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "leadlight: The registry holds no champion of 'leadlight' yet. Promote one, or "
        "score with `--model challenger` or with `--run FOLDER`.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_alias_is_one_sentence(
    registered: Registered, config: Config
) -> None:
    with _mlflows_own_warnings(), pytest.raises(ModelError, match="no contender of"):
        source_of_alias(config, "contender")


def test_the_registered_model_needs_nothing_of_ours(
    registered: Registered, demo: Demo, config: Config, store: str, tmp_path: Path
) -> None:
    out = tmp_path / "alone.parquet"
    place = demo.run / "features.parquet"
    told = environment() | {"PYTHONPATH": "", "GIT_PYTHON_REFRESH": "quiet"}
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, store, place, out],
        cwd=tmp_path, env=told, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    bundle = open_bundle(source_of_run(demo.run))
    from models.served import encode

    encoded = encode(demo.table("features"), bundle.contract.encoding)
    margin = bundle.margins(encoded)
    alone = pd.read_parquet(out)
    assert alone["probability"].to_numpy() == pytest.approx(
        bundle.contract.scale.probability(margin), abs=1e-12
    )
    assert alone["score"].tolist() == bundle.contract.scale.score(margin).tolist()


def test_nothing_that_runs_is_pickled(registered: Registered, config: Config) -> None:
    files = [p for p in Path(config.run.folder).rglob("*") if p.is_file()]
    names = {p.name for p in files}
    assert {"booster.txt", "contract.json", "served.py", "MLmodel"} <= names
    assert not {n for n in names if n.endswith((".pkl", ".pickle", ".cloudpickle"))}
    # What a pickle of any protocol from 2 on begins with.
    assert not [p for p in files if p.read_bytes()[:1] == b"\x80"]


def test_the_record_holds_parameters_and_figures_with_their_intervals(
    registered: Registered, demo: Demo, store: str
) -> None:
    import mlflow

    with _mlflows_own_warnings():
        run = mlflow.MlflowClient(store, store).get_run(registered.run_id)
    quality = QUALITY.read(demo.run / QUALITY.file)["test"]
    assert run.data.params["outcome.conversion"] == "opportunity"
    assert run.data.params["train.depths"] == "[1, 2]"
    assert run.data.metrics["test_auc"] == quality["auc"]["value"]
    assert run.data.metrics["test_auc_low"] == quality["auc"]["low"]


def test_no_address_of_a_lead_is_in_the_record(
    registered: Registered, demo: Demo, config: Config
) -> None:
    """Neither the e-mail addresses nor the job titles' owners leave the tables."""
    address = b"lead1@"
    assert address in (demo.folder / "data" / "leads.csv").read_bytes()
    files = [p for p in Path(config.run.folder).rglob("*") if p.is_file()]
    assert not [p.name for p in files if address in p.read_bytes()]


def test_a_password_in_the_stores_address_is_refused(config: Config) -> None:
    run = config.run.model_copy(update={"tracking": "postgresql://me:hush@db/x"})
    told = config.model_copy(update={"run": run})
    with pytest.raises(ModelError, match="holds a password") as caught:
        source_of_alias(told, "champion")
    assert "hush" not in str(caught.value)

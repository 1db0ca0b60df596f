"""Other makers' learners on the same rows, in an environment of their own.

They ask for libraries that Leadlight does not need, so they are installed beside it and
spoken to in files: an exam with the rows that were known before the test block and the
test rows without their outcomes; an answer with a probability for each test row.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.vocabulary import Split
from models.points import Floats

WANTED = (
    "lightgbm==4.7.0",
    "catboost==1.2.10",
    "scikit-learn==1.9.1",
    "interpret-core==0.7.8",
    "flaml[automl]==2.7.0",
    "pandas==3.1.1",
    "pyarrow==26.0.1",
)
PEERS = {
    "lightgbm": "LightGBM, default",
    "catboost": "CatBoost",
    "histgb": "HistGradientBoosting",
    "logistic": "logistic regression",
    "ebm": "EBM",
    "flaml": "FLAML, 60 s",
}
THREADS = 1  # of every peer, as of ours: small tables are done no sooner with more
_SCRIPT = Path(__file__).with_name("peers_apart.py")
_KEYS = ("row", "lead_id", "snapshot_at")  # of the feature table: no features


@dataclass(frozen=True, eq=False)
class Answer:
    """What one peer said of the test rows.

    Attributes
    ----------
    peer : str
        A key of ``PEERS``.
    probability : ndarray of shape (n_test,)
        In the order of the exam.
    seconds : float
        CPU-seconds of the fit alone: a busy machine changes nothing.
    """

    peer: str
    probability: Floats
    seconds: float


def environment(home: Path) -> Path | None:
    """Return the interpreter of the peers' environment, made if need be.

    None where they cannot be installed.
    """
    python = home / "bin" / "python"
    label = home / "wanted.json"
    if label.exists() and json.loads(label.read_text("utf-8")) == list(WANTED):
        return python
    uv = shutil.which("uv")
    if uv is not None:
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)]
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        make = [sys.executable, "-m", "venv", "--clear", str(home)]
        install = [str(python), "-m", "pip", "install", "--quiet"]
    try:
        subprocess.run(make, check=True, stderr=subprocess.DEVNULL)
        subprocess.run([*install, *WANTED], check=True, stderr=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, OSError):
        return None
    label.write_text(json.dumps(WANTED), encoding="utf-8")
    return python


def exam(features: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Lay out what a peer may see.

    Parameters
    ----------
    features : DataFrame of shape (n, n_features + 3)
    predictions : DataFrame of shape (n, at least 3)
        ``row``, ``split`` and ``outcome``. Rows of the embargo are left out: their
        outcomes were not known when the test block began.

    Returns
    -------
    DataFrame of shape (n_known + n_test, n_features + 2)
        ``part`` (``known``, ``test``), ``outcome`` (missing in the test part), and the
        columns under names that no library objects to.
    """
    both = predictions[["row", "split", "outcome"]].merge(features, on="row")
    both = both.loc[both["split"] != Split.EMBARGO.value]
    is_test = both["split"] == Split.TEST.value
    table = both.drop(columns=[*_KEYS, "split", "outcome"])
    table.columns = pd.Index([f"column_{i}" for i in range(table.shape[1])])
    part = np.where(is_test, "test", "known")
    outcome = both["outcome"].astype(float).mask(is_test)
    return table.assign(part=part, outcome=outcome)


def ask(python: Path, peer: str, paper: Path) -> Answer | str:
    """Let a peer sit an exam; an answer to the same exam is not asked for again.

    Parameters
    ----------
    paper : Path
        The exam as a Parquet file. The answers are kept beside it.

    Returns
    -------
    Answer or str
        Why there is none, in the peer's own last words.
    """
    answer, label = (paper.with_name(f"{peer}.{end}") for end in ("parquet", "json"))
    asked = _asked(peer, paper)
    told = json.loads(label.read_text("utf-8")) if label.exists() else {}
    if told.get("asked") != asked:
        command = [str(python), "-W", "ignore", str(_SCRIPT), peer]
        given = [*command, str(paper), str(answer), str(THREADS)]
        environ = os.environ | {"OMP_NUM_THREADS": str(THREADS)}
        with tempfile.TemporaryDirectory() as litter:  # FLAML's CatBoost leaves some
            done = subprocess.run(
                given, check=False, capture_output=True, text=True, env=environ,
                cwd=litter,
            )  # fmt: skip
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        told = json.loads(done.stdout.splitlines()[-1]) | {"asked": asked}
        label.write_text(json.dumps(told), encoding="utf-8")
    probability = pd.read_parquet(answer)["probability"].to_numpy(np.float64)
    return Answer(peer, probability, float(told["seconds"]))


def _asked(peer: str, paper: Path) -> str:
    """Tell an exam by all that an answer depends on."""
    parts = [peer, str(THREADS), *WANTED, _SCRIPT.read_text(encoding="utf-8")]
    whole = hashlib.sha256("\n".join(parts).encode())
    whole.update(paper.read_bytes())
    return whole.hexdigest()

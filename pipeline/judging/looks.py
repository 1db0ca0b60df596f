"""Looks: how often the test block of these data has been judged on, run after run.

A block that nobody had seen is seen once. Who looks at it, changes something and looks
again, and keeps what came out best, has chosen on it, and its figures flatter. That
cannot be forbidden, but it can be counted: a small file in the folder of the runs names
the runs that were judged on the same block.

Why the digest is of keys and outcomes, not of features or scorer: it is the same block
whatever is made of it. A run that is judged again, say after a change of cutoffs, is
counted once; rows that are new make it another block.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from features.documents import json_record
from features.errors import RunError

from ..files import replace_file

LOOKS = "looks.json"  # in the folder of the runs
_LOCK = "looks.lock"

Ledger = dict[str, list[dict[str, str]]]


def block_digest(test: pd.DataFrame) -> str:
    """Digest of a test block: of its snapshots and their outcomes, in any order.

    Parameters
    ----------
    test : DataFrame
        With ``lead_id``, ``snapshot_at`` (missing in flat exports) and ``outcome``.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    told = test["snapshot_at"].astype("datetime64[us, UTC]").astype("int64")
    keys = (test["lead_id"].astype(str), told.astype(str), test["outcome"].astype(int))
    lines = sorted("\x1f".join(map(str, key)) for key in zip(*keys, strict=True))
    return sha256("\x1e".join(lines).encode()).hexdigest()


def note_look(folder: Path, digest: str, *, at: datetime) -> int:
    """Enter a run's look at a test block, and count the runs that looked at it.

    Several processes may do so at once; they wait for one another.

    Parameters
    ----------
    folder : Path
        The run folder; the ledger lies beside it.
    digest : str
        As of :func:`block_digest`.
    at : datetime
        When the run was judged.

    Returns
    -------
    int
        At least 1: this run's own look is one of them, however often it is judged.

    Raises
    ------
    RunError
        When the ledger is damaged or cannot be written.
    """
    runs = folder.resolve().parent
    with _alone(runs):
        ledger = _read(runs / LOOKS)
        looks = ledger.setdefault(digest, [])
        if all(look["run"] != folder.name for look in looks):
            looks.append({"run": folder.name, "at": at.isoformat()})
            told = json.dumps(ledger, indent=2, ensure_ascii=False) + "\n"
            replace_file(runs / LOOKS, lambda p: p.write_text(told, encoding="utf-8"))
    return len(looks)


@contextmanager
def _alone(runs: Path) -> Iterator[None]:
    """Wait until no other process is at the ledger."""
    try:
        lock = (runs / _LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"{runs} must hold {LOOKS}, which counts how often a test block was "
            f"looked at, but it cannot be written: {error.strerror}."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed
        yield


def _read(path: Path) -> Ledger:
    """Return the ledger, empty where there is none yet."""
    if not path.exists():
        return {}
    try:
        ledger: Any = json_record(path.read_text(encoding="utf-8"))
        return {
            str(digest): [{"run": str(k["run"]), "at": str(k["at"])} for k in looks]
            for digest, looks in ledger.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path} is damaged, and with it the count of looks at the test block. "
            "Restore it; or remove it, and counting begins anew."
        ) from error

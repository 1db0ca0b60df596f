"""Relocation: a workspace that was moved finds the files of its registry again.

MLflow notes with every run, model and experiment the absolute place of its files.
After a move nothing of it is true; and where something still lies at the old place,
a copy's files would be read from the original, and new ones written there.

Why the notes are corrected and not the places looked up each time: whatever MLflow
itself does, and whatever else opens the store, goes by the notes. Why only in a store
that lies with the runs: of one that others share, nobody knows who else has moved. Why
row by row, and only where the files are: then no note is ever made worse.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from features.errors import RunError

ARTIFACTS = "mlartifacts"  # beside the store, in the folder of the runs
_NOTES = (  # MLflow's tables and columns that name a place
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
    ("model_versions", "source"),
)


def relocate(store: Path, root: Path) -> int:
    """Correct the places noted in a store that has moved along with its files.

    Parameters
    ----------
    store : Path
        The SQLite file; nothing is done where there is none.
    root : Path
        The folder of the runs as it is now.

    Returns
    -------
    int
        How many notes were corrected; 0 where nothing has moved.

    Raises
    ------
    RunError
        When they have to be and cannot be.
    """
    if not store.is_file():
        return 0
    try:
        with closing(sqlite3.connect(store, timeout=30)) as connection, connection:
            return sum(_corrected(connection, *note, root) for note in _NOTES)
    except sqlite3.DatabaseError as error:
        raise RunError(
            f"The registry {store} was moved, or is damaged, and where its files lie "
            f"cannot be noted anew ({error}). Let it be written, move it back, or name "
            "another in run.tracking."
        ) from error


def _corrected(
    connection: sqlite3.Connection, table: str, column: str, root: Path
) -> int:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    if column not in {name for _, name, *_ in columns}:
        return 0  # of an MLflow that notes it elsewhere, or not at all
    told = f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE ?"
    changed = 0
    for (noted,) in connection.execute(told, (f"%/{ARTIFACTS}%",)).fetchall():
        place = _place_now(str(noted), root)
        if place is not None and place != noted:
            changed += connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (place, noted)
            ).rowcount
    return changed


def _place_now(noted: str, root: Path) -> str | None:
    """Where files lie that were noted elsewhere; None where they are not ours."""
    parts = urlsplit(noted)
    path = Path(unquote(parts.path))
    if parts.scheme not in ("file", "") or ARTIFACTS not in path.parts:
        return None
    last = len(path.parts) - 1 - path.parts[::-1].index(ARTIFACTS)
    now = root.joinpath(*path.parts[last:])
    return now.as_uri() if now.exists() else None

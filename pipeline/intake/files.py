"""The files of a source: which are meant, and exactly what they were."""

from __future__ import annotations

import difflib
import glob
import hashlib
from collections import Counter
from pathlib import Path

from features.errors import SourceError, few

from .report import FileDigest
from .text import magic

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".parquet", ".pq")


def found_files(meant: str | tuple[str, ...]) -> tuple[Path, ...]:
    """Return the files that a path, glob, folder or list of them means, in order.

    Raises
    ------
    SourceError
        When one of them means no file.
    """
    several = (meant,) if isinstance(meant, str) else meant
    paths = [path for each in several for path in _meant(each)]
    if not paths:
        raise SourceError("'from' lists no file. Name at least one.")
    if twice := sorted({p.name for p, count in Counter(paths).items() if count > 1}):
        raise SourceError(f"'from' names a file twice: {few(twice)}.")
    for path in paths:
        magic(path)  # says so now if one cannot be read
    return tuple(paths)


def digest_of(path: Path) -> FileDigest:
    """Return a file's name, size and SHA-256."""
    try:
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    return FileDigest(path.name, path.stat().st_size, digest)


def _meant(written: str) -> list[Path]:
    path = Path(written)
    if path.is_dir():
        inside = sorted(
            p
            for p in path.iterdir()
            if p.name.lower().endswith(ENDINGS) and not p.name.startswith((".", "_"))
        )
        if not inside:
            raise SourceError(
                f"The folder {path} holds no CSV or Parquet file. Name the folder "
                "that does."
            )
        return inside
    if path.exists():
        return [path]
    if glob.has_magic(written):
        if matches := sorted(Path(p) for p in glob.glob(written, recursive=True)):
            return [p for p in matches if not p.is_dir()]
        raise SourceError(f"No file matches {written}. Correct the path.")
    raise SourceError(f"There is no file {path}.{_near(path)} Correct the path.")


def _near(path: Path) -> str:
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=3)
    return f" Its folder holds {few(near)}." if near else ""

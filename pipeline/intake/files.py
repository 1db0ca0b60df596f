"""The files of a source: which are meant, and exactly what they were."""

from __future__ import annotations

import difflib
import glob
import hashlib
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from features.errors import SourceError, few

from .report import FileDigest
from .text import magic, opened

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".parquet", ".pq")


MOST_FILES = 20_000  # of a source: an hourly one for two years


def found_files(
    meant: str | tuple[str, ...], *, follow_links: bool = False
) -> tuple[Path, ...]:
    """Return the files that a path, glob, folder or list of them means, in order.

    Parameters
    ----------
    meant : str or tuple of str
    follow_links : bool
        Whether a link among the files of a folder or glob may lead out of it. One that
        is named itself may lead anywhere: whoever names it means where it leads.

    Raises
    ------
    SourceError
        When one of them means no file, far too many, or one twice, or leads out.
    """
    several = (meant,) if isinstance(meant, str) else meant
    paths = [path for each in several for path in _meant(each, follow_links)]
    if not paths:
        raise SourceError("'from' lists no file. Name at least one.")
    if len(paths) > MOST_FILES:
        raise _too_many("'from' names")
    if twice := _twice(paths):
        raise SourceError(f"'from' names a file twice: {few(twice)}.")
    for path in paths:
        magic(path)  # says so now if one cannot be read
    return tuple(paths)


def _twice(paths: list[Path]) -> list[str]:
    """Return the names of files that are there before, also by another name."""
    first: dict[str, Path] = {}
    twice = []
    for path in paths:
        before = first.setdefault(os.path.realpath(path), path)
        if before is not path:
            is_other = before.name != path.name
            twice.append(f"{path.name} (also {before.name})" if is_other else path.name)
    return sorted(set(twice))


def digest_of(path: Path) -> FileDigest:
    """Return a file's name, size and SHA-256."""
    try:
        with opened(path) as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    return FileDigest(path.name, path.stat().st_size, digest)


def _meant(written: str, follow_links: bool) -> list[Path]:
    path = Path(written)
    if path.is_dir():
        names = (p for p in path.iterdir() if _is_export(p.name))
        inside = _inside(names, path, follow_links)
        if not inside:
            raise SourceError(
                f"The folder {path} holds no CSV or Parquet file. Name the folder "
                "that does."
            )
        return inside
    if path.exists() or path.is_symlink():
        return [path]
    if glob.has_magic(written):
        matches = (Path(p) for p in glob.iglob(written, recursive=True))
        if found := _inside(matches, _fixed(path), follow_links):
            return found
        raise SourceError(f"No file matches {written}. Correct the path.")
    raise SourceError(f"There is no file {path}.{_near(path)} Correct the path.")


def _is_export(name: str) -> bool:
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "_"))


def _fixed(pattern: Path) -> Path:
    """Return the folder that all files of a pattern lie in."""
    fixed = pattern
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    return fixed


def _inside(paths: Iterable[Path], folder: Path, follow_links: bool) -> list[Path]:
    """Return the files of a folder in order, once none leads out of it."""
    several = list(islice(paths, MOST_FILES + 1))
    if len(several) > MOST_FILES:
        raise _too_many(f"The folder {folder} holds")
    home = os.path.join(os.path.realpath(folder), "")
    for path in () if follow_links else several:
        if not (place := os.path.realpath(path)).startswith(home):
            raise SourceError(
                f"{path} is a link, or lies behind one, that leads out of {folder}, to "
                f"{place}. Copy the file there, name it in 'from' by itself, or set "
                "source.follow_links = true."
            )
    return sorted(path for path in several if not path.is_dir())


def _too_many(what: str) -> SourceError:
    return SourceError(
        f"{what} more than {MOST_FILES:,} files. Join them, for instance to one a day, "
        "or name fewer by a pattern such as '2026-*.csv'."
    )


def _near(path: Path) -> str:
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=3)
    return f" Its folder holds {few(near)}." if near else ""

"""Memory and disk: whether it is these that something failed for, in one sentence.

Why one place: the engine, Arrow and the system each say it in their own way, and
whoever catches their errors to speak of a file would speak of a file that is whole.
"""

from __future__ import annotations

import errno

from .errors import ResourceError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_DISK = ("no space left", "disk quota", "max_temp_directory_size", "disk is full")


def lacking(error: BaseException) -> ResourceError | None:
    """Return the error to raise instead where memory or disk has run out, else None.

    Parameters
    ----------
    error : BaseException
        Of DuckDB, which is not imported for it, of Arrow or of the system.

    Examples
    --------
    >>> print(lacking(MemoryError("malloc of 64 failed")))
    This machine's memory is not enough (malloc of 64 failed). End other programs, set \
run.memory_limit or run.threads lower, or take a machine with more.
    >>> lacking(ValueError("no number"))
    """
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    said = said.rstrip(".") or type(error).__name__
    names = {kind.__name__ for kind in type(error).__mro__}
    is_engine = "DatabaseError" in names or "Error" in names
    is_full = isinstance(error, OSError) and error.errno in _FULL
    if is_full or (is_engine and any(word in str(error).lower() for word in _DISK)):
        return ResourceError(
            f"The disk is full ({said}). Make room where the runs are written, or name "
            "another place in run.folder."
        )
    if "OutOfMemoryException" in names:
        return ResourceError(
            f"The memory that run.memory_limit allows is not enough ({said}). Allow "
            "more, or set run.threads lower."
        )
    if isinstance(error, MemoryError):
        return ResourceError(
            f"This machine's memory is not enough ({said}). End other programs, set "
            "run.memory_limit or run.threads lower, or take a machine with more."
        )
    return None

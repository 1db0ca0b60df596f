"""Where loops are compiled, and where their machine code is kept for the next time.

numba keeps it in ``$NUMBA_CACHE_DIR`` where that is set, else beside the source, else
in the user's cache below the home folder. Where none of these can be written, numba
gives up; here the code is then kept in a folder of this user alone, below the machine's
folder for temporary files. Machine code is run as it is found there, so a folder that
is anybody else's, or that anybody else may write, is not taken.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numba import config, njit

from .errors import ConfigError

if TYPE_CHECKING:
    from numba.core.dispatcher import Dispatcher

SETTINGS: Any = config  # which numba fills from the environment when it is imported
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Dispatcher[Function]:
    """Compile a function when it is first called; it holds no lock of Python's.

    Parameters
    ----------
    function : callable
        Of numbers, arrays and tuples of them.

    Returns
    -------
    callable
        The same, compiled.

    Raises
    ------
    ConfigError
        If ``$NUMBA_CACHE_DIR`` is set and cannot be written.
    """
    _look_at_what_is_asked_for()
    compiler = njit(cache=True, nogil=True)
    try:
        return compiler(function)
    except RuntimeError:  # no place to keep its code in
        if SETTINGS.CACHE_DIR:
            raise
    SETTINGS.CACHE_DIR = str(_temporary_folder())
    return compiler(function)


@cache
def _look_at_what_is_asked_for() -> None:
    """Refuse a place that was asked for and cannot be written; numba passes it over."""
    asked = SETTINGS.CACHE_DIR
    if not asked:
        return
    try:
        Path(asked).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=asked).close()
    except OSError as error:
        raise ConfigError(
            "The environment variable NUMBA_CACHE_DIR names the folder for compiled "
            f"code, {asked}, which cannot be written ({error.strerror}). Name a folder "
            "that can be written, or none."
        ) from error


def _temporary_folder() -> Path:
    """Return a folder of this user alone, and say which."""
    place = Path(tempfile.gettempdir()) / f"leadlight-{os.getuid()}"
    how_long = ""
    if not _is_this_users_alone(place):
        place = Path(tempfile.mkdtemp(prefix="leadlight-"))
        how_long = ", until the command ends"
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    sys.stderr.write(
        "leadlight: neither the program's folder nor the home folder can be written, "
        f"so compiled code is kept in {place}{how_long}. NUMBA_CACHE_DIR can name "
        "another folder.\n"
    )
    return place


def _is_this_users_alone(place: Path) -> bool:
    """Make a folder, or look whose it is; a link to a folder is not one."""
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        status = place.lstat()
        mine = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
        return mine and status.st_mode & 0o777 == 0o700
    return True

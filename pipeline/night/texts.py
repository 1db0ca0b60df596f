"""Columns of texts laid out from dictionaries, without a Python object for any row.

Why not by Arrow's own take and join: they write every text three times over, into fresh
memory each time. Here the length of each text is known before it is written, so that a
column is written once, into its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Known:
    """What there is to say: the texts' bytes, one after the other.

    Attributes
    ----------
    bytes : ndarray of uint8
    starts : ndarray of int, shape (n_texts + 1,)
        Where each text begins, and where the last one ends.
    """

    bytes: Bytes
    starts: Codes

    @classmethod
    def of(cls, texts: Sequence[str]) -> Known:
        """Encode some texts."""
        coded = [text.encode() for text in texts]
        starts = np.cumsum([0, *map(len, coded)]).astype(np.int64)
        return cls(np.frombuffer(b"".join(coded), dtype=np.uint8), starts)


def laid_out(*parts: tuple[Known, Codes]) -> pa.LargeStringArray:
    """Return texts put together of parts, each from a dictionary.

    Parameters
    ----------
    parts : tuple of (Known, ndarray of int of shape (n,))
        What there is to say, and which of it each row says; -1 for a row that has no
        text, in all parts.

    Examples
    --------
    >>> which = np.array([1, -1, 0])
    >>> letters, signs = Known.of(["a", "bc"]), Known.of(["!", "?"])
    >>> laid_out((letters, which), (signs, which)).to_pylist()
    ['bc?', None, 'a!']
    """
    rows = len(parts[0][1])
    is_said = parts[0][1] >= 0
    begins, offsets = _room(8 * (rows + 1), np.int64)
    offsets[:] = 0
    for known, codes in parts:
        lengths = np.append(np.diff(known.starts), 0)  # of no text, at -1
        offsets[1:] += lengths[codes]
    np.cumsum(offsets, out=offsets)
    texts, written = _room(int(offsets[-1]), np.uint8)
    place = offsets[:-1].copy()
    for known, codes in parts:
        _compiled()(known.bytes, known.starts, codes, place, written)
    said = pa.py_buffer(np.packbits(is_said, bitorder="little"))
    return pa.LargeStringArray.from_buffers(rows, begins, texts, said)


def _room(size: int, kind: type[np.generic]) -> tuple[pa.Buffer, npt.NDArray[Any]]:
    """Bytes for Arrow, and a view to write them by.

    From the system itself: numpy and Arrow's usual pool ask for huge pages, and to be
    given those took four times as long as all the writing.
    """
    buffer = pa.allocate_buffer(size, memory_pool=pa.system_memory_pool())
    return buffer, np.frombuffer(buffer, dtype=kind)


@cache
def _compiled() -> Callable[[Bytes, Codes, Codes, Codes, Bytes], Any]:
    from features.compilation import compiled

    return compiled(_write)


def _write(
    known: Bytes, starts: Codes, codes: Codes, place: Codes, written: Bytes
) -> None:
    """Write each row's text at its place, and move the place behind it."""
    for row in range(len(codes)):
        code = codes[row]
        if code >= 0:
            text = known[starts[code] : starts[code + 1]]
            end = place[row] + len(text)
            room = written[place[row] : end]
            for byte in range(len(text)):  # five times as fast as to assign the slice
                room[byte] = text[byte]
            place[row] = end

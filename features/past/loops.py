"""Compiled loops over the touches of each lead, snapshot by snapshot.

A touch counts for a snapshot when it occurred before it *and* was recorded before it,
strictly (or before earlier limits, :mod:`features.past.limits`): that line stands in
:func:`_pass` and in :func:`_count_followed`, and nowhere else in this module. A touch
that counts is handed to the atoms that select it, which its class and its age decide
(:mod:`features.past.pattern`). Atoms that do not ask for an age are carried from one
snapshot of a lead to the next: a touch is handed to them once, when it has become
known. The others begin anew at each; all do at one that may know less than the last.

Why not SQL: a hundred conditional sums cost a hundred comparisons per touch; here it
goes straight to the twenty or so that want it. The SQL exists too; tests hold both to
be equal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..compilation import compiled
from ..vocabulary import DAY_US

COUNT, TOTAL, MOST, LAST_VALUE, LAST_AGE, FIRST_AGE = range(6)
DISTINCT, DECAYED, SESSIONS, FOLLOWED, FIRST_WORD, LAST_WORD = range(6, 12)

CARRIED, ANEW, ALL = range(3)  # the atoms whose turn it is
NEVER = np.iinfo(np.int64).min
_LOW_BITS = 30  # sums of exact millionths are kept in two halves: none overflows
_LOW_MASK = (1 << _LOW_BITS) - 1


class Threads(NamedTuple):
    """Touches in the order of leads, then of time.

    Attributes
    ----------
    starts : ndarray of shape (n_leads + 1,)
        Where each lead's touches begin.
    occurred, recorded : ndarray of shape (n_touches,), in microseconds
    kind : ndarray of shape (n_touches,)
        Its class: its kind, its moment in the week and whether it has a value.
    millionths : ndarray of shape (n_touches,)
        Its value, exactly; NEVER is none.
    words : ndarray of shape (n_columns, n_touches)
        Codes in the order of their texts; -1 is none.
    """

    starts: np.ndarray
    occurred: np.ndarray
    recorded: np.ndarray
    kind: np.ndarray
    millionths: np.ndarray
    words: np.ndarray


class Looks(NamedTuple):
    """Snapshots in the order of leads, then of time.

    Attributes
    ----------
    starts : ndarray of shape (n_leads + 1,), where each lead's snapshots begin
    at : ndarray of shape (n_snapshots,), in microseconds
        To which ages are measured.
    known, until : ndarray of shape (n_snapshots,), in microseconds
        Before which a touch was recorded, and occurred; neither is later than ``at``.
    place : ndarray of shape (n_snapshots,)
        The row of the answer.
    """

    starts: np.ndarray
    at: np.ndarray
    known: np.ndarray
    until: np.ndarray
    place: np.ndarray


class Pattern(NamedTuple):
    """Which atoms want a touch, and what they make of it.

    Attributes
    ----------
    edges : ndarray of shape (n_edges,)
        Ages in microseconds, rising; a touch is in the first bin whose edge is not
        below its age, or in the last.
    classes : int
        How many classes of touch there are.
    counts_from, counts : ndarray
        Cell c is counted by the atoms ``counts[counts_from[c] : counts_from[c + 1]]``.
        The first cells are the classes, for the atoms that are carried; then come the
        cells of a class and a bin, ``classes + class * (n_edges + 1) + bin``, for
        those that are not; then these cells once more, for all atoms.
    others_from, others : ndarray
        Likewise, the atoms that want a touch for anything else.
    begin_anew : ndarray
        The atoms that are not carried.
    is_carried : ndarray of shape (n_atoms,)
    measure, column, span : ndarray of shape (n_atoms,)
        What is done, with which column of words, over how many microseconds; of an
        atom that counts different words, its row of stamps.
    followed : ndarray
        The atoms that ask what follows a touch: they are counted apart.
    asks, answers : ndarray of shape (n_followed, n_classes)
        Which classes of touch are asked about, and which of them answer.
    youngest, oldest : ndarray of shape (n_followed,)
        Ages in microseconds of the touches that are asked about: (youngest, oldest].
    """

    edges: np.ndarray
    classes: int
    counts_from: np.ndarray
    counts: np.ndarray
    others_from: np.ndarray
    others: np.ndarray
    begin_anew: np.ndarray
    is_carried: np.ndarray
    measure: np.ndarray
    column: np.ndarray
    span: np.ndarray
    followed: np.ndarray
    asks: np.ndarray
    answers: np.ndarray
    youngest: np.ndarray
    oldest: np.ndarray


@compiled
def sum_up(
    threads: Threads,
    looks: Looks,
    pattern: Pattern,
    leads: tuple[int, int],
    stamps: np.ndarray,
    where_none: np.ndarray,
    answers: np.ndarray,
) -> None:
    """Fill the answers of the snapshots of some leads.

    Parameters
    ----------
    leads : (int, int)
        From and to which lead.
    stamps : ndarray of shape (n_atoms that count different words, n_words)
        Of this call alone; -1 throughout at first.
    where_none : ndarray of shape (n_atoms,)
    answers : ndarray of shape (n_atoms, n_snapshots)
        Filled here.
    """
    count = len(where_none)
    answer = np.empty(count)
    sums = np.empty((2, count), np.int64)  # exact, in two halves
    instants = np.empty(count, np.int64)  # of the touch that an atom keeps or saw last
    for lead in range(leads[0], leads[1]):
        places = threads.starts[lead], threads.starts[lead + 1]
        origin = looks.starts[lead]  # the look from which on atoms are carried
        before = (NEVER, NEVER)
        for look in range(looks.starts[lead], looks.starts[lead + 1]):
            limits = looks.known[look], looks.until[look]
            if look == origin or limits[0] < before[0] or limits[1] < before[1]:
                origin = look
                answer[:] = where_none
                sums[:] = 0
                instants[:] = NEVER
            for atom in pattern.begin_anew:
                answer[atom] = where_none[atom]
                sums[:, atom] = 0
                instants[atom] = NEVER
            asked = (looks.at[look], limits, before, origin, look)
            _pass(threads, pattern, places, asked, answer, sums, instants, stamps)
            _settle(pattern.measure, looks.at[look], answer, sums, instants)
            for n in range(len(pattern.followed)):
                answer[pattern.followed[n]] = _count_followed(
                    threads, pattern, places, asked, n
                )
            answers[:, looks.place[look]] = answer
            before = limits


@compiled
def _pass(threads, pattern, places, asked, answer, sums, instants, stamps):  # type: ignore[no-untyped-def]
    """Hand the touches known at a snapshot to the atoms that want them."""
    at, (known, until), (known_before, until_before), origin, look = asked
    # Looked up in a tuple, each would be counted as in use anew.
    occurred_at, recorded_at, kinds = threads.occurred, threads.recorded, threads.kind
    millionths, words, edges = threads.millionths, threads.words, pattern.edges
    counts_from, counts = pattern.counts_from, pattern.counts
    others_from, others = pattern.others_from, pattern.others
    measures, columns, spans = pattern.measure, pattern.column, pattern.span
    classes, is_carried = pattern.classes, pattern.is_carried
    bins = len(edges) + 1
    bin_ = bins - 1
    begins = (0, classes, classes * (1 + bins))  # the cells of each turn
    for j in range(places[0], places[1]):
        occurred, recorded = occurred_at[j], recorded_at[j]
        if occurred >= until:
            break
        if recorded >= known:
            continue
        while bin_ > 0 and at - occurred <= edges[bin_ - 1]:
            bin_ -= 1
        aged = kinds[j] * bins + bin_
        if look == origin:  # nothing is carried: all atoms at once
            from_, to = ALL, ALL + 1
        else:  # what is carried has what was known
            was_known = occurred < until_before and recorded < known_before
            from_, to = ANEW if was_known else CARRIED, ANEW + 1
        for turn in range(from_, to):
            cell = begins[turn] + (kinds[j] if turn == CARRIED else aged)
            for k in range(counts_from[cell], counts_from[cell + 1]):
                answer[counts[k]] += 1.0
            for k in range(others_from[cell], others_from[cell + 1]):
                atom = others[k]
                measure, kept = measures[atom], instants[atom]
                if measure == LAST_AGE:
                    instants[atom] = max(kept, occurred)
                elif measure == FIRST_AGE:
                    if kept == NEVER or occurred < kept:
                        instants[atom] = occurred
                elif measure == DISTINCT:
                    word = words[columns[atom], j]
                    mark = origin if is_carried[atom] else look
                    if word >= 0 and stamps[spans[atom], word] != mark:
                        stamps[spans[atom], word] = mark
                        answer[atom] += 1.0
                elif measure == SESSIONS:  # in the order of time, so never carried
                    if kept == NEVER or occurred - kept > spans[atom]:
                        answer[atom] += 1.0
                    instants[atom] = occurred
                elif measure == DECAYED:
                    weight = 0.5 ** ((at - occurred) / spans[atom])
                    sums[1, atom] += np.int64(np.floor(weight * 1e9 + 0.5))
                elif measure == FIRST_WORD:  # of two at once the lesser
                    word = words[columns[atom], j]
                    is_less = kept != occurred or word < answer[atom]
                    if word >= 0 and is_less and (kept == NEVER or occurred <= kept):
                        instants[atom], answer[atom] = occurred, word
                elif measure == LAST_WORD:  # of two at once the greater
                    word = words[columns[atom], j]
                    is_more = kept != occurred or word > answer[atom]
                    if word >= 0 and is_more and occurred >= kept:
                        instants[atom], answer[atom] = occurred, word
                elif millionths[j] != NEVER:
                    value = millionths[j]
                    if measure == TOTAL:
                        sums[0, atom] += value >> _LOW_BITS
                        sums[1, atom] += value & _LOW_MASK
                    elif measure == LAST_VALUE:  # of two at once the greater
                        is_more = kept != occurred or value / 1e6 > answer[atom]
                        if occurred >= kept and is_more:
                            instants[atom], answer[atom] = occurred, value / 1e6
                    elif kept == NEVER or value / 1e6 > answer[atom]:
                        answer[atom] = value / 1e6
                        instants[atom] = occurred


@compiled
def _settle(measures, at, answer, sums, instants):  # type: ignore[no-untyped-def]
    """Turn instants into ages, and exact sums into numbers."""
    for atom in range(len(measures)):
        measure = measures[atom]
        if measure in (LAST_AGE, FIRST_AGE):
            if instants[atom] != NEVER:
                answer[atom] = (at - instants[atom]) / DAY_US
        elif measure == TOTAL:
            high = float(sums[0, atom]) * float(1 << _LOW_BITS)
            answer[atom] = (high + float(sums[1, atom])) / 1e6
        elif measure == DECAYED:
            answer[atom] = float(sums[1, atom]) / 1e9


@compiled
def _count_followed(threads, pattern, places, asked, n):  # type: ignore[no-untyped-def]
    """Touches that an answering one follows, strictly later and within the span."""
    at, (known, until) = asked[0], asked[1]
    span = pattern.span[pattern.followed[n]]
    found = 0.0
    after = NEVER  # the earliest answer that is later than the instant at hand
    instant = NEVER  # the instant at hand, and whether something answers at it
    answers_now = False
    kinds, occurred_at, recorded_at = threads.kind, threads.occurred, threads.recorded
    asks, answers = pattern.asks[n], pattern.answers[n]
    for j in range(places[1] - 1, places[0] - 1, -1):
        occurred = occurred_at[j]
        if occurred >= until or recorded_at[j] >= known:
            continue
        if occurred != instant:
            if answers_now:
                after = instant
            instant = occurred
            answers_now = False
        kind = kinds[j]
        age = at - occurred
        is_asked = pattern.youngest[n] < age <= pattern.oldest[n]
        is_soon = after != NEVER and after - occurred <= span
        if asks[kind] and is_asked and is_soon:
            found += 1.0
        if answers[kind]:
            answers_now = True
    return found

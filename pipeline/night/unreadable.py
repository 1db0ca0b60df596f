"""Lead rows that were set aside: in the answer all the same, each with what is known.

A row that cannot be read has its id, where that can be read, the line it stands in, why
it cannot be read, and its text as far as it may be shown. The whole text, which may
hold whatever was exported of a person, is in the quarantine file alone.
"""

from __future__ import annotations

import pandas as pd

from features.vocabulary import Status

LINE = "source_line"
TEXT = "source_text"
_REPEATED = "This row repeats another row of the same lead."


def set_aside(
    rows: pd.DataFrame, told: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lead rows that exactly repeat a kept one, and those that cannot be read.

    A repeat has the answer of the row it repeats, so that whoever writes the answers
    by lead does not wipe a score. A repeat of a row that was itself set aside has none.

    Parameters
    ----------
    rows : DataFrame
        The quarantine's rows of leads.
    told : DataFrame
        The answers of the leads that could be read.
    """
    known = ["lead_id", "text"]
    rows = rows.assign(row=rows["row"].astype("int64"))
    exact = rows["is_repeat"].astype(bool)
    aside = pd.MultiIndex.from_frame(rows.loc[~exact, known])
    exact &= ~pd.MultiIndex.from_frame(rows[known]).isin(aside)
    repeats = rows.loc[exact, ["row", "lead_id"]].merge(
        told.drop(columns="row"), on="lead_id"
    )
    unread = rows.loc[~exact]
    answers = unread[["row", "lead_id"]].assign(
        status=Status.UNREADABLE.value,
        status_said=_said(unread),
        **{LINE: unread["line"], TEXT: unread["shown_text"]},
    )
    return repeats.assign(status_said=_REPEATED), answers


def _said(rows: pd.DataFrame) -> pd.Series:
    """Where each row stands, and why it cannot be read."""
    lines = rows["line"].astype("Int64").astype("string")
    of = "Line " + lines + " of " + rows["file"].astype("string") + ": "
    return of.fillna("") + rows["reason"].astype("string")

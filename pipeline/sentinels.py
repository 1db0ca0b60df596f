"""Sentinels: days that systems write where a date is not known, or is never to come.

What gives such a day away is said once, for whoever asks before data are read and for
whoever checks them afterwards: it stands in some rows, and is one of the well-known,
or lies far from every other day.
"""

from __future__ import annotations

FEWEST_ROWS = 3  # on one day
LEAST_SHARE = 0.001  # of the rows, on a day that is not well-known
FAR_DAYS = 365  # from every other day of the column
WELL_KNOWN = (  # where clocks and calendars begin or end, and what people type
    "0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1900-01-02",
    "1901-01-01", "1969-12-31", "1970-01-01", "1980-01-01", "2099-01-01", "2099-12-31",
    "2100-01-01", "2199-12-31", "2200-01-01", "2200-12-31", "2999-12-31", "3000-01-01",
    "4000-01-01", "4712-12-31", "9999-01-01", "9999-12-30", "9999-12-31",
)  # fmt: skip

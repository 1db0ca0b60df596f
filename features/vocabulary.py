"""The words every room of the house shares: columns, families, units, statuses."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

ROW: Final = "row"
LEAD_ID: Final = "lead_id"
ACCOUNT_ID: Final = "account_id"
GROUP_ID: Final = "group_id"
CREATED_AT: Final = "created_at"
DEADLINE_AT: Final = "deadline_at"
SNAPSHOT_AT: Final = "snapshot_at"
KNOWN_AT: Final = "known_at"  # of a snapshot that may know less than its instant
UNTIL: Final = "until"
OCCURRED_AT: Final = "occurred_at"
RECORDED_AT: Final = "recorded_at"
REACHED_AT: Final = "reached_at"
KNOWN_FROM: Final = "known_from"
KIND: Final = "kind"
DIRECTION: Final = "direction"
ASSET: Final = "asset"
CHANNEL: Final = "channel"
VALUE: Final = "value"
MILESTONE: Final = "milestone"
OUTCOME: Final = "outcome"
SPLIT: Final = "split"
MARGIN: Final = "margin"
PROBABILITY: Final = "probability"
SCORE: Final = "score"
QUALIFICATION: Final = "qualification"

DAYS_TO_DEADLINE: Final = "days_to_deadline"  # a signal with words of its own

DAY_US: Final = 86_400_000_000  # microseconds in a day, the clock of the engine


class Family(StrEnum):
    """Which question a signal answers."""

    BEHAVIOURAL = "behavioural"  # what the lead did
    FIRMOGRAPHIC = "firmographic"  # who the lead works for, and as what


class Unit(StrEnum):
    """What one step of a feature's value means."""

    COUNT = "count"  # touches, assets, days on which something happened: 0, 1, 2 …
    DAYS = "days"  # a span of time, never negative
    SHARE = "share"  # in [0, 1]
    NUMBER = "number"  # any real number
    CATEGORY = "category"  # a word
    FLAG = "flag"  # 0 or 1


class Direction(StrEnum):
    """Who acted."""

    INBOUND = "inbound"  # the lead
    OUTBOUND = "outbound"  # we


class FunnelStage(StrEnum):
    """How near to buying a kind of touch speaks of."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"
    NEGATIVE = "negative"
    OTHER = "other"


class Split(StrEnum):
    """What a labelled snapshot was used for."""

    TRAIN = "train"
    CALIBRATE = "calibrate"
    CUTOFF = "cutoff"
    EMBARGO = "embargo"  # its outcome ripened inside the test block: used for nothing
    TEST = "test"


class Qualification(StrEnum):
    """What we recommend to do with a lead."""

    NONE = "none"
    MQL = "mql"
    SQL = "sql"


class Status(StrEnum):
    """Whether a lead could be scored, and if not, why."""

    SCORED = "scored"
    UNFAMILIAR = "unfamiliar"
    OFF_SCHEDULE = "off_schedule"
    INELIGIBLE = "ineligible"
    UNREADABLE = "unreadable"

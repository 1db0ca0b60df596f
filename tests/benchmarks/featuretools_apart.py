"""The nearest equal of our signals in featuretools, in an environment of its own."""

import sys
import time

import pandas as pd

SNAPSHOT = pd.Timestamp("2026-01-05")
AGGREGATES = ["count", "sum", "mean", "max", "last", "num_unique", "time_since_last"]
WINDOWS = ("7 days", "30 days", "90 days", None)


def main(path: str) -> None:
    """Print the seconds of one calculation per window, as featuretools has windows."""
    import featuretools as ft  # type: ignore[import-not-found,unused-ignore]
    from woodwork.logical_types import (  # type: ignore[import-not-found,unused-ignore]
        Categorical,
    )

    touches = pd.read_parquet(path).drop(columns=["account_id", "bucket"])
    touches["touch"] = range(len(touches))
    words = dict.fromkeys(("kind", "asset", "channel"), Categorical)
    leads = pd.DataFrame({"lead_id": touches["lead_id"].unique()})
    told = ft.EntitySet("company")
    told.add_dataframe(dataframe=leads, dataframe_name="leads", index="lead_id")
    told.add_dataframe(
        dataframe=touches.drop(columns="recorded_at"),
        dataframe_name="touches",
        index="touch",
        time_index="occurred_at",
        logical_types=words,
    )
    told.add_relationship("leads", "lead_id", "touches", "lead_id")
    told.add_interesting_values(values={"kind": list(touches["kind"].unique())},
                                dataframe_name="touches")  # fmt: skip
    told.add_last_time_indexes()
    times = leads.assign(time=SNAPSHOT)
    columns = 0
    started = time.perf_counter()
    for window in WINDOWS:
        matrix, _ = ft.dfs(
            entityset=told,
            target_dataframe_name="leads",
            agg_primitives=AGGREGATES,
            trans_primitives=[],
            where_primitives=["count", "time_since_last"],
            cutoff_time=times,
            training_window=window,
        )
        columns += matrix.shape[1]
    print(columns, time.perf_counter() - started)


if __name__ == "__main__":
    main(sys.argv[1])

"""A check of rows that find no lead, or no account."""

from __future__ import annotations

from features.engine import Engine, one_row

from .alike import id_form_sql
from .case import Case
from .check import Value, Verdict, check, not_applicable, passed, tip


@check("LL103", "Rows of leads and accounts that nobody knows")
def unknown_leads(case: Case) -> Verdict:
    """Touches, milestones and history whose lead or account is not in the leads table.

    They are of no use, and many of them mean that ids are written in two ways (the
    same but for case, punctuation, code points or noughts: these are counted), or that
    the tables were exported on different days. Two sorts are counted apart and are no
    sign of either: rows of leads that are in the export but were set aside at intake
    (``tables/quarantine.parquet`` says why), and rows of leads that ``leads.query``
    leaves out, as far as it leaves the ids as the first file of ``leads.from`` has
    them. Where leads were left out otherwise, leave out their touches and milestones
    with a ``query``, too.

    Accounts that no lead belongs to are ordinary, and so are leads of accounts that
    were not exported; but where both are the rule, the two tables write their ids
    differently.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has neither touches nor milestones.")
    with case.tables() as engine:
        (of_history,) = one_row(
            engine, "SELECT count(*) FROM attribute_history ANTI JOIN leads USING "
            "(lead_id)"
        )  # fmt: skip
        said, rows, figures = _orphans(case, of_history)
        explained = _explained(engine, case) if said else {}
        figures |= explained
        if explained:
            said[-1] += "; ".join(["", *map(_said, explained, explained.values())])
        alike = _written_otherwise(engine) if said else 0
        if alike:
            figures["written_otherwise"] = alike
            said[-1] += (
                f"; {alike:,} of these rows would find their lead or account if case, "
                "punctuation, code points and leading noughts were left out"
            )
        is_known_why = rows == sum(explained.values()) and not alike
        if case.config.accounts is not None:
            adrift = _accounts_adrift(engine, figures)
            is_known_why = is_known_why and not adrift
            said += adrift
    if not said:
        return passed("Every touch and milestone is of a known lead.", figures)
    if is_known_why:
        return passed(f"{'. '.join(said)}.", figures)
    which = "other leads" if explained else "leads"
    return tip(
        f"{'. '.join(said)}. If {which} were left out on purpose, leave them out with "
        "leads.query, so that their rows can be told apart; otherwise export all "
        "tables on one day, and look whether ids are written in two ways.",
        figures,
    )


# What is said of one such row, and of several.
_WHY = {
    "of_leads_set_aside": (
        "is of a lead whose own row was set aside (see tables/quarantine.parquet)",
        "are of leads whose own rows were set aside (see tables/quarantine.parquet)",
    ),
    "of_leads_left_out": (
        "is of a lead that leads.query leaves out",
        "are of leads that leads.query leaves out",
    ),
}


def _said(why: str, rows: int) -> str:
    one, several = _WHY[why]
    return f"{rows:,} of these rows {one if rows == 1 else several}"


def _explained(engine: Engine, case: Case) -> dict[str, int]:
    """Rows without a lead of which it is known why, where there are any."""
    counts = {
        "of_leads_set_aside": _of_leads_set_aside(engine, case),
        "of_leads_left_out": int(case.intake.get("rows_left_out", 0)),
    }
    return {why: rows for why, rows in counts.items() if rows}


def _orphans(case: Case, of_history: int) -> tuple[list[str], int, dict[str, Value]]:
    """Say which rows have no lead, how many these are, and their share by table."""
    unknown = {
        "touches": case.intake["touches_of_unknown_leads"],
        "milestones": case.intake["milestones_of_unknown_leads"],
        "attribute_history": of_history,
    }
    parts, figures = [], dict[str, Value]()
    for table, count in unknown.items():
        sources = [s for s in case.intake["sources"] if s["table"] == table]
        whole = sum(s["rows_written"] for s in sources)
        share = count / whole if whole else 0.0
        figures[f"{table}_share"] = share
        if count:
            name = "values of history" if table == "attribute_history" else table
            parts.append(f"{count:,} of {whole:,} {name} ({share:.1%})")
    said = f"The leads table does not hold the leads of {' and '.join(parts)}"
    return [said] * bool(parts), sum(unknown.values()), figures


def _of_leads_set_aside(engine: Engine, case: Case) -> int:
    """Rows without a lead whose lead came in, and was set aside."""
    rows = case.quarantine()
    mine = rows.loc[rows["table"] == "leads", ["lead_id"]].dropna().drop_duplicates()
    if mine.empty:
        return 0
    engine.register("set_aside", mine)
    told = " UNION ALL ".join(
        f"SELECT lead_id FROM {table} ANTI JOIN leads USING (lead_id)"
        for table in ("touches", "milestones", "attribute_history")
    )
    (count,) = one_row(
        engine, f"SELECT count(*) FROM ({told}) SEMI JOIN set_aside USING (lead_id)"
    )
    return int(count)


def _written_otherwise(engine: Engine) -> int:
    """Rows without a lead that have one if ids are compared by what is in them."""
    of_leads = " UNION ALL ".join(
        f"SELECT lead_id AS id FROM {t} ANTI JOIN leads USING (lead_id)"
        for t in ("touches", "milestones", "attribute_history")
    )
    of_accounts = (
        "SELECT account_id AS id FROM touches ANTI JOIN leads USING (account_id) "
        "WHERE lead_id IS NULL"
    )
    alike = rf"ltrim(regexp_replace({id_form_sql('id')}, '[^\pL\pM\pN]', '', 'g'), '0')"
    return sum(
        int(
            one_row(
                engine,
                f"SELECT count(*) FROM (SELECT {alike} AS form FROM ({rows})) WHERE "
                f"form <> '' AND form IN (SELECT {alike} FROM (SELECT {column} AS id "
                "FROM leads))",
            )[0]
        )
        for column, rows in (("lead_id", of_leads), ("account_id", of_accounts))
    )


def _accounts_adrift(engine: Engine, figures: dict[str, Value]) -> list[str]:
    """Say so where most accounts have no lead and most leads' accounts no row."""
    accounts, nobodys, leads, strangers = one_row(
        engine,
        """
        WITH rows AS (SELECT DISTINCT account_id FROM accounts),
        named AS (SELECT account_id FROM leads WHERE account_id IS NOT NULL)
        SELECT (SELECT count(*) FROM rows),
          (SELECT count(*) FROM rows ANTI JOIN named USING (account_id)),
          (SELECT count(*) FROM named),
          (SELECT count(*) FROM named ANTI JOIN rows USING (account_id))
        """,
    )
    figures["accounts_of_nobody"] = nobodys
    figures["leads_of_unknown_accounts"] = strangers
    if 2 * nobodys <= accounts or 2 * strangers <= leads:
        return []
    return [
        f"{nobodys:,} of {accounts:,} accounts have no lead, while the accounts of "
        f"{strangers:,} of {leads:,} leads have no row"
    ]

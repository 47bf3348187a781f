"""``brandcube quarantine``: what was refused and why, and rows that another suite takes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from jobs import console
from jobs.command import Day, Json, bank_of, table_of, tell

app = typer.Typer(no_args_is_help=True, help="Show refused rows by reason, or judge them again.")

Only = Annotated[str | None, typer.Option("--table", help="Only this landing table.")]


@app.callback()
def quarantine() -> None:
    """Rows that broke their contract."""


@app.command()
def show(context: typer.Context, day: Day, table: Only = None, as_json: Json = False) -> None:
    """List the day's refused rows by file and reasons, and whether today's suite judged them; never a value."""
    from expectations.conditions import suite_hash
    from jobs.landing.quarantine import listed
    from schemas.landing.quarantine import TABLE

    with bank_of(context, write=False) as bank:
        kept = bank.lake.read(TABLE, [day.date()])
        found = [row.asDict() for row in listed(kept.where(kept.table_name == table_of(table).name) if table else kept)]
    hashes = {row["table_name"]: suite_hash(table_of(f"landing.{row['table_name']}")) for row in found}
    facts = [row | {"is_todays_suite": row["suite_sha256"] == hashes[row["table_name"]]} for row in found]
    if not as_json:
        rows = [[*map(row.get, ("place", "told", "severity", "n_row", "judged_by"))] for row in map(_shown, facts)]
        console.grid(f"{day:%Y-%m-%d}", ("file", "reasons", "severity", "rows", "judged by suite"), rows)
    tell(as_json, {"day": day.date(), "rows": sum(row["n_row"] for row in facts), "quarantine": facts})


def _shown(fact: dict[str, Any]) -> dict[str, Any]:
    place = f"{fact['party']}/{fact['table_name']}/{fact['file_name']}"
    judged_by = "today's" if fact["is_todays_suite"] else f"{fact['suite_sha256'][:12]}, an earlier one"
    return fact | {"place": place, "told": ", ".join(fact["reasons"]), "judged_by": judged_by}


@app.command()
def replay(context: typer.Context, day: Day, table: Only = None, as_json: Json = False) -> None:
    """Judge the day's refused rows again by today's suites; what is good now lands."""
    from jobs.landing.replay import replay as judge_again

    tables = [table_of(table).name] if table else []
    with bank_of(context) as bank:
        done = judge_again(bank.lake, bank.settings, days=[day.date()], tables=tables)
    console.say(", ".join(f"{name} {count:,}" for name, count in asdict(done).items()))
    tell(as_json, {"day": day.date(), **asdict(done)})

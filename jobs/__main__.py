"""The ``brandcube`` command: the parties' logs in; lists, sealed controls and reports out; nobody kept who should not be."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from conf.errors import BrandcubeError, GateFailed, MissingInput, UnknownName
from conf.settings import load
from jobs import console
from jobs.command import Day, From, Json, Options, To, bank_of, check_names, days_of, table_of, tell, tell_made
from jobs.commands import keys, quarantine
from jobs.commands.erase import erase, verify
from jobs.commands.ledger import ledger
from schemas.catalogue import tables

BAD_INPUT, GATE_FAILED = 2, 3
"""Exit codes: something that the user can mend; a day whose batch broke a critical expectation."""

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.command()(ledger)
app.command()(erase)
app.add_typer(verify, name="verify")
app.add_typer(keys.app, name="keys")
app.add_typer(quarantine.app, name="quarantine")


@app.callback()
def options(
    context: typer.Context,
    lake: Annotated[Path, typer.Option(help="Folder of the lake.")] = Path("lake"),
    conf: Annotated[str, typer.Option(help="Settings: a file of conf/ without its ending.")] = "local",
) -> None:
    """Run the open brand-data bank: from the parties' logs to lists, sealed controls and reports."""
    context.obj = Options(lake, conf)


@app.command()
def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The inbox to write.")],
    people: Annotated[int, typer.Option(min=200, help="People of the world.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    seed: Annotated[int, typer.Option(min=0)],
    dirty: Annotated[float, typer.Option(min=0, max=1, help="Share of broken rows to add.")] = 0.0,
    respond: Annotated[list[Path] | None, typer.Option(help="Exported folder that the world answers.")] = None,
    as_json: Json = False,
) -> None:
    """Write the festival world's files as the parties would send them."""
    from jobs.festival.world import generate as make_world
    from jobs.privacy import KeyRing

    if last < first:
        raise MissingInput(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}")
    ring = KeyRing.load(load(context.obj.environment), context.obj.lake) if respond else None
    made = make_world(
        out, people=people, first=first.date(), last=last.date(), seed=seed, dirty=dirty, respond=respond, ring=ring
    )
    console.say(f"{made.events:,} rows in {made.files} files under {out}, {made.seconds:.1f} s")
    tell(as_json, {"out": out, "files": made.files, "rows": made.events, "seconds": round(made.seconds, 2)})


@app.command()
def land(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="`all` for a whole inbox, a landing table, or an adapter's name.")],
    path: Annotated[Path, typer.Argument(help="The inbox, file or folder.")],
    day: Day,
    as_json: Json = False,
) -> None:
    """Land what has arrived by the day: checked, pseudonymised, each row accounted for."""
    from jobs.landing.ingest import land as land_rows

    if not path.exists():
        raise MissingInput(f"{path} is not there: name the folder or file that the party sent")
    with bank_of(context, create=True) as bank:
        landed = land_rows(bank.spark, bank.lake, bank.settings, source=source, path=path, day=day.date())
    counts = {name: getattr(landed, name) for name in ("rows_in", "accepted", "quarantined", "duplicate", "late", "beyond")}
    for sentence in landed.sentences():
        console.say(sentence)
    console.say(", ".join(f"{name} {count:,}" for name, count in counts.items()))
    tell(as_json, {"day": day.date(), **counts})


@app.command()
def run(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help="A table, as in core.touch or touch.")],
    day: Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"])] = None,
    first: From = None,
    last: To = None,
    late: Annotated[bool, typer.Option("--late", help="Also the earlier days that late rows reached.")] = False,
    as_json: Json = False,
) -> None:
    """Make one table for a day or for a range of days."""
    from jobs.night import make_runner
    from jobs.runner import NIGHT

    wanted, days = table_of(table), days_of(day, first, last)
    if not wanted.inputs:
        raise UnknownName("built table", table, f"{wanted.full_name} is filled by land, export or report")
    with bank_of(context) as bank:
        runner = make_runner(bank, NIGHT if late else "run")
        runner.require_inputs(wanted, days)
        made = runner.run(wanted, runner.days_of_night(wanted, days[-1]) if late else days)
        runner.gate.publish()
    tell_made(as_json, days[-1], [made])


@app.command()
def night(context: typer.Context, day: Day, as_json: Json = False) -> None:
    """Make all that a night makes, in one warm session."""
    from jobs.night import night as whole_night

    with bank_of(context) as bank:
        made = []
        for item in whole_night(bank, day.date()):
            console.say(f"{item.table:28} {item.rows:>10,} rows {item.seconds:7.1f} s")
            made.append(item)
    tell_made(as_json, day.date(), made)


@app.command()
def judge(context: typer.Context, day: Day, as_json: Json = False) -> None:
    """Have the day's arrivals judged by their suites, as a night does before it makes anything."""
    from jobs.night import judge_arrivals, make_runner

    with bank_of(context) as bank:
        runner = make_runner(bank)
        judged = judge_arrivals(runner, day.date())
        docs = runner.gate.publish()
    console.say(f"{len(judged)} tables kept their suites: {docs}")
    tell(as_json, {"day": day.date(), "tables": judged, "data_docs": docs})


@app.command()
def export(
    context: typer.Context,
    brand: Annotated[str, typer.Option(help="Brand, a file of conf/brands.")],
    destination: Annotated[str, typer.Option(help="Receiver, a file of conf/destinations.")],
    day: Day,
    as_json: Json = False,
) -> None:
    """Write a brand's list of the day as the receiver accepts it, with manifest and receipt."""
    from jobs.serving.export import export as deliver

    check_names(context, brand, destination)
    with bank_of(context) as bank:
        made = deliver(bank.lake, bank.settings, brand_id=brand, destination=destination, day=day.date())
    console.say(f"{made.rows:,} people in {made.folder}, {made.withheld:,} withheld, {made.removed:,} to be taken off")
    tell(as_json, {"folder": made.folder, "rows": made.rows, "withheld": made.withheld, "removed": made.removed})


@app.command()
def report(
    context: typer.Context,
    brand: Annotated[str, typer.Option(help="Brand, a file of conf/brands.")],
    festival: Annotated[int, typer.Option(help="Year of the festival.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    as_json: Json = False,
) -> None:
    """Write a brand's Singles' Day report."""
    from jobs.serving.report import report as make_report

    check_names(context, brand)
    with bank_of(context) as bank:
        made = make_report(bank.lake, bank.settings, brand_id=brand, festival=festival, out=out)
    figures = [figure.facts for figure in made.figures]
    console.say(f"{made.file}: {len(figures)} figures")
    tell(as_json, {"file": made.file, "figures": figures})


@app.command("tables")
def list_tables(
    context: typer.Context,
    docs: Annotated[bool, typer.Option("--docs", help="Print the data dictionary instead, as Markdown.")] = False,
    as_json: Json = False,
) -> None:
    """List the lake's tables with days, rows and an order-independent checksum."""
    if docs:
        from jobs.dictionary import render

        print(render())
        return
    with bank_of(context, write=False) as bank:
        found = [(table, bank.lake.summary(table)) for table in tables().values() if bank.lake.exists(table)]
    facts = [
        {"table": table.full_name, "layer": table.layer, "days": item.days, "rows": item.rows, "checksum": item.checksum}
        for table, item in found
    ]
    if not as_json:
        console.grid(
            str(context.obj.lake),
            ("table", "days", "rows", "checksum"),
            [[fact[key] for key in ("table", "days", "rows", "checksum")] for fact in facts],
        )
    tell(as_json, {"tables": facts})


@app.command()
def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Say in plain words what is missing, and how to mend it."""
    from jobs.setup.doctor import diagnose

    findings = diagnose(context.obj.lake, context.obj.environment)
    for finding in findings:
        print(f"{'ok     ' if finding.is_ok else 'missing'} {finding.what}: {finding.words}")
    tell(as_json, {"findings": [{"what": item.what, "ok": item.is_ok, "words": item.words} for item in findings]})
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def demo(
    context: typer.Context,
    people: Annotated[int, typer.Option(min=500, help="People of the world.")] = 8_000,
    as_json: Json = False,
) -> None:
    """Play the whole closed loop on a small festival world under demo/."""
    from jobs.demo import play

    shown = play(Path("demo"), context.obj.environment, people)
    tell(as_json, shown)


def main() -> None:
    """Run the command; what the user can mend is one sentence and exit code 2, a failed gate exit code 3."""
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as error:
        told = getattr(error, "format_message", error.__str__)()
        console.say_error(BrandcubeError(told))
        sys.exit(BAD_INPUT)
    except BrandcubeError as error:
        console.say_error(error)
        sys.exit(GATE_FAILED if isinstance(error, GateFailed) else BAD_INPUT)


if __name__ == "__main__":
    main()

"""The demo: the whole closed loop, from a quiet October to the festival's report, on a world whose truth is known."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from jobs import console
from jobs.bank import Bank, logs, writing
from jobs.festival.world import generate
from jobs.landing.ingest import land
from jobs.night import night
from jobs.runner import Made
from jobs.serving.export import export
from jobs.serving.report import report

BRAND, DESTINATION, SEED = "b01", "brand", 11
HISTORY = (date(2015, 9, 15), date(2015, 10, 31))
FESTIVAL = (date(2015, 11, 1), date(2015, 11, 12))


def play(folder: Path, environment: str, people: int) -> dict[str, Any]:
    """Play the loop under ``folder`` (made anew) and say what was made, where it is, and what was recovered."""
    _clear(folder)
    started = time.monotonic()
    inbox, root = folder / "inbox", folder / "lake"
    console.log_to(logs(root))
    with _step("history", "the parties write their files to 31 October"):
        generate(inbox, people=people, first=HISTORY[0], last=HISTORY[1], seed=SEED)
    with writing(root):
        bank = Bank.open(root, environment)
        _land(bank, inbox, HISTORY[1])
        made = list(_nights(bank, HISTORY[1]))
        with _step("export", f"{BRAND} receives its list; the control stays sealed"):
            sent = export(bank.lake, bank.settings, brand_id=BRAND, destination=DESTINATION, day=HISTORY[1])
        with _step("festival", "the world answers, 1 to 12 November"):
            generate(
                inbox, people=people, first=FESTIVAL[0], last=FESTIVAL[1], seed=SEED, respond=[sent.folder], ring=bank.ring
            )
        _land(bank, inbox, FESTIVAL[1])
        made += _nights(bank, FESTIVAL[1])
        with _step("report", "what the money caused"):
            told = report(bank.lake, bank.settings, brand_id=BRAND, festival=FESTIVAL[0].year, out=folder / "report.html")
    figures = [figure.facts for figure in told.figures]
    facts = {
        "seconds": round(time.monotonic() - started, 1),
        "report": told.file,
        "segment": sent.folder,
        "data_docs": root / "gx" / "index.html",
        "figures": figures,
    }
    _show(made, facts)
    return facts


def _land(bank: Bank, inbox: Path, day: date) -> None:
    with _step("landing", f"all that has arrived by {day}"):
        landed = land(bank.spark, bank.lake, bank.settings, source="all", path=inbox, day=day)
    refused = f"{landed.quarantined:,} quarantined + {landed.duplicate:,} duplicate"
    console.say(f"    {landed.rows_in:,} rows in = {landed.accepted:,} accepted + {refused}")


def _nights(bank: Bank, day: date) -> Iterator[Made]:
    for made in night(bank, day):
        console.say(f"    {made.table:24} {made.rows:>9,} rows {made.seconds:6.1f} s")
        yield made


def _show(made: list[Made], facts: dict[str, Any]) -> None:
    console.grid("What was made", ("table", "rows", "seconds"), [(item.table, item.rows, item.seconds) for item in made])
    rows = [
        (item["id"], item["title"], item["planted"], item["estimate"], item["ci_low"], item["ci_high"], _verdict(item))
        for item in facts["figures"]
    ]
    console.grid("Recovered against planted", ("id", "figure", "planted", "estimate", "low", "high", ""), rows)
    inside = sum(_is_recovered(item) for item in facts["figures"])
    print(f"Recovered {inside} of {len(rows)} planted figures within their 95 % intervals, in {facts['seconds']} s.")
    for name, path in (("Report", facts["report"]), ("Segment folder", facts["segment"]), ("Data Docs", facts["data_docs"])):
        print(f"{name}: {path}")


def _is_recovered(figure: dict[str, Any]) -> bool:
    return figure["planted"] is not None and figure["ci_low"] <= figure["planted"] <= figure["ci_high"]


def _verdict(figure: dict[str, Any]) -> str:
    return "recovered" if _is_recovered(figure) else "missed"


@contextmanager
def _step(name: str, words: str) -> Iterator[None]:
    started = time.monotonic()
    console.say(f"{name}: {words} ...")
    yield
    console.say(f"{name}: {time.monotonic() - started:.1f} s")


def _clear(folder: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    for name in ("inbox", "lake", "lake.logs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "report.html").unlink(missing_ok=True)

"""The demo: the whole closed loop, from a quiet October to the festival's report, on a world whose truth is known."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from conf.settings import load
from jobs import console
from jobs.bank import Bank, logs, writing
from jobs.brand_keys import BrandKeys
from jobs.festival.world import generate
from jobs.landing.ingest import land
from jobs.night import night
from jobs.runner import Made
from jobs.serving.export import export
from jobs.serving.report import report
from jobs.serving.report.figures import Figure

BRAND, DESTINATION, SEED = "b01", "brand", 11
HISTORY = (date(2015, 9, 15), date(2015, 10, 31))
FESTIVAL = (date(2015, 11, 1), date(2015, 11, 12))


def play(folder: Path, environment: str, people: int) -> dict[str, Any]:
    """Play the loop under ``folder`` (made anew), show what was made and recovered, and return the same for scripts."""
    _clear(folder)
    started = time.monotonic()
    root = folder / "lake"
    _write_key(folder / "lake.key", load(environment).brands)
    console.log_to(logs(root))
    world = partial(generate, folder / "inbox", people=people, seed=SEED)
    with _step("history", "the parties write their files to 31 October"):
        world(first=HISTORY[0], last=HISTORY[1])
    with writing(root):
        with _step("session", "Spark, Delta and the keys"):
            bank = Bank.open(root, environment)
        made = _day(bank, folder / "inbox", HISTORY[1])
        with _step("export", f"{BRAND} receives its list; the control stays sealed"):
            sent = export(bank.lake, bank.settings, brand_id=BRAND, destination=DESTINATION, day=HISTORY[1])
        with _step("festival", "the world answers, 1 to 12 November"):
            world(first=FESTIVAL[0], last=FESTIVAL[1], respond=[sent.folder], ring=bank.ring)
        made += _day(bank, folder / "inbox", FESTIVAL[1])
        with _step("report", "what the money caused"):
            told = report(bank.lake, bank.settings, brand_id=BRAND, festival=FESTIVAL[0].year, out=folder / "report.html")
    seconds = time.monotonic() - started
    paths = {"report": told.file, "segment": sent.folder, "data_docs": root / "gx" / "docs" / "index.html"}
    _show(made, told.figures, paths, seconds)
    return {"seconds": round(seconds, 1), **paths, "figures": [figure.facts for figure in told.figures]}


def _day(bank: Bank, inbox: Path, day: date) -> list[Made]:
    """Land what has arrived by the day, then run its night."""
    with _step("landing", f"all that has arrived by {day}"):
        landed = land(bank.spark, bank.lake, bank.settings, source="all", path=inbox, day=day)
    refused = f"{landed.quarantined:,} quarantined + {landed.duplicate:,} duplicate"
    console.say(f"    {landed.rows_in:,} rows in = {landed.accepted:,} accepted + {refused}")
    made = []
    with _step("night", f"every table as of {day}, each batch judged"):
        for item in night(bank, day):
            console.say(f"    {item.table:24} {item.rows:>9,} rows {item.seconds:6.1f} s")
            made.append(item)
    return made


def _show(made: list[Made], figures: list[Figure], paths: dict[str, Path], seconds: float) -> None:
    console.grid("What was made", ("table", "rows", "seconds"), [(item.table, item.rows, item.seconds) for item in made])
    rows = [
        (item.id, item.title, item.planted, item.estimate.value, item.estimate.low, item.estimate.high, item.is_recovered)
        for item in figures
    ]
    console.grid("Recovered against planted", ("id", "figure", "planted", "estimate", "low", "high", "recovered"), rows)
    inside = sum(item.is_recovered is True for item in figures)
    print(f"Recovered {inside} of {len(figures)} planted figures within their 95 % intervals, in {seconds:.0f} s.")
    for name, path in paths.items():
        print(f"{name}: {path}")


@contextmanager
def _step(name: str, words: str) -> Iterator[None]:
    started = time.monotonic()
    console.say(f"{name}: {words} ...")
    yield
    console.say(f"{name}: {time.monotonic() - started:.1f} s")


def _write_key(file: Path, brands: Iterable[str]) -> None:
    """Keys that everybody knows, so that every demo draws the same lots. A real lake makes its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(hashlib.sha256(b"brandcube demo").hexdigest() + "\n")
    for brand_id in brands:
        BrandKeys.beside(file.with_suffix("")).put(brand_id, hashlib.sha256(f"brandcube demo {brand_id}".encode()).digest())


def _clear(folder: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    for name in ("inbox", "lake", "lake.logs", "lake.keys"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "report.html").unlink(missing_ok=True)

"""``brandcube ledger``: what became of each file that arrived on a day."""

from __future__ import annotations

from dataclasses import asdict

import typer

from conf.errors import MissingInput
from jobs import console
from jobs.command import Day, Json, bank_of, tell

_SHOWN = ("file", "n_in", "n_accepted", "n_quarantined", "n_duplicate", "n_late", "n_beyond", "reasons", "version")


def ledger(context: typer.Context, day: Day, as_json: Json = False) -> None:
    """Show each file of the day: rows in = accepted + quarantined (by reason) + duplicate, and the version that took them."""
    from jobs.landing.file import Ledger

    with bank_of(context, write=False) as bank:
        found = [item for item in Ledger.read(bank.lake) if item.day == day.date()]
    if not found:
        raise MissingInput(f"no file of {day:%Y-%m-%d} has landed: run `brandcube land all INBOX --day {day:%Y-%m-%d}` first")
    sums = {name: sum(getattr(item, name) for item in found) for name in _SHOWN[1:7]}
    if not as_json:
        rows = [
            [item.place, *(getattr(item, name) for name in _SHOWN[1:7]), _told(item.n_by_reason), item.delta_version]
            for item in found
        ]
        console.grid(f"{day:%Y-%m-%d}", _SHOWN, [*rows, ["all", *sums.values(), "", ""]])
        for item in found:
            for sentence in item.sentences():
                console.say(sentence)
    tell(as_json, {"day": day.date(), "files": [asdict(item) for item in found], **sums})


def _told(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in reasons.items())

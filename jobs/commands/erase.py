"""``brandcube erase`` and ``brandcube verify erasure``: people are forgotten, and that they are is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs import console
from jobs.command import Json, bank_of, tell

if TYPE_CHECKING:
    from jobs.erasure.proof import Proof

Kind = Annotated[str, typer.Option("--id-type", help="Kind of identifier: phone, email, openid, jd_pin or member.")]
Ids = Annotated[Path, typer.Option("--file", help="One identifier a line.")]
Brand = Annotated[str, typer.Option(help="Brand whose member numbers they are.")]

verify = typer.Typer(no_args_is_help=True, help="Repeat a proof.")


def erase(context: typer.Context, id_type: Kind, file: Ids, brand: Brand = "", as_json: Json = False) -> None:
    """Forget people: in all tables, lists, kept deliveries, vault and quarantine, and in whatever a party sends again."""
    from jobs.erasure.erase import erase as forget
    from jobs.erasure.request import read_request

    with bank_of(context) as bank:
        done = forget(bank, read_request(file, id_type, bank.ring, brand))
    counts = {name: getattr(done, name) for name in ("identifiers", "rows", "emptied", "removals", "rewritten")}
    console.say(f"{done.people:,} people forgotten; " + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    tell(as_json, {**_told(done.proof), "people": done.people, **counts})


@verify.callback()
def proofs() -> None:
    """Proofs that can be repeated at any time."""


@verify.command("erasure")
def verify_erasure(
    context: typer.Context,
    id_type: Annotated[str | None, typer.Option("--id-type", help="Also search for raw identifiers of this kind,")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="which stand in this file, one a line.")] = None,
    brand: Brand = "",
    as_json: Json = False,
) -> None:
    """Search every byte of lake and logs for everybody who was forgotten; exit code 1 where anybody is found."""
    from jobs.bank import logs
    from jobs.erasure.proof import prove
    from jobs.erasure.request import read_request

    with bank_of(context, write=False) as bank:
        raws = read_request(file, id_type or "", bank.ring, brand).raws if file else ()
        proof = prove(bank.lake, bank.ring, logs(bank.lake.root), raws, id_type or "")
    console.say(", ".join(f"{name} {count:,}" for name, count in _told(proof).items()))
    for hit in proof.places:
        console.say(f"found in {hit.path} ({hit.form})")
    tell(as_json, _told(proof))
    if proof.hits:
        raise typer.Exit(1)


def _told(proof: Proof) -> dict[str, int]:
    return {name: getattr(proof, name) for name in ("people", "files", "bytes", "patterns", "hits")}

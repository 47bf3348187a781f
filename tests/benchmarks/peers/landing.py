"""What a user would write for landing without a lakehouse: DuckDB parses, judges, hashes and dedupes; delta-rs commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from deltalake import write_deltalake

from jobs.privacy import KeyRing, pads
from schemas.columns import SCENES, SHOPPING_ACTIONS

_FIELDS = (
    "event_id event_at jd_pin oaid action scene brand_id sku_id category campaign_id live_session_id city_code".split()  # noqa: SIM905
)
_COLUMNS = "{" + ", ".join(f"{name}: 'VARCHAR'" for name in _FIELDS) + "}"


@dataclass(frozen=True)
class Counts:
    """What became of the rows."""

    rows_in: int
    accepted: int
    quarantined: int
    duplicate: int


def parse_only(files: Sequence[Path]) -> int:
    """The floor: every field of every line parsed and looked at once; the number of lines."""
    query = f"SELECT count(*), bit_xor(hash({', '.join(_FIELDS)})) FROM {_lines(files)}"
    return int(duckdb.connect().execute(query).fetchall()[0][0])


def land(files: Sequence[Path], out: Path, ring: KeyRing) -> Counts:
    """Land the files into a Delta table at ``out``: typed, pseudonymised, judged, each id once."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(f"CREATE TABLE judged AS {_judged(files, ring)}")
    connection.execute(
        "CREATE TABLE accepted AS SELECT * EXCLUDE (reasons, nth) FROM (SELECT *, row_number() OVER "
        "(PARTITION BY event_id ORDER BY event_at) AS nth FROM judged WHERE len(reasons) = 0) WHERE nth = 1"
    )
    n_in, n_bad = connection.execute("SELECT count(*), count(*) FILTER (len(reasons) > 0) FROM judged").fetchall()[0]
    n_new = connection.execute("SELECT count(*) FROM accepted").fetchall()[0][0]
    write_deltalake(out, connection.table("accepted").to_arrow_reader(), partition_by=["event_day"])
    return Counts(n_in, n_new, n_bad, n_in - n_bad - n_new)


def _lines(files: Sequence[Path]) -> str:
    listed = ", ".join(f"'{file}'" for file in files)
    return f"read_ndjson([{listed}], columns = {_COLUMNS}, filename = true)"


def _judged(files: Sequence[Path], ring: KeyRing) -> str:
    rules = {
        "missing:event_id": "event_id IS NULL",
        "missing:event_at": "event_at IS NULL",
        "missing:jd_pin": "jd_pin IS NULL",
        "type:event_at": "event_at IS NOT NULL AND TRY_CAST(event_at AS BIGINT) IS NULL",
        "allowed:action": f"action NOT IN {SHOPPING_ACTIONS}",
        "allowed:scene": f"scene NOT IN {SCENES}",
        "identifier:jd_pin": "NOT regexp_full_match(jd_pin, '[^=+@-]\\S{0,63}')",
        "identifier:oaid": "NOT regexp_full_match(oaid, '[0-9a-f-]{16,64}')",
    }
    reasons = ", ".join(f"CASE WHEN {broken} THEN '{reason}' END" for reason, broken in rules.items())
    at = "make_timestamp_ms(TRY_CAST(event_at AS BIGINT))"
    return (
        f"SELECT event_id, {at} AS event_at, CAST({at} + INTERVAL 8 HOUR AS DATE) AS event_day, "
        f"{_hmac('jd_pin', ring)} AS jd_pin_hash, {_hmac('oaid', ring)} AS oaid_hash, "
        "action, scene, brand_id, sku_id, category, campaign_id, live_session_id, city_code, "
        f"list_filter([{reasons}], lambda reason: reason IS NOT NULL) AS reasons FROM {_lines(files)}"
    )


def _hmac(name: str, ring: KeyRing) -> str:
    inner, outer = pads(ring.key(f"joint/{name}"))
    return f"sha256(unhex('{outer}' || sha256(unhex('{inner}' || hex({name})))))"

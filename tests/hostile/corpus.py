"""Bad files, made by code: each with the rows that it holds and what must become of them."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.contract import Table
from tests.landing.sending import BRAND, DAY, MEMBER, ORDER, SHOPPING, SOCIAL, at, row

EXPANDED = 24 << 20
"""Bytes that a file of the corpus may unpack to."""
_HUGE = "x" * (10 << 20)
_BRAND_HEAD = "event_id,brand_id,title,title_zh,industry"


@dataclass(frozen=True)
class Case:
    """One file: its rows as it holds them, how many of them are good, and the others by reason."""

    name: str
    table: Table
    ending: str
    content: bytes
    n_in: int
    n_accepted: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    n_duplicate: int = 0

    @property
    def file_name(self) -> str:
        """The file's name in the inbox."""
        return f"{DAY}.{self.name}.{self.ending}"

    def write(self, inbox: Path) -> None:
        """Put the file where its party would."""
        assert self.table.source
        file = inbox / self.table.source.party / self.table.name / self.file_name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.content)


def corpus() -> list[Case]:
    """All of them; names are unique."""
    return [*_encodings(), *_lines(), *_values(), *_brands(), *_packed(), *_csv(), *_parquet()]


def _line(name: str, table: Table = SOCIAL, **told: Any) -> str:
    return json.dumps(row(table, name, **told), ensure_ascii=False)


def _jsonl(name: str, *lines: str | bytes, table: Table = SOCIAL, **told: Any) -> Case:
    """A file of lines; an accepted one unless ``told`` otherwise."""
    content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    return Case(name, table, "jsonl", content, **({"n_in": len(lines)} | told))


def _refused(name: str, content: bytes, reason: str, *, table: Table = SOCIAL, ending: str = "jsonl.gz") -> Case:
    """A file that is refused whole: one counted row."""
    return Case(name, table, ending, content, 1, 0, {reason: 1})


def _encodings() -> list[Case]:
    good = _line("good", group_id="团购")
    two: dict[str, Any] = {"n_accepted": 1, "reasons": {"encoding": 1}}
    half = '"group_id": "\\ud83d"'
    return [
        _jsonl("gbk", _line("gbk-1", group_id="团购").encode("gbk"), _line("gbk-2"), **two),
        _jsonl("latin1", _line("latin1-1", group_id="café").encode("latin-1"), _line("latin1-2"), **two),
        _jsonl("overlong", _line("overlong-1", group_id="~").encode().replace(b"~", b"\xc0\xaf"), _line("overlong-2"), **two),
        _jsonl("cesu8", _line("cesu8-1", group_id="~").encode().replace(b"~", b"\xed\xa0\xbd"), _line("cesu8-2"), **two),
        _jsonl("half-character", _line("half-1", group_id="~").replace('"group_id": "~"', half), _line("half-2"), **two),
        _jsonl("low-half", _line("low-1", group_id="~").replace("~", "\\udc00x"), n_accepted=0, reasons={"encoding": 1}),
        _jsonl("whole-pair", _line("pair-1", group_id="~").replace("~", "\\ud83d\\ude00"), n_accepted=1),
        _refused("utf16", good.encode("utf-16"), "encoding", ending="jsonl"),
        _refused("utf16-unmarked", good.encode("utf-16-le"), "encoding", ending="jsonl"),
        _refused("utf32", good.encode("utf-32"), "encoding", ending="jsonl"),
        Case("utf8-mark", SOCIAL, "jsonl", f"\ufeff{_line('bom-1')}\n".encode(), 1, 1),
        Case("utf8-mark-gz", SOCIAL, "jsonl.gz", gzip.compress(f"\ufeff{_line('bomgz-1')}\r\n".encode()), 1, 1),
        Case("cr-only", SOCIAL, "jsonl", f"{_line('cr-1')}\r{_line('cr-2')}\r".encode(), 2, 2),
        Case("blank-lines", SOCIAL, "jsonl", f"\n \n{_line('blank-1')}\r\n\r\n".encode(), 1, 1),
        Case("no-last-end", SOCIAL, "jsonl", _line("end-1").encode(), 1, 1),
        Case("empty", SOCIAL, "jsonl", b"", 0),
        Case("empty-gz", SOCIAL, "jsonl.gz", b"", 0),
        _jsonl("line-separators", _line("sep-1", group_id="a\u2028b\x85c"), n_accepted=1),
    ]


def _lines() -> list[Case]:
    deep = "[" * 10_000 + "]" * 10_000
    deeper = '{"a":' * 10_000 + "1" + "}" * 10_000
    twice = _line("twice-1").replace('{"event_id"', '{"event_id": "twice-0", "event_id"')
    wrong = _line("names").replace('"event_id"', '"Event-ID"')
    return [
        _jsonl("raw-nul", _line("nul-1", group_id="~").replace("~", "a\0b"), _line("nul-2"), n_accepted=1, reasons={"torn": 1}),
        _jsonl("deep-list", _line("deep-1", group_id="~").replace('"~"', deep), reasons={"torn": 1}),
        _jsonl("deep-object", _line("deep-2", group_id="~").replace('"~"', deeper), reasons={"torn": 1}),
        _jsonl("array", f"[{_line('array-1')}, {_line('array-2')}]", reasons={"torn": 1}),
        _jsonl("scalars", "42", '"text"', "null", "true", "{}x", reasons={"torn": 5}),
        _jsonl("empty-object", "{}", _line("object-1"), n_accepted=1, reasons={"missing:event_id": 1}),
        _jsonl("two-on-a-line", _line("two-1") + _line("two-2"), _line("two-3"), n_accepted=1, reasons={"torn": 1}),
        _jsonl("rest-after-object", _line("rest-1") + " 13800138000", reasons={"torn": 1}),
        _jsonl("cut-line", _line("cut-1")[:-9], reasons={"torn": 1}),
        _jsonl("control-sign", _line("control-1", group_id="~").replace("~", "a\x0bb"), reasons={"torn": 1}),
        _jsonl("same-key-twice", twice, n_accepted=1),
        _jsonl("wrong-names", wrong, wrong, reasons={"missing_column:event_id": 2}),
        _jsonl("same-row", *[_line("same")] * 3, n_accepted=1, n_duplicate=2),
        _jsonl("huge-field", _line("huge-1", group_id=_HUGE), _line("huge-2"), n_accepted=1, reasons={"oversize": 1}),
    ]


def _values() -> list[Case]:
    def one(name: str, reason: str = "", table: Table = SOCIAL, **told: Any) -> Case:
        line = _line(f"{name}-1", table, **told)
        return _jsonl(name, line, table=table, n_accepted=int(not reason), reasons={reason: 1} if reason else {})

    late = int(datetime(2090, 1, 1, tzinfo=UTC).timestamp() * 1000)
    pins = [_line(f"formula-{n}", SHOPPING, jd_pin=f"{sign}cmd|' /C calc'!A0") for n, sign in enumerate("=+-@")]
    return [
        one("beyond-64-bits", "type:event_at", event_at=10**30),
        one("beyond-32-bits", "type:watch_seconds", watch_seconds=2**40),
        one("many-digits", "type:watch_seconds", watch_seconds="9" * 2_000),
        one("float-for-int", "type:watch_seconds", watch_seconds=1.5),
        one("not-a-number", "type:watch_seconds", watch_seconds=float("nan")),
        one("wide-digits-in-a-count", "type:watch_seconds", watch_seconds="６０"),
        one("year-1970", event_at=0),
        one("year-2090", "future:event_day", event_at=late),
        one("negative-time", "type:event_at", event_at=-1),
        one("object-for-text", "type:event_at", event_at={"at": at()}),
        one("formula-text", group_id="=HYPERLINK(1)"),
        one("attributes-no-object", "type:attributes", attributes="[1"),
        one("wide-openid", openid="ｏＵｐＦ８ｕＭ"),
        _jsonl("formula-pins", *pins, table=SHOPPING, reasons={"identifier:jd_pin": 4}),
        one("hash-for-pin", "identifier:jd_pin", SHOPPING, jd_pin="a" * 64),
    ]


def _brands() -> list[Case]:
    paths = ["../../x", "..\\x", "/etc/passwd", "b01/../b02", "B01", "b01\n", "-b01", "b" * 64, "b 01", "％2e"]
    lines = [_line(f"path-{n}", SHOPPING, brand_id=path) for n, path in enumerate(paths)]
    return [
        _jsonl("brand-paths", *lines, table=SHOPPING, reasons={"shape:brand_id": len(paths)}),
        _jsonl("brand-numbers", _line("number-1", SHOPPING, brand_id="4"), table=SHOPPING, n_accepted=1),
    ]


def _packed() -> list[Case]:
    whole = gzip.compress("".join(_line(f"whole-{n}") + "\n" for n in range(50)).encode())
    blanks = gzip.compress(b"\n" * (EXPANDED + (1 << 20)))
    halves = gzip.compress(b" \n" * (EXPANDED // 3)) * 2
    many = pa.table({"event_id": pa.nulls(EXPANDED + 1, pa.string())})
    return [
        _refused("cut-gz", whole[: len(whole) // 2], "torn_file"),
        _refused("cut-trailer", whole[:-5], "torn_file"),
        _refused("bad-checksum", whole[:-8] + b"\0" * 8, "torn_file"),
        _refused("rest-after-gz", whole + b"13800138000", "torn_file"),
        _refused("no-gz", _line("plain-1").encode(), "torn_file"),
        _refused("flipped-gz", whole[:200] + bytes(byte ^ 0xFF for byte in whole[200:220]) + whole[220:], "torn_file"),
        _refused("bomb", blanks, "too_large"),
        _refused("bomb-of-members", halves, "too_large"),
        _refused("bomb-parquet", _stored(many), "too_large", table=ORDER, ending="parquet"),
        _refused("csv-cut-gz", gzip.compress(_brand("cut"))[:-12], "torn_file", table=BRAND, ending="csv.gz"),
        Case(
            "two-members",
            SOCIAL,
            "jsonl.gz",
            b"".join(gzip.compress(f"{_line(f'member-{n}')}\n".encode()) for n in (1, 2)),
            2,
            2,
        ),
    ]


def _brand(*ids: str, head: str = _BRAND_HEAD, cells: str = "{},b01,Northwind,北风,food") -> bytes:
    return "\n".join((head, *(cells.format(name) for name in ids), "")).encode()


def _csv() -> list[Case]:
    def case(name: str, content: bytes, n_in: int, n_accepted: int = 0, **reasons: int) -> Case:
        told = {reason.replace("__", ":"): n for reason, n in reasons.items()}
        return Case(name, BRAND, "csv", content, n_in, n_accepted, told)

    no_title = _brand("m-1", "m-2", head="event_id,brand_id,title_zh,industry", cells="{},b01,北风,food")
    twice = _brand("d-1", head=f"{_BRAND_HEAD},title", cells="{},b01,Northwind,北风,food,other")
    member = ",".join(row(MEMBER, "x"))
    wide = {"phone": "１３８００１３８０００", "joined_on": "2014-05-01"}
    cells = [row(MEMBER, "w-1", **wide), row(MEMBER, "w-2", phone="=1+1"), row(MEMBER, "w-3", joined_on="2015-02-30")]
    head = list(dict.fromkeys(name for cell in cells for name in cell))
    members = "\n".join([",".join(head), *(",".join(str(cell.get(name, "")) for name in head) for cell in cells), ""])
    return [
        case("csv-lines-in-cell", _brand("l-1", "l-2", cells='{},b01,"North\nwind ""x""",北风,food'), 2, 2),
        case("csv-crlf-in-cell", _brand("k-1", cells='{},b01,"North\r\nwind",北风,food').replace(b"food\n", b"food\r\n"), 1, 1),
        case("csv-open-quote", _brand("q-1", cells='{},b01,"North,北风,food') + b"q-2,b01,N,N,food\n", 1, torn=1),
        case("csv-gbk", _brand("g-1").decode().encode("gbk") + b"g-2,b01,N,N,food\n", 2, 1, encoding=1),
        case("csv-utf16", _brand("u-1").decode().encode("utf-16"), 1, encoding=1),
        case("csv-mark", b"\xef\xbb\xbf" + _brand("b-1"), 1, 1),
        case("csv-cr-only", _brand("c-1", "c-2").replace(b"\n", b"\r"), 2, 2),
        case("csv-few-cells", _brand("f-1") + b"f-2,b01\n", 2, 1, torn=1),
        case("csv-many-cells", _brand("f-3") + b"f-4,b01,N,N,food,13800138000\n", 2, 1, torn=1),
        case("csv-no-title", no_title, 2, missing_column__title=2),
        case("csv-title-twice", twice, 1, 1),
        case("csv-other-case", _brand("o-1", head=_BRAND_HEAD.upper()), 1, missing_column__event_id=1),
        case("csv-semicolons", _brand("s-1").replace(b",", b";"), 1, missing_column__event_id=1),
        case("csv-no-head", b"h-1,b01,N,N,food\nh-2,b01,N,N,food\n", 1, missing_column__event_id=1),
        case("csv-odd-heads", _brand("i-1", head=f"{_BRAND_HEAD},,`a.b`,_torn", cells="{},b01,N,N,food,1,2,3"), 1, 1),
        case("csv-head-only", _BRAND_HEAD.encode(), 0),
        case("csv-empty", b"", 0),
        case("csv-formula-text", _brand("t-1", cells="{},b01,=1+1,@x,-food"), 1, 1),
        case("csv-nul", _brand("n-1", cells="{},b01,N\0orth,N,food") + b"\0n-2,b01,N,N,food\n", 2, 2),
        case("csv-huge-cell", _brand("z-1", cells="{},b01," + _HUGE + ",N,food") + b"z-2,b01,N,N,food\n", 2, 1, oversize=1),
        case("csv-brand-path", _brand("p-1", cells="{},../../x,N,N,food"), 1, shape__brand_id=1),
        Case("members", MEMBER, "csv", members.encode(), 3, 1, {"identifier:phone": 1, "type:joined_on": 1}),
        Case("member-head-only", MEMBER, "csv", member.encode(), 0),
    ]


def _stored(rows: pa.Table) -> bytes:
    stored = io.BytesIO()
    pq.write_table(rows, stored, compression="zstd")
    return stored.getvalue()


def _orders(name: str, column: str, values: Sequence[Any], kind: pa.DataType | None) -> pa.Table:
    """Orders, one column of them in another type."""
    rows = pa.Table.from_pylist([row(ORDER, f"{name}-{n}") for n in range(len(values))])
    place = rows.column_names.index(column)
    return rows.set_column(place, column, pa.array(values, kind))


def _parquet() -> list[Case]:
    instant = datetime(2015, 11, 1, 4, tzinfo=UTC)
    changed: list[tuple[str, str, list[Any], pa.DataType | None]] = [
        ("text-for-count", "quantity", ["two"], None),
        ("time-for-count", "quantity", [instant], pa.timestamp("ms", "UTC")),
        ("time-for-fen", "paid_fen", [instant], pa.timestamp("us", "UTC")),
        ("float-for-count", "quantity", [1.5], None),
        ("flag-for-count", "quantity", [True], None),
        ("unsigned", "paid_fen", [2**64 - 1], pa.uint64()),
        ("nanoseconds", "event_at", [instant], pa.timestamp("ns", "UTC")),
        ("struct-for-text", "sku_id", [{"phone": "13800138000"}], None),
        ("list-for-text", "sku_id", [["a"]], None),
        ("bytes-for-text", "sku_id", [b"\xff\xfe"], None),
        ("time-for-text", "order_id", [instant], pa.timestamp("ms", "UTC")),
    ]
    good = pa.Table.from_pylist([row(ORDER, f"stored-{n}") for n in range(300)])
    whole = _stored(good)
    both = good.append_column("Quantity", good["quantity"])
    make: Callable[..., Case] = lambda name, content, *told: Case(name, ORDER, "parquet", content, *told)  # noqa: E731
    refused = {"unreadable_file": 1}
    return [
        *(make(f"parquet-{name}", _stored(_orders(name, column, values, kind)), 1, 0, {f"type:{column}": 1})
          for name, column, values, kind in changed),
        make("parquet-count-as-text", _stored(_orders("astext", "quantity", ["2"], None)), 1, 1),
        make("parquet-null-count", _stored(_orders("null", "quantity", [None], pa.int64())), 1, 0, {"missing:quantity": 1}),
        make("parquet-no-count", _stored(good.slice(0, 2).drop_columns(["quantity"])), 2, 0, {"missing_column:quantity": 2}),
        make("parquet-no-columns", _stored(pa.table({})), 0),
        make("parquet-no-rows", _stored(good.slice(0, 0)), 0),
        make("parquet-is-text", b"event_id,quantity\n", 1, 0, refused),
        make("parquet-empty", b"", 1, 0, refused),
        make("parquet-cut", whole[: len(whole) // 2], 1, 0, refused),
        make("parquet-damaged", whole[:4] + b"\xff" * 60 + whole[64:], 1, 0, refused),
        make("parquet-time", _stored(_orders("clock", "sku_id", [instant.time()], None)), 1, 0, refused),
        make("parquet-two-counts", _stored(both.slice(0, 1)), 1, 0, refused),
    ]  # fmt: skip

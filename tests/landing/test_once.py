"""Nothing twice: however often, under whatever name and on whatever day a row is sent, it lands once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql.functions import lit

from conf.errors import ContractError
from jobs.lake import Lake
from jobs.landing.file import FileCount, Ledger
from schemas.catalogue import find, layer
from tests.landing.conftest import Land
from tests.landing.sending import BRAND, DAY, SOCIAL, at, row, send

NEXT, THIRD = date(2015, 11, 2), date(2015, 11, 3)
REFUSED = find("landing.quarantine")


def _versions(lake: Lake) -> dict[str, int | None]:
    return {table.name: lake.version(table) for table in layer("landing") if table.name != "file"}


def test_a_file_under_another_name_is_known_by_its_bytes_and_changes_nothing(landing: Land, inbox: Path, lake: Lake) -> None:
    rows = [row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport")]
    first = send(inbox, SOCIAL, rows)
    same_day = first.with_name(f"{DAY}.again.jsonl.gz")
    same_day.write_bytes(first.read_bytes())
    assert landing() == (4, 1, 1, 2, 0)
    versions = _versions(lake)
    first.with_name(f"{NEXT}.jsonl.gz").write_bytes(first.read_bytes())
    assert landing(day=NEXT) == (6, 0, 0, 6, 0)
    assert _versions(lake) == versions
    assert [(count.file_name, count.n_duplicate) for count in Ledger.read(lake)] == [
        (f"{DAY}.again.jsonl.gz", 0),
        (f"{DAY}.jsonl.gz", 2),
        (f"{NEXT}.jsonl.gz", 2),
    ]
    assert lake.read(REFUSED).count() == 1


def test_a_file_that_came_under_too_early_a_day_lands_under_its_own(landing: Land, inbox: Path, lake: Lake) -> None:
    early = send(inbox, SOCIAL, [row(SOCIAL, "a", event_at=at(NEXT))])
    assert landing() == (1, 0, 1, 0, 0)
    early.with_name(f"{NEXT}.jsonl.gz").write_bytes(early.read_bytes())
    assert landing(day=NEXT) == (2, 1, 0, 1, 0)
    assert [str(found.event_day) for found in lake.read(SOCIAL).collect()] == [str(NEXT)]


def test_only_the_event_days_that_a_batch_touches_are_read(landing: Land, inbox: Path, lake: Lake, tmp_path: Path) -> None:
    for day, name in ((DAY, "a"), (NEXT, "b")):
        send(inbox, SOCIAL, [row(SOCIAL, name, event_at=at(day))], day=day)
        landing(day=day)
    away = tmp_path / "away"
    away.mkdir()
    others = Path(lake.path(SOCIAL)) / f"event_day={DAY}"
    files = [file.rename(away / file.name) for file in others.glob("*.parquet")]
    assert files
    send(inbox, SOCIAL, [row(SOCIAL, "b", event_at=at(NEXT)), row(SOCIAL, "c", event_at=at(THIRD))], day=THIRD)
    assert landing(day=THIRD) == (4, 1, 0, 3, 0)
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "d")], day=THIRD, name=f"{THIRD}.late.jsonl.gz")
    with pytest.raises(Exception, match="FILE_NOT_EXIST|does not exist|No such file"):
        landing(day=THIRD)
    for file in files:
        file.rename(others / file.name)
    assert landing(day=THIRD) == (6, 1, 0, 5, 1)


def test_keys_whose_digests_agree_are_told_apart_by_the_whole_key(
    landing: Land, inbox: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.landing.once.F.xxhash64", lambda *_: lit(1))
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b"), row(SOCIAL, "b")])
    assert landing() == (3, 2, 0, 1, 0)
    send(inbox, SOCIAL, [row(SOCIAL, "b"), row(SOCIAL, "c", event_at=at(DAY))], day=NEXT)
    assert landing(day=NEXT) == (5, 1, 0, 4, 1)
    assert sorted(found.event_id for found in lake.read(SOCIAL).collect()) == ["a", "b", "c"]


def test_half_a_file_and_then_the_whole_of_it_under_another_name_lands_once(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, BRAND, [row(BRAND, "b1"), row(BRAND, "b2")])
    landing()
    send(inbox, BRAND, [row(BRAND, f"b{n}") for n in range(1, 5)], name=f"{DAY}.whole.csv")
    assert landing() == (6, 2, 0, 4, 0)
    assert lake.read(BRAND).count() == 4


def test_a_ledger_row_whose_sums_do_not_balance_cannot_be_made() -> None:
    good = FileCount(DAY, "social_event", "tencent", "1.jsonl", 9, "0" * 64, 3, 1, 1, 1, 0, 0, {"torn": 1}, {}, (), 0)
    odd: list[dict[str, Any]] = [{"n_in": 4}, {"n_by_reason": {}}, {"n_late": 1, "n_beyond": 1}]
    for told in odd:
        with pytest.raises(ContractError, match=r"tencent/social_event/1\.jsonl: \d rows came, 3 are accounted for"):
            replace(good, **told)

"""What cannot be landed is named in one sentence; marks and endings of other systems are read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from conf.errors import MissingInput, UnknownName
from jobs.lake import Lake
from jobs.landing.file import Ledger
from schemas.catalogue import find
from tests.landing.conftest import Land
from tests.landing.sending import BRAND, DAY, SOCIAL, row, send

REFUSED = find("landing.quarantine")


def test_a_file_that_is_cut_short_is_refused_alone_and_lands_whole_when_it_is_sent_again(
    landing: Land, inbox: Path, lake: Lake
) -> None:
    rows = [row(SOCIAL, f"e{n}") for n in range(200)]
    file = send(inbox, SOCIAL, rows)
    send(inbox, BRAND, [row(BRAND, "b1")])
    file.write_bytes(file.read_bytes()[:-40])
    assert landing() == (2, 1, 1, 0, 0)
    counts = {count.file_name: count for count in Ledger.read(lake)}
    assert counts["2015-11-01.jsonl.gz"].n_by_reason == {"torn_file": 1}
    assert [refused.reasons for refused in lake.read(REFUSED).collect()] == [["torn_file"]]
    send(inbox, SOCIAL, rows)
    assert landing() == (201, 200, 0, 1, 0)
    assert (lake.read(SOCIAL).count(), lake.read(REFUSED).count()) == (200, 0)


def test_a_source_path_or_name_that_is_not_there_is_named(landing: Land, inbox: Path) -> None:
    with pytest.raises(MissingInput, match=r"inbox is not there: name the folder or file"):
        landing()
    inbox.mkdir()
    with pytest.raises(MissingInput, match=r"inbox holds no file <party>/<table>/<day>\.<ending> of 2015-11-01 or before"):
        landing()
    with pytest.raises(UnknownName, match=r"no source is named 'core.touch'; there are all, ad_return, .*, tmall_double11"):
        landing("core.touch")
    (inbox / "jd" / "gossip").mkdir(parents=True)
    with pytest.raises(UnknownName, match=r"no landing table is named 'gossip'"):
        landing()


@pytest.mark.parametrize(
    ("name", "message"), [("today.csv", "no inbox file is named"), ("2015-11-01.xlsx", "no kind of file is")]
)
def test_a_file_whose_name_says_no_day_or_kind_is_named(landing: Land, inbox: Path, name: str, message: str) -> None:
    (inbox / "jd" / "brand").mkdir(parents=True)
    (inbox / "jd" / "brand" / name).write_text("x")
    with pytest.raises(UnknownName, match=message):
        landing()


def test_a_byte_order_mark_and_plain_endings_are_read(landing: Land, inbox: Path) -> None:
    folder = inbox / "tencent" / "social_event"
    folder.mkdir(parents=True)
    (folder / f"{DAY}.jsonl").write_text("\ufeff" + json.dumps(row(SOCIAL, "a")) + "\r\n\r\n", "utf-8")
    send(inbox, BRAND, [row(BRAND, "b1")])
    file = inbox / "jd" / "brand" / f"{DAY}.csv"
    (file.parent / f"{DAY}.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + file.read_bytes()))
    file.unlink()
    assert landing() == (2, 2, 0, 0, 0)

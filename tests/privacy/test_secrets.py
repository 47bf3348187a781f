"""No key, pad or root stands in anything that a night leaves: plans, event logs, logs, results, exports, what was printed."""

from __future__ import annotations

from conf.settings import load
from jobs.scan import scan
from tests.conftest import Figure
from tests.privacy.canaries import LITERAL_KEY, looks, secrets
from tests.privacy.conftest import Night


def test_no_key_and_no_pad_is_in_anything_that_the_night_left(searched: Night, figure: Figure) -> None:
    wanted = secrets(searched.ring, load("local"))
    keys = searched.bank / "lake.keys"
    found = scan([searched.bank, searched.control], wanted, skip=[keys, searched.control / "lake.keys"])
    figure(f"keys: {found.files} files, {found.bytes / 1e6:.1f} MB, {found.patterns} patterns, {len(found.hits)} hits")
    assert found.hits == ()
    printed = (searched.bank / "printed").read_text("utf-8")
    assert printed.count("scalar-subquery") > 10
    assert "Optimized Logical Plan" in printed
    assert "Generated code" in printed


def test_the_same_search_finds_a_key_that_a_query_names(searched: Night) -> None:
    found = scan([searched.control], looks(LITERAL_KEY))
    assert [hit.path.name.partition("_")[0] for hit in found.hits] == ["events"]
    assert scan([searched.bank], looks(LITERAL_KEY)).hits == ()

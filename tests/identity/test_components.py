"""Groups found on DataFrames are those that a plain union-find finds."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from conf.errors import EndlessGroups
from jobs.identity.components import components
from tests.conftest import Figure

LOGS = Path(os.environ.get("BRANDCUBE_REAL_LOGS", Path(__file__).parents[2].parent / "shared" / "data"))
BEIBEI = LOGS / "beibei_groupbuy"
N_GRAPH = 40
Links = list[tuple[str, str]]


def united(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every node's smallest fellow, the plain way."""
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in links:
        if a != b:
            low, high = sorted((find(a), find(b)))
            parent[high] = low
    return {node: find(node) for node in list(parent)}


def found(spark: SparkSession, links: Links, most_rounds: int = 30) -> dict[str, str]:
    rows = components(spark.createDataFrame(links, "a STRING, b STRING"), most_rounds=most_rounds).collect()
    assert len(rows) == len({row.node for row in rows})
    return {row.node: row.root for row in rows}


@examples(max_examples=3, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_random_graphs_fall_into_the_groups_of_union_find(spark: SparkSession, seed: int) -> None:
    lot = random.Random(seed)
    links = []
    for graph in range(N_GRAPH):
        n = lot.randint(1, 12)
        links += [(f"{graph}-{lot.randrange(n)}", f"{graph}-{lot.randrange(n)}") for _ in range(lot.randint(0, n))]
    assert found(spark, links) == united(links)


@pytest.mark.parametrize("n", [5, 300])
def test_a_chain_is_one_group_however_long_and_in_whatever_order(spark: SparkSession, n: int) -> None:
    nodes = [f"{number:03}" for number in range(n)]
    random.Random(n).shuffle(nodes)
    links = list(pairwise(nodes))
    assert found(spark, links) == united(links) == dict.fromkeys(nodes, "000")


def test_a_ring_is_one_group_and_a_node_beside_itself_none(spark: SparkSession) -> None:
    assert found(spark, [("b", "a"), ("b", "c"), ("a", "c"), ("x", "x")]) == dict.fromkeys("abc", "a")
    assert found(spark, []) == {}


def test_too_few_rounds_are_an_error_and_no_wrong_answer(spark: SparkSession) -> None:
    with pytest.raises(EndlessGroups, match="still change after 2 rounds: raise identity.most_rounds"):
        found(spark, list(pairwise(f"{number:03}" for number in range(200))), most_rounds=2)


@pytest.mark.skipif(not BEIBEI.is_dir(), reason="BeiBei's published log is not here")
def test_beibeis_initiators_and_participants_fall_into_the_groups_of_union_find(spark: SparkSession, figure: Figure) -> None:
    groups = [line.split("\t") for line in (BEIBEI / "tune.txt").read_text("utf-8").splitlines()]
    links = [(opener, joiner) for opener, _, *joiners in groups for joiner in joiners]
    rows = spark.createDataFrame(pd.DataFrame(links, columns=["a", "b"]))
    roots = dict(map(tuple, components(rows, most_rounds=30).toPandas().to_numpy()))
    assert roots == united(links)
    sizes = Counter(roots.values()).most_common()
    crowds = [size for _, size in sizes if size > 40]
    told = f"{len(links)} pairs, {len(roots)} people in {len(sizes)} groups, the largest {[n for _, n in sizes[:3]]}"
    figure(f"BeiBei: {told}; {len(crowds)} groups of {sum(crowds)} people above 40 are crowds")

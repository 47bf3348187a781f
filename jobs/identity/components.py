"""Connected components on DataFrames: large and small stars by turns, until every node hangs on its group's smallest."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from conf.errors import EndlessGroups


def components(links: DataFrame, *, most_rounds: int) -> DataFrame:
    """One row per ``node`` of the links (``a``, ``b``), with its ``root``: the smallest node that it is joined to.

    Nodes are anything that can be ordered; a link of a node to itself joins nothing. Each round takes a large step, on which
    every node hands its smallest neighbour to the greater ones, and a small one, on which it hands it to the smaller ones:
    rounds grow with the logarithm of the longest chain. ``EndlessGroups`` after ``most_rounds``. Kiveris et al., Connected
    Components in MapReduce and Beyond, 2014.
    """
    # one row per (node, root), the root the smaller
    hangs = links.where("a != b").select(F.greatest("a", "b").alias("node"), F.least("a", "b").alias("root"))
    hangs = hangs.distinct().localCheckpoint()
    before = _mark(hangs)
    for _ in range(most_rounds):
        hangs = _small_star(_large_star(hangs)).localCheckpoint()
        now = _mark(hangs)
        if now == before:
            return hangs.unionByName(hangs.select(F.col("root").alias("node"), "root").distinct())
        before = now
    raise EndlessGroups(most_rounds)


def _large_star(hangs: DataFrame) -> DataFrame:
    """Every neighbour greater than a node then hangs on the node's smallest neighbour, or on the node itself."""
    back = hangs.select(F.col("root").alias("node"), F.col("node").alias("root"))
    smallest = F.min("root").over(Window.partitionBy("node"))
    beside = hangs.unionByName(back).withColumn("smallest", F.least("node", smallest)).where("root > node")
    return beside.select(F.col("root").alias("node"), F.col("smallest").alias("root")).distinct()


def _small_star(hangs: DataFrame) -> DataFrame:
    """Every node, and each smaller neighbour of it, then hangs on the smallest of these."""
    smallest = F.min("root").over(Window.partitionBy("node"))
    beside = hangs.withColumn("smallest", smallest)
    moved = F.explode(F.array("node", "root")).alias("node")
    return beside.select(moved, F.col("smallest").alias("root")).where("node != root").distinct()


def _mark(hangs: DataFrame) -> Row:
    """Equal for equal sets of rows, and for no others but by an accident of 64 bits."""
    bits = F.xxhash64("node", "root").cast("DECIMAL(38,0)")
    return hangs.agg(F.count(F.lit(1)).alias("n"), F.sum(bits).alias("bits")).collect()[0]

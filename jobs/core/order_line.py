"""Order lines in money terms: payments add, cancellations and refunds take away, each on its own day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from schemas.contract import IdentifierType
from schemas.core.order_line import TABLE

PAID = "paid"


def build(order_event: DataFrame, shopping_event: DataFrame, *, settings: Settings) -> DataFrame:
    """One row per (``day``, ``party``, ``event_id``): a change of an order line, signed so that sums are net.

    Parties that send no order lines say `order` among their shopping actions: such a row is an order of one piece at a
    price that nobody knows (``net_fen`` 0).
    """
    told = shopping_event.where(F.col("action") == "order").withColumns(
        {
            "order_id": F.col("event_id"),
            "line_no": F.lit(1),
            "status": F.lit(PAID),
            "quantity": F.lit(1),
            "paid_fen": F.lit(0).cast("BIGINT"),
        }
    )
    changes = order_event.unionByName(told, allowMissingColumns=True)
    sign = F.when(F.col("status") == PAID, 1).otherwise(-1).cast("BIGINT")
    signed = {
        "day": F.col("event_day"),
        "account_type": F.lit(IdentifierType.JD_PIN),
        "account_hash": F.col("jd_pin_hash"),
        "n_order": F.when(F.col("line_no") == 1, sign).otherwise(0),
        "n_item": sign * F.col("quantity"),
        "net_fen": sign * F.col("paid_fen"),
    }
    return changes.withColumns(signed).select(*TABLE.column_names)

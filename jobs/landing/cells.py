"""Parquet's typed cells as the text that is judged, and which types a column of the contract may come in."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    NullType,
    ShortType,
    StringType,
    StructType,
    TimestampType,
)

from schemas import contract

_WHOLE = (ByteType, ShortType, IntegerType, LongType)
_NESTED = (ArrayType, MapType, StructType)
_FITTING: dict[str, tuple[type[DataType], ...]] = {
    "STRING": _WHOLE,
    "INT": _WHOLE,
    "BIGINT": _WHOLE,
    "TIMESTAMP": (*_WHOLE, TimestampType),
    "DATE": (DateType,),
    "DOUBLE": (*_WHOLE, FloatType, DoubleType, DecimalType),
    "BOOLEAN": (BooleanType,),
    "MAP": (MapType, StructType),
}


def fits(column: contract.Column, kind: DataType) -> bool:
    """True where a Parquet column of this type can hold the contract's column; text always can, and is judged as text."""
    return isinstance(kind, (StringType, NullType, *_FITTING[column.type.partition("<")[0]]))


def as_text(cell: Column, kind: DataType) -> Column:
    """The cell as a text file would hold it: an instant in epoch milliseconds, nested values as JSON, bytes as base64."""
    if isinstance(kind, TimestampType):
        return F.unix_millis(cell).cast("STRING")
    if isinstance(kind, _NESTED):
        return F.to_json(cell)
    return F.base64(cell) if kind.simpleString() == "binary" else cell.cast("STRING")

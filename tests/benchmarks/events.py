"""The benchmark's shape: shopping events as JSON lines over three days, with repeated and broken rows among them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST = date(2015, 11, 1)
DAYS = 3
LAST = FIRST + timedelta(days=DAYS - 1)

_ROWS = """
SELECT format('e{:010d}', i) AS event_id,
    epoch_ms(TIMESTAMP '2015-10-31 16:00:00') + {day} * 86400000 + (hash(i) % 86400000)::BIGINT AS event_at,
    format('jd_{:09d}', hash(i, 1) % 400000) AS jd_pin,
    CASE WHEN i % 4 = 0 THEN left(md5((hash(i, 1) % 400000)::VARCHAR), 16) END AS oaid,
    CASE WHEN i % 100 = 7 THEN 'teleport' ELSE ['view', 'click', 'cart', 'favourite'][1 + (hash(i, 2) % 4)::INT] END AS action,
    ['jd_app', 'search', 'wechat_discovery', 'live', 'mini_program'][1 + (hash(i, 3) % 5)::INT] AS scene,
    format('b{:02d}', hash(i, 4) % 50) AS brand_id,
    format('s{:05d}', hash(i, 5) % 20000) AS sku_id,
    format('c{:02d}', hash(i, 6) % 40) AS category,
    CASE WHEN i % 10 = 0 THEN format('k{:02d}', hash(i, 7) % 20) END AS campaign_id,
    CASE WHEN i % 20 = 0 THEN format('l{:02d}', hash(i, 8) % 30) END AS live_session_id,
    (110000 + 100 * (hash(i, 9) % 300))::VARCHAR AS city_code,
FROM (SELECT CASE WHEN n % 50 = 49 THEN n - 1 ELSE n END AS i FROM range({first}, {last}) AS numbers(n))
"""


def write(inbox: Path, n: int) -> list[Path]:
    """``n`` rows in one plain JSONL file a day: 2 % repeat an earlier row, 1 % name an action that nobody knows."""
    folder = inbox / "jd" / "shopping_event"
    folder.mkdir(parents=True)
    files = [folder / f"{FIRST + timedelta(days=day)}.jsonl" for day in range(DAYS)]
    edges = [n * day // DAYS for day in range(DAYS + 1)]
    for day, file in enumerate(files):
        rows = _ROWS.replace("{day}", str(day)).replace("{first}", str(edges[day])).replace("{last}", str(edges[day + 1]))
        duckdb.sql(f"COPY ({rows}) TO '{file}' (FORMAT json)")
    return files

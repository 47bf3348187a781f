# %% [markdown]
"""# What a portrait says, and who moves between a brand's stages.

Three questions, answered from the nights in the lake: **what** is known of the people, tag by tag; **who** buys through a
coupon or opens groups, by all tags that make groups; and **where** Northwind's (b01) people went from one night to another.

The lake is `demo/lake`, or what `BRANDCUBE_LAKE` names.
"""

# %%
import os

import altair as alt
from pyspark.sql import functions as F

from jobs.explore import nights, open_lake, people, portrait, stage_flow, tags

alt.renderers.enable("svg")
lake = open_lake(os.environ.get("BRANDCUBE_LAKE", "demo/lake"))
day = nights(lake)[-1]
everybody = people(lake, day)

# %% [markdown]
# ## The tags
#
# Each tag with its meaning, the table that it is made from and the days that it looks back on; and of how many people it is
# known. A tag that few have, or few lack, has no number.

# %%
catalogue = tags(everybody)
print(catalogue.note)
catalogue.table()

# %%
catalogue.chart()

# %% [markdown]
# ## Those who share
#
# The people who opened a buying group or joined one, against everybody, by every tag of few values.

# %%
sharers = portrait(everybody.where(F.col("share_role") != "none"), everybody)
print(sharers.note)
sharers.table().sort_values("tgi", ascending=False, ignore_index=True)

# %% [markdown]
# ## From one night to another
#
# Each row is a stage on the first night, each `to_stage` where its people were on the last; `none` before means that they
# had not met the brand, `none` after that they are gone. Asked again later, the same two nights give the same numbers.

# %%
first = nights(lake)[0]
flow = stage_flow(lake, "b01", first, day)
print(flow.note)
flow.table()

# %%
flow.chart()

# %% [markdown]
# ## The same in another scheme
#
# Schemes are files of `conf/lifecycle`. How large each stage of the 5A scheme was on both nights:

# %%
stage_flow(lake, "b01", first, day, scheme="5a").stock()

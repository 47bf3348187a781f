# %% [markdown]
"""# The crowd of a brand, and where it buys.

Two questions about Northwind (b01), answered from the last night in the lake: **who** its people are, against everybody
with a portrait; and **where** its contacts, orders and money come from.

The lake is `demo/lake`, or what `BRANDCUBE_LAKE` names.
"""

# %%
import os
from datetime import timedelta

import altair as alt
from pyspark.sql import functions as F

from jobs.explore import cube, newest_day, open_lake, people, portrait

alt.renderers.enable("svg")
lake = open_lake(os.environ.get("BRANDCUBE_LAKE", "demo/lake"))
day = newest_day(lake)
day

# %% [markdown]
# ## The crowds
#
# One row per person. The base is everybody with a portrait; a brand's crowd is whoever met it within 365 days.

# %%
everybody = people(lake, day)
crowd = people(lake, day, "b01")

# %% [markdown]
# ## How far has the crowd come?
#
# The share of each stage in the crowd. `share_low` and `share_high` are Wilson's 95 % interval. Set beside itself, the
# crowd's index is 100 throughout.

# %%
stages = portrait(crowd, crowd, ["stage"])
print(stages.note)
stages.table()[["value", "n", "share", "share_low", "share_high"]]

# %% [markdown]
# ## Who are they?
#
# TGI = 100 times the crowd's share over everybody's: 120 says that the tag is a fifth more common in the crowd. Where the
# interval holds 100, nothing is known to differ. Small groups are hidden, and the note counts them.

# %%
by = ["lifecycle", "city_tier", "price_band", "share_role", "favourite_scene", "favourite_category"]
crowd_portrait = portrait(crowd, everybody, by)
print(crowd_portrait.note)
crowd_portrait.table().sort_values("tgi", ascending=False, ignore_index=True)

# %%
crowd_portrait.chart()

# %% [markdown]
# ## Those who are on both sides
#
# Only the two parties together know who is both on WeChat and on JD. How do these people differ from everybody?

# %%
both_sides = everybody.where(F.col("is_on_wechat") & F.col("is_on_jd"))
joint_portrait = portrait(both_sides, everybody, ["monetary_score", "frequency_score", "city_tier"])
print(joint_portrait.note)
joint_portrait.table()

# %% [markdown]
# ## Where does the brand sell?
#
# The brand's cube of the last four weeks by scene. Contacts, orders and money add up over cells. People do not: one who
# came through two scenes stands in both, so the cube says between which two numbers the people are.

# %%
weeks = [day - timedelta(days=offset) for offset in range(28)]
by_scene = cube(lake, "b01", weeks, ["scene"])
print(by_scene.note)
by_scene.table()

# %%
by_scene.chart()

# %% [markdown]
# ## And to whom?
#
# Two dimensions at once: stage and city tier. `order_share` is each group's part of the brand's orders of the four weeks.

# %%
by_people = cube(lake, "b01", weeks, ["stage", "city_tier"])
print(by_people.note)
by_people.table()

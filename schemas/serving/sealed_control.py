"""Who was chosen and held back by lot, so that the report can say what the list caused. Never exported."""

from dataclasses import replace

from schemas.serving import target_list

TABLE = replace(
    target_list.TABLE,
    name="sealed_control",
    doc="One person who was chosen for one brand's list of the day and held back by keyed lot.",
)

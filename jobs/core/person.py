"""Who is who: accounts and hashed identifiers that believed evidence joins are one person."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.changes import Night, Step
from jobs.consent import about, by_account
from jobs.identity.admission import admitted, likely
from jobs.identity.groups import identifiers, people
from schemas.contract import IdentifierType

_IDENTIFIER = ("identifier_type", "identifier_hash")
_ENDS = ("account", "linked")
_SAID = ("openid_hash", "jd_pin_hash", "purpose", "brand_id", "is_granted", "event_at")


def build(identity_edge: DataFrame, consent: DataFrame, *, day: date, settings: Settings) -> DataFrame:
    """One row per identifier that is joined to another one, from everything that is known on the day.

    ``admission`` says which evidence is believed, ``groups`` who then is whom. The order of what is known plays no part.
    """
    believed = admitted(identity_edge, consent, day=day, identity=settings.identity)
    return people(identity_edge, believed, day=day, identity=settings.identity)


def advance(night: Night, *, settings: Settings) -> Step:
    """The groups that something new can reach, from all evidence at their identifiers; all others stay as they are.

    New are edges that came, changed or went, edges that expired since the last night, and accounts that made a statement.
    """
    identity = settings.identity
    touched = _touched(night).localCheckpoint()
    near = _at(night, touched).localCheckpoint()
    # all edges beside an end of a touched one are known here: of these none is left out that is admitted
    joined = likely(_at(night, _ends(near)), day=night.day, identity=identity)
    reached = _ends(joined).unionByName(_ends(near)).unionByName(touched).distinct().localCheckpoint()
    inside = _groups(night, reached)
    around = _at(night, inside).localCheckpoint()
    # what is beside an end counts against it, though nothing is joined over there
    beside = _at(night, _ends(around)).localCheckpoint()
    believed = admitted(beside, _said_of(night, around), day=night.day, identity=identity)
    kept = believed.join(around, [name for end in _ENDS for name in (f"{end}_type", f"{end}_hash")], "left_semi")
    return Step(_personal(inside), people(around, kept, day=night.day, identity=identity))


def _said_of(night: Night, edges: DataFrame) -> DataFrame:
    """All statements of the accounts at an end of the edges."""
    accounts = _ends(edges).withColumnsRenamed({"identifier_type": "account_type", "identifier_hash": "account_hash"})
    return about(night.now("consent"), accounts).select(*_SAID).localCheckpoint()


def _touched(night: Night) -> DataFrame:
    """One row per identifier at an end of evidence that is new, gone or expired, and per account that made a statement."""
    is_due = F.col("expires_on").between(F.date_add(F.lit(night.last), 1), F.lit(night.day))
    expired = night.ever("identity_edge").where(is_due)
    changed = _ends(night.differing("identity_edge")).unionByName(_ends(expired))
    return changed.unionByName(_spoken_for(night)).distinct()


def _spoken_for(night: Night) -> DataFrame:
    """The accounts of the consent statements that came or went."""
    days = night.new_days("consent")
    now = night.now("consent", days).select(*_SAID)
    then = night.then("consent", [day for day in days if day <= night.last]).select(*_SAID)
    said = now.exceptAll(then).unionByName(then.exceptAll(now))
    return by_account(said).select("account_type", "account_hash").toDF(*_IDENTIFIER)


def _at(night: Night, identifier: DataFrame) -> DataFrame:
    """All edges, expired ones too, of which an end is one of the identifiers."""
    asked = (identifier.select(*(F.col(old).alias(new) for old, new in _renamed(end))) for end in _ENDS)
    return night.some("identity_edge", *asked)


def _renamed(end: str) -> list[tuple[str, str]]:
    return list(zip(_IDENTIFIER, (f"{end}_type", f"{end}_hash"), strict=True))


def _ends(edges: DataFrame) -> DataFrame:
    return identifiers(edges).select(*_IDENTIFIER)


def _groups(night: Night, reached: DataFrame) -> DataFrame:
    """The identifiers, and whoever was in a group with one of them on the last night."""
    groups = night.before(reached).select("group_no").distinct()
    candidates = night.own().join(F.broadcast(groups), "group_no", "left_semi")
    members = night.before(candidates).join(F.broadcast(groups), "group_no", "left_semi")
    return reached.unionByName(members.select(*_IDENTIFIER)).distinct().localCheckpoint()


def _personal(identifier: DataFrame) -> DataFrame:
    """The identifiers that a person's row may be about."""
    return identifier.where(~F.col("identifier_type").isin(*IdentifierType.SHARED))

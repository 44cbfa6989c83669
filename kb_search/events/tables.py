"""The tables of the state, as SQLAlchemy sees them. Their history is in migrations/."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

VERSION_TABLE = "kbsearch_version"
"""Where Alembic keeps the revision; a name of our own, since a PostgreSQL database may hold more than this."""
HEAD = "0002"
"""The newest revision: a database that says so needs no Alembic to be opened."""


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC: with its zone in PostgreSQL, without in SQLite, which has none; always with it in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC to the database."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only for INTEGER

metadata = MetaData()

keys = Table(
    "kbsearch_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("view", String, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("expires", UtcTime),
    Column("revoked", UtcTime),
    Column("last_used", Date),
)

searches = Table(
    "kbsearch_searches",
    metadata,
    Column("query_id", String, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("query", Text, nullable=False),
    Column("folded", Text, nullable=False),  # lower-cased, without diacritics: what counts as the same query
    Column("redacted", Boolean, nullable=False),
    Column("corrected", Text),
    Column("locale", String),
    Column("view", String, nullable=False),
    Column("surface", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("total", Integer, nullable=False),
    Column("hits", JSON, nullable=False),
    Column("filters", JSON(none_as_null=True)),
    Column("took_ms", Float, nullable=False),
    Column("key_id", String),
    Column("typing", Boolean, nullable=False, server_default=false()),
)


def _query_id() -> Column[str]:
    """Name the search, if it is known. Its rows outlive it only where they are younger."""
    return Column("query_id", String, ForeignKey(searches.c.query_id, ondelete="SET NULL"), index=True)


events = Table(
    "kbsearch_events",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("type", String, nullable=False),
    _query_id(),
    Column("article_id", Text),
    Column("position", Integer),
    Column("helpful", Boolean),
    Column("comment", Text),
    Column("ticket", Text),
    Column("surface", String, nullable=False),
    Column("view", String, nullable=False),
    Column("key_id", String),
    Column("once", Text, unique=True),  # of votes and comments on a known search: a later one takes the place
)

flags = Table(
    "kbsearch_flags",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("article_id", Text, nullable=False),
    Column("reason", String, nullable=False),
    Column("comment", Text),
    Column("proposal", Text),
    _query_id(),
    Column("view", String, nullable=False),
    Column("key_id", String),
)

Index("ix_kbsearch_events_article", events.c.article_id, events.c.type)

AGING = (events, flags, searches)
"""What retention deletes, in this order: searches last, since the others refer to them."""

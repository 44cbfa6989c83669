"""Keys, searches, events and flags. What stands here stays as it is: later changes are later revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kbsearch_keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("view", sa.String, nullable=False),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("expires", _TIME),
        sa.Column("revoked", _TIME),
        sa.Column("last_used", sa.Date),
    )
    op.create_table(
        "kbsearch_searches",
        sa.Column("query_id", sa.String, primary_key=True),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("redacted", sa.Boolean, nullable=False),
        sa.Column("corrected", sa.Text),
        sa.Column("locale", sa.String),
        sa.Column("view", sa.String, nullable=False),
        sa.Column("surface", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("hits", sa.JSON, nullable=False),
        sa.Column("filters", sa.JSON),
        sa.Column("took_ms", sa.Float, nullable=False),
        sa.Column("key_id", sa.String),
    )
    op.create_table(
        "kbsearch_events",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("type", sa.String, nullable=False),
        _search(),
        sa.Column("article_id", sa.Text),
        sa.Column("position", sa.Integer),
        sa.Column("helpful", sa.Boolean),
        sa.Column("comment", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("surface", sa.String, nullable=False),
        sa.Column("view", sa.String, nullable=False),
        sa.Column("key_id", sa.String),
        sa.Column("once", sa.Text, unique=True),
    )
    op.create_index("ix_kbsearch_events_article", "kbsearch_events", ["article_id", "type"])
    op.create_table(
        "kbsearch_flags",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("proposal", sa.Text),
        _search(),
        sa.Column("view", sa.String, nullable=False),
        sa.Column("key_id", sa.String),
    )


def _search() -> sa.Column[str]:
    return sa.Column(
        "query_id", sa.String, sa.ForeignKey("kbsearch_searches.query_id", ondelete="SET NULL"), index=True
    )

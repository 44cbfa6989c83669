"""Searches say whether they were asked while somebody typed; of earlier ones nobody knows, and they count as sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("kbsearch_searches", sa.Column("typing", sa.Boolean, nullable=False, server_default=sa.false()))

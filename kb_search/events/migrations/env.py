"""Run by Alembic: migrate over the connection that `kb_search.events.database` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from kb_search.events.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
context.run_migrations()

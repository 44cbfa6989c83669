"""Searches, what people did after them, and keys: what outlives a generation. A database, and nothing of HTTP."""

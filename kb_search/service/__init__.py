"""The HTTP service: `run.run` serves an index, `app.create_app` makes the application for other servers and tests.

Nothing is imported here, so that the rest of the package does not need the extra `serve`.
"""

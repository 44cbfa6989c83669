"""From rankings of two branches to an ordered list of articles: pure functions, no engine, no I/O."""

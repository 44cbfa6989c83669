"""The sample help center: what corpus/README.md promises, checked. `python -m tests.corpus` prints the statistics."""

"""Measurements of kb-search on this machine: `python -m benchmarks --help`. Not part of the installed package."""

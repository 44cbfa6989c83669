"""kb-search beside its alternatives. This file imports nothing: the environments of peers have no kb_search."""

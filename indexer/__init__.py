"""From Markdown articles to a published generation: read, cut, embed, build. Only `kb-search index` needs it."""

"""Which articles to suggest while somebody types: what they are called, looked up by beginnings of words."""

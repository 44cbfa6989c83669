"""Text: normalisation, case and diacritics, analysis into terms, sentences, and the language of a text."""

"""What articles say about each other: equal ids, translations, and the keys that only they use. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from indexer.fields import similar_field
from kb_search.types import Article, Finding


def drop_duplicates(articles: Iterable[tuple[str, Article]]) -> tuple[dict[str, tuple[str, Article]], list[Finding]]:
    """Keep the first article of each id, by path. Takes and gives pairs of file and article."""
    kept: dict[str, tuple[str, Article]] = {}
    findings: list[Finding] = []
    for file, article in sorted(articles, key=lambda pair: (pair[1].source, pair[0])):
        first = kept.setdefault(article.id, (file, article))
        if first[1] is not article:
            message = f"The id '{article.id}' is that of {first[0]} too; {file} is left out."
            remedy = "Give one of them another id; name a translation by translation_of, not by the same id."
            findings.append(Finding(file, "duplicate-id", message, remedy))
    return kept, findings


def resolve_translations(articles: Sequence[Article], files: Mapping[str, str]) -> tuple[list[Article], list[Finding]]:
    """Check what `translation_of` says; `files` names the file of each id.

    It stays as it is written, a missing original too: which articles belong together is worked out for each view
    from the articles that it shows (kb_search/ranking/families.py), so that a reader cannot tell what else there is.
    Only an article that names itself stands alone.
    """
    known = {article.id for article in articles}
    targets = {article.id: article.translation_of for article in articles if article.translation_of in known}
    targets = {identifier: target for identifier, target in targets.items() if target != identifier}
    findings = [_circle(circle, files) for circle in _circles(targets)]
    resolved: list[Article] = []
    for article in articles:
        if article.translation_of is not None and article.id not in targets:
            findings.append(_dangling(article, files[article.id]))
        resolved.append(replace(article, translation_of=None) if article.translation_of == article.id else article)
    return resolved, findings


def unknown_keys(articles: Iterable[tuple[str, Article]]) -> list[Finding]:
    """Report each front-matter key that is no field once, at the first file that has it, with a count."""
    pairs = sorted(articles, key=lambda pair: pair[0])
    counts = Counter(key for _, article in pairs for key in article.extra)
    first: dict[str, str] = {}
    for file, article in pairs:
        for key in article.extra:
            first.setdefault(key, file)
    return [_unknown(key, counts[key], first[key]) for key in sorted(first)]


def _circles(targets: Mapping[str, str | None]) -> list[list[str]]:
    seen: set[str] = set()
    circles: list[list[str]] = []
    for start in sorted(targets):
        trail: dict[str, int] = {}
        current = start
        while current in targets and current not in seen and current not in trail:
            trail[current] = len(trail)
            current = targets[current] or ""
        if current in trail:
            circles.append(list(trail)[trail[current] :])
        seen |= trail.keys()
    return circles


def _circle(circle: list[str], files: Mapping[str, str]) -> Finding:
    original = min(circle)
    chain = " → ".join([*circle, circle[0]])
    message = f"Articles are translations of each other in a circle ({chain}), so none of them is the original."
    return Finding(
        files[original], "translation-circle", message, "Remove translation_of from the original.", "warning"
    )


def _dangling(article: Article, file: str) -> Finding:
    if article.translation_of == article.id:
        message, remedy = "The article is a translation of itself.", "Remove translation_of, or name the original."
    else:
        message = f"The original '{article.translation_of}' is not among the articles."
        remedy = "Correct translation_of, or index the original too."
    return Finding(file, "translation-missing", message, remedy, "warning")


def _unknown(key: str, count: int, file: str) -> Finding:
    similar = similar_field(key)
    files = "1 file" if count == 1 else f"{count:,} files, this one first"
    remedy = f"Did you mean '{similar}'?" if similar else "Nothing to do if it is meant; it is kept with the article."
    return Finding(file, "unknown-key", f"The key '{key}' is not a field ({files}).", remedy, "warning")

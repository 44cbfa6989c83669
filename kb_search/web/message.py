"""Pages that only say something: not found, not available, not accepted."""

from __future__ import annotations

from dataclasses import dataclass

from kb_search.web.language import Language


@dataclass(frozen=True, slots=True)
class Message:
    """`search`: with a search box and a way back."""

    title: str
    text: str
    search: bool


def missing(language: Language) -> Message:
    """Say that there is nothing at this address."""
    return Message(language.say("missing.title"), language.say("missing.text"), True)


def unavailable(language: Language) -> Message:
    """Say that no index is open."""
    return Message(language.say("unavailable.title"), language.say("unavailable.text"), False)


def refused(language: Language) -> Message:
    """Say that a form came from elsewhere."""
    return Message(language.say("refused.title"), language.say("refused.text"), True)

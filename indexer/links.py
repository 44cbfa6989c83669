"""What an article points at and can be pointed at by: collected while its text is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kb_search.types import Link


@dataclass(slots=True)
class LinkCollector:
    """Links and pictures in order, anchors set by hand in HTML, and the lines of pictures without a description."""

    links: list[Link] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    undescribed: list[int] = field(default_factory=list)

    def link(self, target: str, line: int) -> None:
        """Note a link; an empty target is none."""
        if target:
            self.links.append(Link(target, line))

    def named_since(self, number: int, text: str) -> None:
        """Give the link that was noted when there were `number` of them its words; an empty target was not noted."""
        if number < len(self.links) and not self.links[number].image:
            self.links[number] = replace(self.links[number], text=text)

    def picture(self, target: str, description: str, line: int) -> None:
        """Note a picture; one that is written into the page itself has no target to check."""
        if target and not target.startswith("data:"):
            self.links.append(Link(target, line, image=True))
        if target and not description.strip():
            self.undescribed.append(line)

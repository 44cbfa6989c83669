"""Charts as SVG text, written by hand: no plotting library, and a file that differs only where a figure does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10
from typing import NamedTuple

_ROW, _BAR, _LABELS, _PLOT, _VALUES = 22, 14, 340, 420, 150
_STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600}.n{fill:#59636e}"
    ".b{fill:#8c959f}.o{fill:#0969da}@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.n{fill:#9198a1}"
    ".b{fill:#656c76}.o{fill:#4493f8}}</style>"
)


class Bar(NamedTuple):
    """One row of a bar chart: `value` is at least 0; `note` stands behind the figure; `ours` is drawn in colour."""

    label: str
    value: float
    note: str = ""
    ours: bool = False


def bars(title: str, unit: str, rows: Sequence[Bar], log: bool = False) -> str:
    """Draw horizontal bars, in the order given; `log` for values that differ by powers of ten, all above 0."""
    height = _ROW * (len(rows) + 2)
    width = _LABELS + _PLOT + _VALUES
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(title)}</title>{_STYLE}",
        f'<text class="t" x="8" y="16">{escape(title)}</text>',
    ]
    lengths = _lengths([row.value for row in rows], log)
    for number, (row, length) in enumerate(zip(rows, lengths, strict=True), start=1):
        top = number * _ROW + 4
        kind = "o" if row.ours else "b"
        figure = " ".join(filter(None, [f"{row.value:.3g}" if row.value < 1000 else f"{row.value:,.0f}", unit]))
        parts.append(f'<text x="{_LABELS - 8}" y="{top + 11}" text-anchor="end">{escape(row.label)}</text>')
        parts.append(f'<rect class="{kind}" x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="2"/>')
        note = f' <tspan class="n">{escape(row.note)}</tspan>' if row.note else ""
        parts.append(f'<text x="{_LABELS + length + 6:.1f}" y="{top + 11}">{escape(figure)}{note}</text>')
    if log:
        parts.append(f'<text class="n" x="{_LABELS}" y="{height - 6}">logarithmic: length is powers of ten</text>')
    return "\n".join([*parts, "</svg>", ""])


def _lengths(values: Sequence[float], log: bool) -> list[float]:
    """Lengths in pixels: proportional, or by the logarithm with a tenth of the plot for the least."""
    if not values or max(values) <= 0:
        return [0.0] * len(values)
    if not log:
        return [_PLOT * value / max(values) for value in values]
    low, high = log10(min(values)), log10(max(values))
    return [_PLOT * (0.1 + 0.9 * (log10(value) - low) / (high - low)) if high > low else _PLOT for value in values]

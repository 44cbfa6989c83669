"""Line charts as SVG text, written by hand: no plotting library, and a file that differs only where a figure does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

_LEFT, _TOP, _PLOT, _HEIGHT, _RIGHT, _BOTTOM = 64, 40, 480, 240, 150, 48
_KINDS = ("a", "b", "c", "d", "e", "f")
_STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600}.n{fill:#59636e}"
    ".g{stroke:#d1d9e0}.l{fill:none;stroke-width:2}.a{stroke:#0969da}.b{stroke:#bc4c00}.c{stroke:#1a7f37}"
    ".d{stroke:#8250df}.e{stroke:#cf222e}.f{stroke:#59636e}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.n{fill:#9198a1}.g{stroke:#3d444d}}</style>"
)


class Line(NamedTuple):
    """One series: its name, and its points (x above 0, y at least 0) in order of x."""

    label: str
    points: Sequence[tuple[float, float]]


def lines(title: str, x_unit: str, y_unit: str, series: Sequence[Line]) -> str:
    """Draw lines over a logarithmic x axis and a y axis from 0; at most six lines, each with at least one point."""
    columns = [x for line in series for x, _ in line.points]
    low, high = floor(log10(min(columns))), ceil(log10(max(columns)))
    high = max(high, low + 1)
    step = _step(max(y for line in series for _, y in line.points))
    top = step * max(1, ceil(max(y for line in series for _, y in line.points) / step))

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (log10(x) - low) / (high - low), y / top
        return _LEFT + _PLOT * across, _TOP + _HEIGHT * (1 - up)

    width, height = _LEFT + _PLOT + _RIGHT, _TOP + _HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(title)}</title>{_STYLE}",
        f'<text class="t" x="8" y="16">{escape(title)}</text>',
        f'<text class="n" x="8" y="32">{escape(y_unit)}</text>',
        f'<text class="n" x="{_LEFT + _PLOT}" y="{height - 8}" text-anchor="end">{escape(x_unit)}, logarithmic</text>',
    ]
    for power in range(low, high + 1):
        x, base = place(10**power, 0)
        parts.append(f'<line class="g" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{base:.1f}"/>')
        parts.append(f'<text class="n" x="{x:.1f}" y="{base + 16:.1f}" text-anchor="middle">{10**power:,}</text>')
    for number in range(round(top / step) + 1):
        _, y = place(10**low, number * step)
        parts.append(f'<line class="g" x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _PLOT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="n" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number * step:g}</text>')
    for kind, line in zip(_KINDS, series, strict=False):
        places = [place(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="l {kind}" points="{path}"/>')
        parts += [f'<circle class="l {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y in places]
        parts.append(f'<text x="{places[-1][0] + 8:.1f}" y="{places[-1][1] + 4:.1f}">{escape(line.label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _step(highest: float) -> float:
    """The distance of grid lines: 1, 2 or 5 times a power of ten, so that there are three to eight of them."""
    if highest <= 0:
        return 1.0
    power = 10 ** floor(log10(highest / 4))
    return float(next(times * power for times in (1, 2, 5, 10) if highest / (times * power) <= 8))

"""Curves as SVG, legible on a light and on a dark page: the mean over seeds as a line, their range as a band."""
import math
from dataclasses import dataclass
from html import escape

WIDTH = 340  # the height follows from the legend
LEFT, RIGHT, TOP, BOTTOM = 46, 330, 28, 192
LEGEND, LINE = 230, 15  # the legend's first line, and from line to line
STYLE = """
  svg { --paper: #fff; --ink: #222; --muted: #5a5a5a; --grid: #e3e3e3; --c0: #0072b2; --c1: #b84a00; --c2: #00795c; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #1b1f27; --ink: #eee; --muted: #b0b4bb; --grid: #353b47; --c0: #5cb8f0; --c1: #ff9d57; --c2: #52d3ab; }
  }
  .paper { fill: var(--paper); } text { font: 12px system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--muted); }
  .name { fill: var(--ink); } .grid { stroke: var(--grid); } .axis { stroke: var(--muted); fill: none; }
  .level { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 3; } .curve { stroke-width: 2; fill: none; } .band { opacity: .2; }
"""
DASHES = ("", ' stroke-dasharray="7 3"', ' stroke-dasharray="3 2"')


@dataclass
class Line:
    name: str
    x: list
    runs: list  # for each seed its values, as many as x


def ticks(low, high, count):
    """About `count` round values in [low, high]."""
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= rough * 0.999)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def span(values, lowest):
    low, high = min(values), max(values)
    low = max(low, lowest)
    room = (high - low) * 0.05 or abs(high) * 0.1 or 1
    return (low if low == lowest else low - room), high + room


def svg(title, x_label, y_label, lines, level=None, level_name="", lowest=-math.inf):
    """A whole document. What is below `lowest` is cut off."""
    values = [y for line in lines for run in line.runs for y in run] + ([] if level is None else [level])
    low, high = span(values, lowest)
    most = max(x for line in lines for x in line.x)
    least = min(min(line.x) for line in lines) if x_label == "pass" and most > 1 else 0

    def at(x, y):
        return (LEFT + (RIGHT - LEFT) * (x - least) / (most - least), BOTTOM - (BOTTOM - TOP) * (y - low) / (high - low))

    def path(xs, ys):
        return "L".join("{:.1f} {:.1f}".format(*at(x, y)) for x, y in zip(xs, ys))

    entries = len(lines) + (level is not None)
    height = LEGEND + LINE * entries
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
           f'aria-label="{escape(title)}">', f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
           f'<clipPath id="inside"><rect x="{LEFT}" y="{TOP - 2}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP + 2}"/></clipPath>',
           f'<rect class="paper" width="{WIDTH}" height="{height}" rx="4"/>']
    for tick in ticks(low, high, 5):
        y = at(least, tick)[1]
        out.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/><text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    for tick in ticks(least, most, 5):
        if x_label != "pass" or tick == int(tick):
            out.append(f'<text x="{at(tick, low)[0]:.1f}" y="{BOTTOM + 15}" text-anchor="middle">{tick:.4g}</text>')
    out.append(f'<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/><text x="{RIGHT}" y="{BOTTOM + 29}" text-anchor="end">{x_label}</text>'
               f'<text x="{LEFT}" y="{TOP - 12}">{escape(y_label)}</text>')
    if level is not None:
        y = at(least, level)[1]
        out.append(f'<path class="level" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
    out.append('<g clip-path="url(#inside)">')
    for i, line in enumerate(lines):
        columns = list(zip(*line.runs))
        upper, lower = [max(c) for c in columns], [min(c) for c in columns]
        if len(line.x) > 1:
            out.append(f'<path class="band" fill="var(--c{i})" d="M{path(line.x, upper)}L{path(line.x[::-1], lower[::-1])}Z"/>')
        out.append(f'<path class="curve" stroke="var(--c{i})"{DASHES[i]} d="M{path(line.x, [sum(c) / len(c) for c in columns])}"/>')
    out.append("</g>")
    for i in range(entries):
        y = LEGEND + LINE * i
        mark = f'class="curve" stroke="var(--c{i})"{DASHES[i]}' if i < len(lines) else 'class="level"'
        name = lines[i].name if i < len(lines) else level_name
        out.append(f'<path {mark} d="M{LEFT} {y}h28"/><text class="name" x="{LEFT + 36}" y="{y + 4}">{escape(name)}</text>')
    return "\n".join(out + ["</svg>", ""])

"""Plots as SVG: white ground, dark text, so that they can be read in a light and in a dark page."""
import math
from html import escape

COLOURS = ["#c2410c", "#1d4ed8", "#15803d", "#7e22ce", "#0e7490", "#a16207", "#be185d", "#475569"]
FONT = 'font-family="system-ui, sans-serif" font-size="13"'


def page(width, height, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" {FONT}>'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def text(x, y, words, anchor="start", colour="#1f2937", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {more}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour="#e5e7eb", more=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def short(value):
    """A number as an axis says it."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def speed(value):
    return f"{value:g} GB/s" if value >= 1 else f"{value * 1000:g} MB/s"


def apart(places, least):
    """Moves labels down until each stands `least` below the one before."""
    moved = []
    for y in places:
        moved.append(max(y, moved[-1] + least) if moved else y)
    return moved


def speeds(lines, limit):
    """Throughput against the number of rules, both on log axes. `lines` is name -> points."""
    width, height, left, right, top, bottom = 860, 460, 84, 236, 52, 58
    points = [point for line_points in lines.values() for point in line_points if point[1]]
    if not points:
        return page(width, height, [text(width / 2, height / 2, "nothing was measured", "middle")])
    low = math.floor(math.log10(min(y for _, y in points)))
    high = math.ceil(math.log10(max([y for _, y in points] + ([limit] if limit else []))))
    from_x, to_x = math.log10(200), math.log10(1.4e6)

    def at_x(x):
        return left + (math.log10(x) - from_x) / (to_x - from_x) * (width - left - right)

    def at_y(y):
        return height - bottom - (math.log10(y) - low) / (high - low) * (height - top - bottom)

    parts = [text(left, 26, "Bytes cleaned a second on one core, by the number of phrases", more='font-weight="600" font-size="15"')]
    for power in range(low, high + 1):
        y = at_y(10.0**power)
        parts += [line(left, y, width - right, y), text(left - 8, y + 4, speed(10.0**power), "end")]
    for x in (300, 1e3, 1e4, 1e5, 1e6):
        parts += [line(at_x(x), top, at_x(x), height - bottom), text(at_x(x), height - bottom + 20, short(x), "middle")]
    parts.append(text((left + width - right) / 2, height - 14, "phrases (log scale)", "middle"))
    if limit:
        y = at_y(limit)
        parts.append(line(left, y, width - right, y, "#6b7280", 'stroke-dasharray="6 4"'))
        parts.append(text(width - right + 10, y + 4, "limit: memchr count", colour="#6b7280"))
    order = sorted(lines, key=lambda name: -lines[name][-1][1])
    places = apart([at_y(lines[name][-1][1]) for name in order], 17)
    if limit and places and places[0] < at_y(limit) + 17:
        places = apart([at_y(limit), *places], 17)[1:]
    ours = [name for name in order if name.startswith("unchaff")]
    others = iter(COLOURS[1:])
    for name, place in zip(order, places):
        colour = COLOURS[0] if name in ours else next(others)
        dash = 'stroke-dasharray="2 3" ' if name != "unchaff" and name in ours else ""
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in lines[name])
        thick = 3 if name in ours else 2
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{thick}" {dash}/>')
        for x, y in lines[name]:
            parts.append(f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="4" fill="{colour}"/>')
        last_x, last_y = lines[name][-1]
        end = at_x(last_x) + 6
        more = 'stroke-width="1" stroke-opacity="0.5"'
        parts.append(line(end, at_y(last_y), width - right + 6, place, colour, more))
        weight = 'font-weight="600"' if name in ours else ""
        parts.append(text(width - right + 10, place + 4, name, colour=colour, more=weight))
    return page(width, height, parts)


def stacked(bars):
    """Costs of the stages, one bar a kind of input."""
    bars = {kind: [(stage, max(cost, 0)) for stage, cost in costs] for kind, costs in bars.items() if costs}
    width, left, right, top, thick, gap = 860, 90, 100, 56, 44, 26
    if not bars:
        return page(width, 120, [text(width / 2, 60, "nothing was measured", "middle")])
    most = max(sum(cost for _, cost in costs) for costs in bars.values())
    scale = (width - left - right) / most
    parts = [text(left, 26, "What each stage costs, in nanoseconds for a kilobyte", more='font-weight="600" font-size="15"')]
    y = top
    for kind, costs in bars.items():
        parts.append(text(left - 10, y + thick / 2 + 5, kind, "end"))
        x = left
        for (stage, cost), colour in zip(costs, COLOURS):
            wide = cost * scale
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{thick}" fill="{colour}"/>')
            label = f"{cost:.0f}"
            if wide > 9 * len(label) + 6:
                parts.append(text(x + wide / 2, y + thick / 2 + 5, label, "middle", "#ffffff"))
            x += wide
        parts.append(text(x + 8, y + thick / 2 + 5, f"{sum(cost for _, cost in costs):.0f} ns", more='font-weight="600"'))
        y += thick + gap
    names = [stage for stage, _ in max(bars.values(), key=len)]
    x, y = left, y + 6
    for name, colour in zip(names, COLOURS):
        wide = 34 + 7.6 * len(name)
        if x + wide > width - 10:
            x, y = left, y + 24
        parts.append(f'<rect x="{x:.1f}" y="{y - 11}" width="13" height="13" fill="{colour}"/>')
        parts.append(text(x + 19, y, name))
        x += wide
    return page(width, y + 20, parts)

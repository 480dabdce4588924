#!/usr/bin/env python3
"""Writes train.csv and dev.csv anew: digits drawn by a pen, 8 x 8 pixels from 0 to 16, then the digit.

Each digit is a few lines and arcs. A hand of its own, drawn at random, leans, turns, stretches and moves them, and has a
pen of its own width. A pixel counts how many of its 4 x 4 parts the pen touches.
"""
import math
import random
from pathlib import Path


def arc(cx, cy, rx, ry, begin, end, steps=16):
    """Points of an ellipse, angles in degrees: 0 to the right, 90 down."""
    angles = [math.radians(begin + (end - begin) * i / steps) for i in range(steps + 1)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


# Strokes within x from -1 to 1 and y from -1.4 (above) to 1.4.
DIGITS = {
    0: [arc(0, 0, 0.8, 1.3, 0, 360)],
    1: [[(-0.4, -0.9), (0.1, -1.3), (0.1, 1.3)]],
    2: [arc(0, -0.6, 0.75, 0.7, 180, 380) + [(-0.8, 1.3), (0.8, 1.3)]],
    3: [arc(-0.1, -0.65, 0.75, 0.65, 200, 450), arc(-0.1, 0.65, 0.85, 0.65, 270, 520)],
    4: [[(0.3, 1.3), (0.3, -1.3), (-0.8, 0.4), (0.8, 0.4)]],
    5: [[(0.7, -1.3), (-0.6, -1.3), (-0.65, -0.15)] + arc(0, 0.5, 0.75, 0.8, 230, 510)],
    6: [[(0.5, -1.3), (-0.3, -0.6)] + arc(0, 0.55, 0.7, 0.75, 210, 570)],
    7: [[(-0.75, -1.3), (0.75, -1.3), (-0.2, 1.3)]],
    8: [arc(0, -0.65, 0.6, 0.6, 0, 360), arc(0, 0.65, 0.75, 0.65, 0, 360)],
    9: [arc(0, -0.55, 0.7, 0.7, 0, 360), [(0.7, -0.5), (0.45, 1.3)]],
}


def distance(px, py, a, b):
    """From a point to the line between a and b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0 if length == 0 else max(0, min(1, ((px - a[0]) * dx + (py - a[1]) * dy) / length))
    return math.hypot(px - a[0] - t * dx, py - a[1] - t * dy)


def draw(digit, chance):
    turn, lean = math.radians(chance.gauss(0, 12)), chance.gauss(0, 0.2)
    wide, tall = chance.uniform(1.7, 3.0), chance.uniform(1.9, 2.6)
    right, down = chance.gauss(4, 0.55), chance.gauss(4, 0.45)
    pen = chance.uniform(0.4, 0.75)
    bend = chance.gauss(0, 0.12)
    strokes = []
    for stroke in DIGITS[digit]:
        points = []
        for x, y in stroke:
            x = x + lean * -y + bend * math.sin(2.2 * y)
            x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
            points.append((right + wide * x, down + tall * y))
        strokes.append(points)
    pixels = []
    for row in range(8):
        for column in range(8):
            parts = 0
            for j in range(4):
                for i in range(4):
                    x, y = column + (i + 0.5) / 4, row + (j + 0.5) / 4
                    parts += any(distance(x, y, a, b) < pen for s in strokes for a, b in zip(s, s[1:]))
            pixels.append(parts)
    return pixels


def write(path, count, chance):
    digits = [i % 10 for i in range(count)]
    chance.shuffle(digits)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for digit in digits:
            file.write(",".join(map(str, draw(digit, chance) + [digit])) + "\n")


if __name__ == "__main__":
    here = Path(__file__).parent
    write(here / "train.csv", 1000, random.Random(18))
    write(here / "dev.csv", 300, random.Random(19))

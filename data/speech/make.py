#!/usr/bin/env python3
"""Makes the recordings of this directory: digits, spoken by voices that are nothing but formulas.

A pulse (the vocal cords) or noise (breath) goes through three resonators (the throat), whose frequencies glide from sound
to sound. Seven voices differ in pitch, length of the throat, speed and breath. Source and filter: Fant, 1960; Klatt, 1980.
"""
import math
import random
import struct
import wave
from pathlib import Path

HERE, RATE = Path(__file__).parent, 8000
# Resonances in hertz, how much of it is voice and how much is breath, seconds. Vowels after Peterson & Barney, 1952.
SOUNDS = {
    "i": (280, 2250, 2890, 1, 0, 0.13), "I": (400, 1920, 2560, 1, 0, 0.08), "E": (550, 1770, 2490, 1, 0, 0.09),
    "A": (640, 1190, 2390, 1, 0, 0.10), "a": (730, 1090, 2440, 1, 0, 0.11), "O": (590, 880, 2540, 1, 0, 0.14),
    "o": (450, 800, 2400, 1, 0, 0.14), "u": (310, 870, 2250, 1, 0, 0.15), "e": (470, 2000, 2600, 1, 0, 0.11),
    "r": (350, 1060, 1380, 0.7, 0, 0.07), "w": (290, 610, 2150, 0.6, 0, 0.06), "n": (250, 1400, 2300, 0.4, 0, 0.08),
    "v": (220, 1100, 2080, 0.3, 0.1, 0.06), "z": (240, 1390, 3300, 0.25, 0.4, 0.08), "s": (1800, 2900, 3600, 0, 0.5, 0.10),
    "f": (1000, 1900, 3000, 0, 0.12, 0.09), "T": (900, 1600, 2700, 0, 0.1, 0.07), "t": (1500, 2600, 3400, 0, 0.6, 0.03),
    "k": (800, 1700, 2400, 0, 0.5, 0.03), ".": (500, 1500, 2500, 0, 0, 0.04)}
DIGITS = ["ziro", "wAn", ".tu", "Tri", "fOr", "faIv", "sI.ks", "sEvAn", "eI.t", "naIn"]
VOICES = {  # pitch in hertz, throat (above 1: shorter), speed, breath
    "train": {"ada": (205, 1.16, 1.05, 0.02), "ben": (110, 0.97, 0.95, 0.01), "cem": (128, 1.02, 1.2, 0.015),
              "dora": (180, 1.10, 0.9, 0.03), "emil": (95, 0.93, 1.0, 0.02)},
    "dev": {"fay": (260, 1.27, 1.3, 0.03), "gus": (84, 0.86, 0.8, 0.03)}}


def speak(digit, voice, chance):
    pitch, throat, speed, breath = voice
    pitch, throat, speed = (value * chance.uniform(1 - d, 1 + d) for value, d in ((pitch, 0.06), (throat, 0.02), (speed, 0.12)))
    targets, at = [], 0.0
    for sound in DIGITS[digit]:
        seconds = SOUNDS[sound][5] / speed * chance.uniform(0.85, 1.15)
        targets.append((at + seconds / 2, SOUNDS[sound]))
        at += seconds
    count, state, phase, out = int(at * RATE), [[0.0, 0.0] for _ in range(3)], 0.0, []
    for i in range(count):
        time = i / RATE
        k = max((j for j, (middle, _) in enumerate(targets) if middle <= time), default=0)
        (t0, a), (t1, b) = targets[k], targets[min(k + 1, len(targets) - 1)]
        share = 0 if t1 <= t0 else min(1, max(0, (time - t0) / (t1 - t0)))
        share = share * share * (3 - 2 * share)  # stays at a sound, then glides
        resonances = [(x + share * (y - x)) * throat for x, y in zip(a[:3], b[:3])]
        voiced, noisy = a[3] + share * (b[3] - a[3]), a[4] + share * (b[4] - a[4]) + breath
        phase += pitch * (1.1 - 0.25 * time / at) / RATE
        source = 0.0
        if phase >= 1:
            phase -= 1
            source = 6 * voiced
        source += noisy * chance.gauss(0, 1)
        value = 0.0
        for n, hertz in enumerate(resonances):
            if hertz > 0.48 * RATE:
                continue
            radius = math.exp(-math.pi * (60 + 40 * n + 0.02 * hertz) / RATE)
            angle = 2 * math.pi * hertz / RATE
            y = source * (1 - radius) + 2 * radius * math.cos(angle) * state[n][0] - radius * radius * state[n][1]
            state[n] = [y, state[n][0]]
            value += (1, -0.8, 0.5)[n] * y
        out.append(value * min(1, i / 80, (count - i) / 160))
    loudest = max(map(abs, out))
    return [value / loudest * chance.uniform(0.5, 0.95) for value in out]


def main():
    for part, voices in VOICES.items():
        (HERE / part).mkdir(exist_ok=True)
        for name, voice in voices.items():
            for digit in range(10):
                for take in range(2):
                    chance = random.Random(f"{name} {digit} {take}")
                    samples = speak(digit, voice, chance)
                    with wave.open(str(HERE / part / f"{digit}_{name}_{take}.wav"), "wb") as file:
                        file.setparams((1, 1, RATE, 0, "NONE", ""))  # 8 bits a sample
                        file.writeframes(struct.pack(f"{len(samples)}B", *(round(127.5 + 127 * x) for x in samples)))


if __name__ == "__main__":
    main()

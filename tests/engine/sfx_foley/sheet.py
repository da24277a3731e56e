"""Draws docs/foley.png, a spectrogram of every family: `python -m tests.engine.sfx_foley.sheet`.

Three seconds each, from 40 Hz at the bottom to 16 kHz at the top on a logarithmic axis; 70 dB from black to yellow.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.sfx.foley.families.catalogue import FAMILIES
from tests.engine.sfx_foley.measures import RATE, decibels, made

SHEET = Path(__file__).parents[3] / "docs" / "foley.png"
SECONDS, SEED = 3.0, 1
COLUMNS, WIDTH, HEIGHT, LABEL, GAP = 6, 190, 96, 18, 8
FRAME, LOWEST_HZ, HIGHEST_HZ, SPAN_DB = 2048, 40.0, 16_000.0, 70.0
COLOURS = np.array([(0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164)])
SHADES = 64  # few colours: a small file


def picture(samples: np.ndarray) -> np.ndarray:
    """float [S] -> uint8 [HEIGHT, WIDTH], shades."""
    starts = np.linspace(0, len(samples) - FRAME, WIDTH).astype(int)
    frames = np.stack([samples[start : start + FRAME] for start in starts]) * np.hanning(FRAME)
    level = decibels(np.abs(np.fft.rfft(frames)) ** 2)
    hz = np.fft.rfftfreq(FRAME, 1 / RATE)
    rows = np.geomspace(HIGHEST_HZ, LOWEST_HZ, HEIGHT)
    drawn = np.stack([np.interp(rows, hz, column) for column in level], axis=1)
    return np.clip((drawn - drawn.max() + SPAN_DB) / SPAN_DB * (SHADES - 1), 0, SHADES - 1).astype(np.uint8)


def palette() -> list[int]:
    """Of black to yellow, and white as the last one."""
    places = np.linspace(0, len(COLOURS) - 1, SHADES)
    shades = [np.interp(places, np.arange(len(COLOURS)), COLOURS[:, channel]) for channel in range(3)]
    return [*np.stack(shades, axis=1).round().astype(int).ravel().tolist(), 255, 255, 255]


def sheet() -> Image.Image:
    rows = -(-len(FAMILIES) // COLUMNS)
    page = Image.new("P", (COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + LABEL + GAP) + GAP), SHADES)
    page.putpalette(palette())
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size=12)
    for index, family in enumerate(FAMILIES):
        row, column = divmod(index, COLUMNS)
        left, top = GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + LABEL + GAP)
        pen.text((left, top), family, fill=0, font=font)
        page.paste(Image.fromarray(picture(made(family, SECONDS, SEED)), "P"), (left, top + LABEL))
    return page


if __name__ == "__main__":
    sheet().save(SHEET, optimize=True)
    print(f"{SHEET}: {SHEET.stat().st_size / 1000:.0f} kB")

"""Draw contact sheets of the packed crops and the held-out pictures for a look."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image


def crops_sheet(array: np.ndarray, count: int, columns: int = 10) -> Image.Image:
    """A grid of randomly chosen crops."""
    chosen = random.Random(0).sample(range(len(array)), min(count, len(array)))
    size = array.shape[1]
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * size, rows * size))
    for position, index in enumerate(chosen):
        cell = (position % columns * size, position // columns * size)
        sheet.paste(Image.fromarray(array[index]), cell)
    return sheet


def files_sheet(files: list[Path], columns: int = 6, cell: int = 512) -> Image.Image:
    """A grid of pictures, each in its own size."""
    rows = -(-len(files) // columns)
    sheet = Image.new("RGB", (columns * cell, rows * cell), "grey")
    for position, file in enumerate(files):
        sheet.paste(Image.open(file), (position % columns * cell, position // columns * cell))
    return sheet


def main() -> None:
    """Write one sheet per category and one of the held-out pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder that prepare.py wrote to")
    parser.add_argument("--count", type=int, default=60)
    options = parser.parse_args()
    sheets = options.out / "sheets"
    sheets.mkdir(exist_ok=True)
    for file in sorted((options.out / "data").glob("*.npy")):
        crops_sheet(np.load(file, mmap_mode="r"), options.count).save(sheets / f"{file.stem}.png")
    heldout = sorted((options.out / "heldout").glob("*.png"))
    if heldout:
        files_sheet(heldout).save(sheets / "heldout.png")


if __name__ == "__main__":
    main()

"""Compose sheets of icons and clip art on varied backgrounds."""

from __future__ import annotations

import io
import random
import subprocess
from pathlib import PurePosixPath

from PIL import Image, ImageDraw

from packages import PackageStore

SIDES = (48, 64, 80, 96, 112, 128, 128, 160, 192, 224, 256, 320, 448)


def icon_name(path: str) -> str:
    """The icon's name: the same in all sizes and themes."""
    return PurePosixPath(path).stem.removesuffix("-symbolic")


def rasterise(svg: bytes, side: int) -> Image.Image | None:
    """An SVG picture, ``side`` pixels at its longer side; None if it fails."""
    command = ["rsvg-convert", "--width", str(side), "--height", str(side), "--keep-aspect-ratio"]
    try:
        result = subprocess.run(command, input=svg, capture_output=True, timeout=600)
        image = Image.open(io.BytesIO(result.stdout)).convert("RGBA")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return image if image.getextrema()[3][1] > 40 else None


def load_icon(store: PackageStore, package: str, path: str, side: int) -> Image.Image | None:
    """An icon of the given size; raster icons are only ever made smaller."""
    if path.endswith(".svg"):
        return rasterise(store.read(package, path), side)
    image = store.open(package, path).convert("RGBA")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def background(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """White, near-black, grey, coloured, a gradient or a checkerboard."""
    kind = rng.random()
    if kind < 0.3:
        return Image.new("RGB", size, (255, 255, 255))
    if kind < 0.48:
        return Image.new("RGB", size, (rng.randrange(0, 48),) * 3)
    if kind < 0.65:
        return Image.new("RGB", size, (rng.randrange(60, 250),) * 3)
    colours = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(2)]
    if kind < 0.87:
        return Image.new("RGB", size, colours[0])
    if kind < 0.95:
        ramp = Image.linear_gradient("L").resize(size)
        return Image.composite(*(Image.new("RGB", size, colour) for colour in colours), ramp)
    canvas, cell = Image.new("RGB", size, (255, 255, 255)), rng.choice((8, 12, 16))
    draw = ImageDraw.Draw(canvas)
    for y in range(0, size[1], cell):
        for x in range(y // cell % 2 * cell, size[0], 2 * cell):
            draw.rectangle((x, y, x + cell - 1, y + cell - 1), fill=(204, 204, 204))
    return canvas


def paste_legibly(canvas: Image.Image, icon: Image.Image, at: tuple[int, int]) -> None:
    """Paste an icon; one that would vanish on the backdrop is inverted first."""
    x, y = at
    region = canvas.crop((x, y, x + icon.width, y + icon.height))
    after = region.copy()
    after.paste(icon, (0, 0), icon)
    before_grey, after_grey = region.convert("L"), after.convert("L")
    contrast = max(abs(a - b) for a, b in zip(before_grey.getdata(), after_grey.getdata()))
    if contrast < 40:
        bands = icon.split()
        icon = Image.merge("RGBA", [band.point(lambda v: 255 - v) for band in bands[:3]] + [bands[3]])
    canvas.paste(icon, (x, y), icon)


def sheet(
    store: PackageStore, pool: list[tuple[str, str]], rng: random.Random,
    size: tuple[int, int] = (256, 256), side: int | None = None,
) -> Image.Image:
    """A grid of icons of one size from the pool of (package, path)."""
    side = side or max(32, rng.choice(SIDES) + rng.randrange(-8, 9))
    gap = rng.randrange(4, 20)
    canvas = background(rng, size)
    if side >= size[0]:
        starts_x = starts_y = [rng.randrange(size[0] - side - 16, 17)]
    else:
        offset = rng.randrange(-side // 3, gap + 1) if rng.random() < 0.5 else gap
        starts_x = range(offset, size[0], side + gap)
        starts_y = range(offset, size[1], side + gap)
    for y in starts_y:
        for x in starts_x:
            for _ in range(4):
                icon = load_icon(store, *rng.choice(pool), side)
                if icon is not None:
                    paste_legibly(canvas, icon, (x, y))
                    break
    return canvas

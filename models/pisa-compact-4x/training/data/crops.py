"""Downscale, crop, composite and judge picture patches."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image

SIZE = 256
FILTERS = (Image.Resampling.LANCZOS, Image.Resampling.LANCZOS, Image.Resampling.BOX)


def detail(patch: Image.Image) -> float:
    """Mean absolute gradient of the luma, in grey levels per pixel."""
    luma = np.asarray(patch.convert("L"), dtype=np.int16)
    return float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean())


def random_colour(rng: random.Random) -> tuple[int, int, int]:
    """A background colour: often white, near-black or grey, else any colour."""
    kind = rng.random()
    if kind < 0.2:
        return (255, 255, 255)
    if kind < 0.4:
        return (rng.randrange(0, 48),) * 3
    if kind < 0.6:
        return (rng.randrange(48, 250),) * 3
    return tuple(rng.randrange(0, 256) for _ in range(3))


def flatten(image: Image.Image, backdrop: Image.Image | tuple[int, int, int]) -> Image.Image:
    """Composite a picture with alpha over a colour or over a tiled picture."""
    if image.mode != "RGBA":
        return image
    if isinstance(backdrop, Image.Image):
        canvas = tile(backdrop, image.size)
    else:
        canvas = Image.new("RGB", image.size, backdrop)
    canvas.paste(image, (0, 0), image)
    return canvas


def tile(texture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Repeat a texture over the given size."""
    canvas = Image.new("RGB", size)
    for y in range(0, size[1], texture.height):
        for x in range(0, size[0], texture.width):
            canvas.paste(texture, (x, y))
    return canvas


def downscaled_crop(
    image: Image.Image,
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
    """The region ``box`` of the picture, downscaled to ``size``."""
    if (box[2] - box[0], box[3] - box[1]) == size:
        return image.crop(tuple(int(side) for side in box))
    return image.resize(size, resample, box=box)


def random_crop(
    image: Image.Image, factors: tuple[float, float], rng: random.Random
) -> Image.Image | None:
    """A random patch at a random downscale factor; None if the picture is too small."""
    largest = min(factors[1], image.width / SIZE, image.height / SIZE)
    if largest < min(factors[0], 1.0):
        return None
    factor = rng.uniform(min(factors[0], largest), largest)
    if factors[0] == 1.0 and rng.random() < 0.3:
        factor = 1.0
    side = SIZE * factor
    left = rng.uniform(0, image.width - side)
    top = rng.uniform(0, image.height - side)
    if factor == 1.0:
        left, top = int(left), int(top)
    patch = downscaled_crop(
        image, (left, top, left + side, top + side), (SIZE, SIZE), rng.choice(FILTERS)
    )
    return patch.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.25 else patch


def collage(
    sprites: list[Image.Image], backdrop: Image.Image | tuple[int, int, int], rng: random.Random,
    size: tuple[int, int] = (SIZE, SIZE),
) -> Image.Image:
    """Scatter small pictures with alpha over a backdrop at their own scale."""
    if isinstance(backdrop, Image.Image):
        canvas = tile(backdrop, size)
    else:
        canvas = Image.new("RGB", size, backdrop)
    x, y, row = rng.randrange(-40, 8), rng.randrange(-40, 8), 0
    while y < size[1]:
        sprite = rng.choice(sprites)
        mask = sprite if sprite.mode == "RGBA" else None
        canvas.paste(sprite, (x, y + rng.randrange(0, 12)), mask)
        x += sprite.width + rng.randrange(2, 24)
        row = max(row, sprite.height)
        if x >= size[0]:
            x, y, row = rng.randrange(-40, 8), y + row + rng.randrange(2, 16), 0
    return canvas


def is_normal_map(image: Image.Image) -> bool:
    """Whether the picture looks like a game's normal map rather than a texture."""
    red, green, blue = np.asarray(image.convert("RGB").resize((32, 32)), dtype=float).mean((0, 1))
    return blue > 190 and 100 < red < 156 and 100 < green < 156

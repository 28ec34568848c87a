"""From a clean picture to a small, degraded one: from nothing but the reduction to strong, in part twice, after Real-ESRGAN (Wang et al., 2021)."""

from functools import lru_cache

import cv2
import numpy as np

from network import SCALE

Array = np.ndarray

FIRST_SHARES = {"clean": 0.32, "mild": 0.38, "strong": 0.30}
"""How many pictures the first generation saw that are only reduced, degraded a little, and degraded up to strongly."""

KERNELS = {
    "area": (0.5, lambda x: np.where(np.abs(x) <= 0.5, 1.0, 0.0)),
    "linear": (1.0, lambda x: np.maximum(0.0, 1.0 - np.abs(x))),
    "cubic": (2.0, lambda x: _keys(np.abs(x))),
    "lanczos": (3.0, lambda x: np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)),
}


def _keys(x: Array, a: float = -0.5) -> Array:
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


@lru_cache(maxsize=4096)
def resize_matrix(name: str, size: int, target: int) -> Array:
    """[target, size]: one axis of a resize with half-pixel centres, antialiased as Pillow's when it reduces."""
    reach, kernel = KERNELS[name]
    ratio = size / target
    stretch = max(1.0, ratio)
    reach *= stretch
    matrix = np.zeros((target, size), np.float32)
    for row in range(target):
        centre = (row + 0.5) * ratio
        first, last = max(0, int(centre - reach + 0.5)), min(size, int(centre + reach + 0.5))
        taps = np.arange(first, max(last, first + 1))
        weights = kernel((taps + 0.5 - centre) / stretch)
        matrix[row, taps] = weights / weights.sum()
    return matrix


def resize(image: Array, name: str, height: int, width: int) -> Array:
    """float32 [H,W,3] to [height,width,3]."""
    vertical, horizontal = resize_matrix(name, image.shape[0], height), resize_matrix(name, image.shape[1], width)
    rows = np.tensordot(vertical, image, axes=(1, 0))
    return np.ascontiguousarray(np.tensordot(horizontal, rows, axes=(1, 1)).transpose(1, 0, 2))


def blur(image: Array, rng: np.random.Generator, most: float) -> Array:
    """A Gaussian of a random width up to `most` pixels, isotropic or not."""
    sigma = rng.uniform(0.2, most)
    if rng.random() < 0.7:
        return cv2.GaussianBlur(image, (0, 0), sigma)
    other, angle = rng.uniform(0.2, most), rng.uniform(0, np.pi)
    radius = int(np.ceil(3 * max(sigma, other)))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    kernel = np.exp(-0.5 * ((u / sigma) ** 2 + (v / other) ** 2))
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def noise(image: Array, rng: np.random.Generator, most: float) -> Array:
    """Gaussian noise (of all channels or grey) or Poisson noise of up to about `most` 8-bit levels; values in [0,255]."""
    sigma = rng.uniform(0.5, most)
    channels = 1 if rng.random() < 0.3 else 3
    grain = rng.standard_normal((*image.shape[:2], channels), np.float32) * np.float32(sigma)
    if rng.random() < 0.3:
        grain = grain * np.sqrt(np.maximum(image, 0) / 128)
    return image + grain


def compress(image: Array, rng: np.random.Generator, least: int) -> Array:
    """Through JPEG (three in four) or WebP, at a quality from `least` to 95."""
    quality = int(rng.integers(least, 96))
    bgr = np.clip(np.rint(image), 0, 255).astype(np.uint8)[..., ::-1]
    if rng.random() < 0.75:
        kind, options = ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]
        if rng.random() < 0.2:
            options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    else:
        kind, options = ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality]
    _, data = cv2.imencode(kind, np.ascontiguousarray(bgr), options)
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32)


def any_kernel(rng: np.random.Generator) -> str:
    return str(rng.choice(["cubic", "area", "lanczos", "linear"], p=[0.45, 0.25, 0.2, 0.1]))


def degrade(picture: Array, rng: np.random.Generator, shares: dict[str, float] = FIRST_SHARES) -> Array:
    """uint8 [H,W,3] with sides divisible by 4 to uint8 [H/4,W/4,3], by a kind of degradation drawn from `shares`, which add up to 1."""
    height, width = picture.shape[0] // SCALE, picture.shape[1] // SCALE
    image = KINDS[_draw(shares, rng)](picture.astype(np.float32), height, width, rng)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _draw(shares: dict[str, float], rng: np.random.Generator) -> str:
    at, total = rng.random(), 0.0
    for kind, share in shares.items():
        total += share
        if at < total:
            return kind
    return next(reversed(shares))


def _clean(image: Array, height: int, width: int, rng: np.random.Generator) -> Array:
    return resize(image, any_kernel(rng), height, width)


def _camera(image: Array, height: int, width: int, rng: np.random.Generator, most: float = 3.5) -> Array:
    """A lens that is a little soft, fine grain, and a good JPEG at most: what comes out of a camera, looked at pixel by pixel."""
    image = blur(image, rng, most)
    image = resize(image, any_kernel(rng), height, width)
    if rng.random() < 0.5:
        image = noise(image, rng, 3)
    if rng.random() < 0.4:
        image = compress(image, rng, 80)
    return image


def _sharp_camera(image: Array, height: int, width: int, rng: np.random.Generator) -> Array:
    """With a good lens: who is taught by softer ones for fidelity sharpens where nothing was soft."""
    return _camera(image, height, width, rng, 1.5)


def _mild(image: Array, height: int, width: int, rng: np.random.Generator) -> Array:
    if rng.random() < 0.5:
        image = blur(image, rng, 2.0)
    image = resize(image, any_kernel(rng), height, width)
    if rng.random() < 0.45:
        image = noise(image, rng, 8)
    if rng.random() < 0.75:
        image = compress(image, rng, 50)
    return image


def _strong(image: Array, height: int, width: int, rng: np.random.Generator) -> Array:
    if rng.random() < 0.75:
        image = blur(image, rng, 2.6)
    if rng.random() < 0.3:
        side = int(rng.uniform(1.2, 3.2) * height), int(rng.uniform(1.2, 3.2) * width)
        image = resize(image, any_kernel(rng), *side)
        if rng.random() < 0.6:
            image = noise(image, rng, 14)
        image = compress(image, rng, 40)
        if rng.random() < 0.3:
            image = blur(image, rng, 1.2)
    image = resize(image, any_kernel(rng), height, width)
    if rng.random() < 0.6:
        image = noise(image, rng, 14)
    if rng.random() < 0.9:
        image = compress(image, rng, 30)
    return image


KINDS = {"clean": _clean, "camera": _camera, "sharp_camera": _sharp_camera, "mild": _mild, "strong": _strong}

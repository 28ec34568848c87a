"""How strongly a picture was degraded: what the functions of degrade.py drew, as one number each for noise, blur and blocks."""

import numpy as np

import degrade
from second.train_pixel import KINDS

PLANES = ("noise", "blur", "blocks")
FULL = {"noise": 16.0, "blur": 1.0, "blocks": 70.0}
"""What a plane says 1 to: levels of 8 bits, pixels of the small picture, and a JPEG's or WebP's quality of 30."""
SPREADS = {"area": 1 / 12, "linear": 1 / 6, "cubic": 0.0, "lanczos": 0.0}
"""Variances of the reduction's kernels, in pixels of the reduced picture."""


class Strengths:
    """Writes down what the degrading functions do to one picture. Noise shrinks and blur grows relative to the pixels when the picture is reduced."""

    def __init__(self) -> None:
        self.noise, self.blur, self.blocks = 0.0, 0.0, 0.0

    def planes(self) -> np.ndarray:
        found = {"noise": self.noise**0.5, "blur": self.blur**0.5, "blocks": self.blocks}
        return np.array([min(found[name] / FULL[name], 1.5) for name in PLANES], np.float32)


class Drawing:
    """A generator that remembers the last number drawn by each of its methods."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.uniforms, self.integer = rng, [], 0

    def uniform(self, *limits: float) -> float:
        self.uniforms.append(float(self.rng.uniform(*limits)))
        return self.uniforms[-1]

    def integers(self, *limits: int) -> int:
        self.integer = int(self.rng.integers(*limits))
        return self.integer

    def __getattr__(self, name: str) -> object:
        return getattr(self.rng, name)


def watched(strengths: Strengths) -> dict[str, object]:
    """The functions of degrade.py that tell `strengths` what they drew."""
    plain = {name: getattr(degrade, name) for name in ("resize", "blur", "noise", "compress")}

    def resize(image: np.ndarray, name: str, height: int, width: int) -> np.ndarray:
        ratio = image.shape[1] / width
        strengths.noise /= max(ratio, 1 / ratio) ** 2
        strengths.blur = strengths.blur / ratio**2 + SPREADS[name] * (1 if ratio > 1 else 1 / ratio**2)
        return plain["resize"](image, name, height, width)

    def blur(image: np.ndarray, rng: np.random.Generator, most: float) -> np.ndarray:
        drawing = Drawing(rng)
        made = plain["blur"](image, drawing, most)
        sigmas = drawing.uniforms[:2]
        strengths.blur += sum(sigma**2 for sigma in sigmas) / len(sigmas)
        return made

    def noise(image: np.ndarray, rng: np.random.Generator, most: float) -> np.ndarray:
        drawing = Drawing(rng)
        made = plain["noise"](image, drawing, most)
        strengths.noise += drawing.uniforms[0] ** 2
        return made

    def compress(image: np.ndarray, rng: np.random.Generator, least: int) -> np.ndarray:
        drawing = Drawing(rng)
        made = plain["compress"](image, drawing, least)
        strengths.blocks = max(strengths.blocks, 100.0 - drawing.integer)
        return made

    return {"resize": resize, "blur": blur, "noise": noise, "compress": compress}


def degraded(picture: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """As degrade.degrade, with the planes' values [3]."""
    strengths = Strengths()
    kept = {name: getattr(degrade, name) for name in ("resize", "blur", "noise", "compress")}
    for name, function in watched(strengths).items():
        setattr(degrade, name, function)
    try:
        return degrade.degrade(picture, rng, KINDS), strengths.planes()
    finally:
        for name, function in kept.items():
            setattr(degrade, name, function)

"""Learning rates."""

import math


def cosine(step: int, steps: int, rate: float, warm: int = 0, last: float = 0.01) -> float:
    """`rate` after `warm` steps, falling along a cosine to `last` of it."""
    if step < warm:
        return rate * (step + 1) / warm
    progress = min(1.0, (step - warm) / max(1, steps - warm))
    return rate * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * progress)))

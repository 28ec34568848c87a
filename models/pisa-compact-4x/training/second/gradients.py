"""Gradients as pairs of a small picture and what it should become."""

import math

import torch
from torch import Tensor

from network import SCALE

LEVELS = 255
STEEPEST = 1.5
"""Levels from one pixel of the input to the next: of what is steeper nobody sees steps."""
EDGE = 10
"""Pixels of the input along the border that don't count: beyond it a training's crop knows of no gradient."""


def gradients(count: int, side: int, device: str) -> tuple[Tensor, Tensor]:
    """
    [count,3,side,side] and [count,3,4*side,4*side]: slow gradients, half of them along an axis, three of ten one level a pixel, half of them grey;
    three of five small ones are rounded to 8 bits.
    """

    def chance(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1, device=device) < share

    colour = 0.15 + 0.7 * torch.rand(count, 3, 1, 1, device=device)
    slopes = torch.where(chance(0.5), torch.ones_like(colour), 2 * torch.rand_like(colour) - 1)
    angle = 2 * math.pi * torch.rand(count, 1, 1, 1, device=device)
    angle = torch.where(chance(0.5), (angle / (math.pi / 2)).round() * (math.pi / 2), angle)
    steep = torch.where(chance(0.3), torch.ones_like(angle), STEEPEST * torch.rand_like(angle)) / LEVELS

    def drawn(size: int) -> Tensor:
        at = (torch.arange(size, device=device) + 0.5) / size * side - side / 2
        return (colour + slopes * steep * (angle.cos() * at.view(1, 1, 1, size) + angle.sin() * at.view(1, 1, size, 1))).clamp(0, 1)

    small = drawn(side)
    return torch.where(chance(0.6), (small * LEVELS).round() / LEVELS, small), drawn(SCALE * side)

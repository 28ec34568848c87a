"""Two networks in one file: one for fidelity, one for what an eye would miss. The result is base + lambda_pix * pixel + lambda_sem * semantic."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from network import SCALE, SLOPE, Bicubic, Unpattern
from second.bounded import BoundedBlock

FEATURES = 64
PIXEL_BLOCKS, DETAIL_BLOCKS = 12, 18
EARLY = 8
"""Blocks of the first generation's trunk: after as many the detail branch has a head of its own, as the first generation had its pixel head."""


GAIN = 5 / 3
"""
How far lambda_sem = 1 goes on the way from `pixel` to what the detail branch sees, and beyond: its losses are means, which make it timid. By the
figures of RealSR (README.md) the distance that an eye sees is least at 1.6, and the sharpness of the originals is reached at 2.5.
"""
SIGMA, LIMIT = 0.8, 12 / 255
"""
Of the weave's filter. The first generation's is wider, and passes what repeats every 3 or 5 pixels of the result, which an eye takes for a weave in
smooth stone and fur where `semantic` is strong.
"""
SOFT = 1 / 255
"""What is nothing in a residual, and is taken from everything that is more: what rounding leaves in slow gradients and beside letters is less."""


class Gate(nn.Module):
    """
    0 where the picture is flat, 1 where it is not: from the range of values within RADIUS pixels, the widest of the three channels, rising
    smoothly until FULL. Averaged over 3x3 pixels, so that there is no edge where it begins. It multiplies both residuals, and a field of one
    colour therefore comes out as the base's: exactly that colour, whatever the precision of the rest.
    """

    RADIUS = 3
    FULL = 3 / 255

    def forward(self, image: Tensor) -> Tensor:
        side = 2 * self.RADIUS + 1
        highest = F.max_pool2d(image, side, 1, self.RADIUS)
        lowest = -F.max_pool2d(-image, side, 1, self.RADIUS)
        share = ((highest - lowest).amax(1, keepdim=True) / self.FULL).clamp(0, 1)
        ramp = share * share * (3 - 2 * share)
        return F.avg_pool2d(ramp, 3, 1, 1, count_include_pad=False)


class Branch(nn.Module):
    """An image [N,3,H,W] to the sub-pixels of a residual, [N,3*16,H,W]."""

    def __init__(self, blocks: int, early: int | None = None) -> None:
        super().__init__()
        self.early_at = early
        self.entry = nn.Conv2d(3, FEATURES, 3, padding=1)
        self.trunk = nn.Sequential(*(BoundedBlock(FEATURES) for _ in range(blocks)))
        self.head = nn.Conv2d(FEATURES, 3 * SCALE * SCALE, 3, padding=1)
        self.early_head = nn.Conv2d(FEATURES, 3 * SCALE * SCALE, 3, padding=1) if early is not None else None

    def forward(self, image: Tensor) -> Tensor:
        x = F.leaky_relu(self.entry(image - 0.5), SLOPE)
        if self.early_head is None:
            return self.head(self.trunk(x))
        x = self.trunk[: self.early_at](x)
        return self.early_head(x) + self.head(self.trunk[self.early_at :](x))


class SecondNetwork(nn.Module):
    """
    `image` [N,3,H,W], RGB in [0,1], to `base`, `pixel` and `semantic`, each [N,3,4H,4W]. `semantic` is what `detail` sees beyond `pixel`, GAIN
    times, so that each branch can be trained by itself.
    """

    def __init__(self, pixel: nn.Module | None = None) -> None:
        """`pixel`: another pixel branch than the one that is shipped."""
        super().__init__()
        self.base, self.gate, self.unpattern = Bicubic(), Gate(), Unpattern(SIGMA, LIMIT)
        self.pixel = pixel or Branch(PIXEL_BLOCKS)
        self.detail = Branch(DETAIL_BLOCKS, EARLY)
        self.soft = SOFT

    def residual(self, gate: Tensor, x: Tensor) -> Tensor:
        """A branch's sub-pixels [N,3*16,H,W] as the residual [N,3,4H,4W] that they are: nothing where the gate [N,1,H,W] is 0, nor where they are within `soft`."""
        x = gate * x.float()
        return F.pixel_shuffle(x - x.clamp(-self.soft, self.soft), SCALE)

    def faithful(self, image: Tensor) -> Tensor:
        """The picture at (1, 0)."""
        return self.base(image) + self.residual(self.gate(image), self.pixel(image))

    def semantic(self, image: Tensor, pixel: Tensor) -> Tensor:
        """The semantic residual; `pixel` are the pixel branch's sub-pixels."""
        return self.residual(self.gate(image), self.unpattern(GAIN * (self.detail(image).float() - pixel)))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pixel = self.pixel(image).float()
        return self.base(image), self.residual(self.gate(image), pixel), self.semantic(image, pixel)

    @property
    def receptive_radius(self) -> int:
        """Input pixels around one that its result depends on."""
        return max(2 + 2 * DETAIL_BLOCKS + Unpattern.RADIUS, Gate.RADIUS + 1)

"""
Tells real pictures from made ones, place by place: the U-Net with spectral norm of Real-ESRGAN (Wang et al., 2021), narrower, on pixels
folded 2x2 into channels, which spares the dear layers at full size and loses nothing.
"""

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False))


def _act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Discriminator(nn.Module):
    """RGB [N,3,H,W] in [0,1], sides divisible by 16, to logits [N,1,H/2,W/2]: positive for real."""

    def __init__(self, features: int = 48) -> None:
        super().__init__()
        n = features
        self.entry = nn.Conv2d(12, n, 3, 1, 1)
        self.down1, self.down2, self.down3 = _conv(n, 2 * n, 4, 2), _conv(2 * n, 4 * n, 4, 2), _conv(4 * n, 8 * n, 4, 2)
        self.up1, self.up2, self.up3 = _conv(8 * n, 4 * n), _conv(4 * n, 2 * n), _conv(2 * n, n)
        self.last = _conv(n, n)
        self.exit = nn.Conv2d(n, 1, 3, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        x0 = _act(self.entry(F.pixel_unshuffle(2 * image - 1, 2)))
        x1 = _act(self.down1(x0))
        x2 = _act(self.down2(x1))
        x3 = _act(self.down3(x2))
        x = _twice(_act(self.up1(x3))) + x2
        x = _twice(_act(self.up2(x))) + x1
        x = _twice(_act(self.up3(x))) + x0
        return self.exit(_act(self.last(x)))

"""
Training with quantisation in the loop: the blocks' convolutions see their input and their weights as 8 bits hold them, the gradient passes as
if they didn't (Jacob et al., 2018). The same convolutions as in quantize.py, which takes over the ranges.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from network import Block

MOMENTUM = 0.99


class Quantization(nn.Module):
    """Of one branch: the range of every convolution's input, `ranges` [N,2], as they were seen lately; they only widen slowly back."""

    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        blocks = [(name, module) for name, module in branch.named_modules() if isinstance(module, Block)]
        self.names = [f"{name}.{part}" for name, _ in blocks for part in ("first", "second")]
        convolutions = [convolution for _, block in blocks for convolution in (block.first, block.second)]
        self.register_buffer("ranges", torch.zeros(len(self.names), 2))
        self.hidden = [convolutions]
        """In a list, so that they aren't this module's own."""

    def begin(self) -> None:
        for at, convolution in enumerate(self.hidden[0]):
            convolution.forward = partial(self._convolve, at, convolution)

    def _convolve(self, at: int, convolution: nn.Conv2d, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            with torch.no_grad():
                seen = torch.stack([x.amin().clamp(max=0), x.amax().clamp(min=0)]).float()
                known = self.ranges[at]
                wider = torch.stack([torch.minimum(known[0], seen[0]), torch.maximum(known[1], seen[1])])
                self.ranges[at] = seen + MOMENTUM * (wider - seen)
        return F.conv2d(in_8_bits(x, self.ranges[at]), weights_in_8_bits(convolution.weight), convolution.bias, padding=1)


def in_8_bits(x: Tensor, limits: Tensor) -> Tensor:
    """Rounded to 256 steps between two limits around 0, one of which is 0 itself."""
    scale = ((limits[1] - limits[0]) / 255).clamp(min=1e-8)
    zero = (-limits[0] / scale).round()
    found = ((x.float() / scale + zero).round().clamp(0, 255) - zero) * scale
    clipped = x.clamp(limits[0].to(x.dtype), limits[1].to(x.dtype))
    return clipped + (found.to(x.dtype) - clipped).detach()


def weights_in_8_bits(weight: Tensor) -> Tensor:
    """[O,I,3,3], each output channel by a scale of its own."""
    scale = weight.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-8) / 127
    return weight + ((weight / scale).round() * scale - weight).detach()

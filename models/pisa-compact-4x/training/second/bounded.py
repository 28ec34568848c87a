"""
Blocks whose values stay within limits, so that 8 bits hold them finely. Without, a few strong edges decide over the ranges: 8 bits for 30 to 60
standard deviations leave a grain of a level, and the PNGs of smooth pictures grow by it. Where a value may not go as far the network learns to
do without, and float32 and int8, which both obey, agree to a fraction of a level.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from network import SLOPE, Block

STEPS = 255
WEIGHT = 63
"""
The largest of a weight in 8 bits, which would hold 127: where a processor adds up pairs of products in 16 bits (AVX2 without VNNI), 255 times 63 twice
is what they hold. With it 8 bits are right there, too.
"""


class Bounded(nn.Module):
    """
    A block whose convolutions have limits. `limits` [N,2]: the lowest and highest value at each place of DEVIATIONS, in the order in which they are
    seen; zeros where nothing is bounded yet. `rounded` says whether values and weights are held in 8 bits (int8, and while it learns) or are just
    bounded (float32, whose weights are those of the 8 bits, too).
    """

    DEVIATIONS: dict[str, float]
    """Limits, in standard deviations of what was seen."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.register_buffer("limits", torch.zeros(len(self.DEVIATIONS), 2))
        self.rounded = True
        self.bounded = False
        self.edges: list[tuple[float, float]] = []
        """What `limits` cut at, as numbers: limits that are tensors have gradients of their own, which take longer than the convolutions do."""
        self.seen: list[Tensor] | None = None

    def convolutions(self) -> list[tuple[nn.Conv2d, Tensor]]:
        """Those in 8 bits, each with the limits of what goes into it."""
        raise NotImplementedError

    def see(self, x: Tensor) -> Tensor:
        """`x`, remembered where limits are being found."""
        if self.seen is not None:
            self.seen.append(x)
        return x

    def take_up(self) -> None:
        """Obeys the limits that are there."""
        self.bounded = bool(self.limits.any())
        self.edges = [self.cut(limits) for limits in self.limits] if self.bounded else []

    def cut(self, limits: Tensor) -> tuple[float, float]:
        """The lowest and the highest value that pass, of `limits` [2]."""
        return edges(limits)

    def bound(self, x: Tensor, place: int) -> Tensor:
        """`x` within the limits at that place, rounded to 8 bits or not; the gradient passes within them, as if nothing were rounded."""
        return rounded(x, self.limits[place]) if self.rounded else F.hardtanh(x, *self.edges[place])


class BoundedBlock(Bounded, Block):
    """
    Of its limits that of the input (not of what is added to) adds least to the noise and does the most harm when it is cut; the others are what its
    first convolution makes and what its second makes.
    """

    DEVIATIONS = {"input": 12.0, "inner": 5.0, "residual": 6.0}

    def __init__(self, features: int) -> None:
        super().__init__(features)

    def forward(self, x: Tensor) -> Tensor:
        if not self.bounded:
            inner = F.leaky_relu(self.see(self.first(self.see(x))), SLOPE)
            return x + self.see(self.second(inner))
        found = F.conv2d(self.bound(x, 0), in_8_bits(self.first.weight), self.first.bias, padding=1)
        residual = F.conv2d(self.active(found), in_8_bits(self.second.weight), self.second.bias, padding=1)
        return x + self.bound(residual, 2)

    def take_up(self) -> None:
        super().take_up()
        if self.bounded:
            (low, high), (least, most) = self.edges[1], edges(activated(self.limits[1]))
            self.active_edges = max(low * SLOPE, least), min(high, most)

    def active(self, found: Tensor) -> Tensor:
        """What LeakyReLU makes of `found` within its limits, within what these become."""
        if self.rounded:
            return rounded(F.leaky_relu(self.bound(found, 1), SLOPE), activated(self.limits[1]))
        return F.hardtanh(F.leaky_relu(found, SLOPE), *self.active_edges)

    def convolutions(self) -> list[tuple[nn.Conv2d, Tensor]]:
        return [(self.first, self.limits[0]), (self.second, activated(self.limits[1]))]


def activated(limits: Tensor) -> Tensor:
    """The limits of what LeakyReLU makes of what is within `limits`."""
    return torch.stack([limits[0] * SLOPE, limits[1]])


def grid(limits: Tensor) -> tuple[Tensor, Tensor]:
    """Step and number of the step that is 0, as QuantizeLinear has them for uint8: 0 is always exact."""
    scale = (limits[1] - limits[0]) / STEPS
    return scale, (-limits[0] / scale).round().clamp(0, STEPS)


def edges(limits: Tensor) -> tuple[float, float]:
    """The lowest and the highest value that 8 bits hold."""
    scale, zero = grid(limits)
    return float(-zero * scale), float((STEPS - zero) * scale)


def rounded(x: Tensor, limits: Tensor) -> Tensor:
    scale, zero = grid(limits)
    return torch.fake_quantize_per_tensor_affine(x.float(), scale, zero.int(), 0, STEPS).to(x.dtype)


def weight_scales(weight: Tensor) -> Tensor:
    """[O,1,1,1] for [O,I,3,3]: the step of each output channel."""
    return weight.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-8) / WEIGHT


def in_8_bits(weight: Tensor) -> Tensor:
    scale = weight_scales(weight.detach())
    return weight + ((weight.detach() / scale).round() * scale - weight.detach())


@torch.no_grad()
def round_biases(block: Bounded) -> None:
    """To whole steps of what is added up in integers: weights' steps times those of the input's values."""
    for convolution, limits in block.convolutions():
        steps = weight_scales(convolution.weight).flatten() * grid(limits)[0]
        convolution.bias.copy_((convolution.bias / steps).round() * steps)


def blocks_of(branch: nn.Module) -> list[Bounded]:
    return [module for module in branch.modules() if isinstance(module, Bounded)]


def take_up(branch: nn.Module) -> bool:
    """After weights were loaded: blocks with limits obey them. Whether there are any."""
    for block in blocks_of(branch):
        block.take_up()
    return all(block.bounded for block in blocks_of(branch))


def be_rounded(branch: nn.Module, rounded: bool) -> None:
    for block in blocks_of(branch):
        block.rounded = rounded


@torch.no_grad()
def bound(branch: nn.Module, images: Tensor) -> None:
    """Gives every block its limits by what it does with `images` [N,3,H,W] now, or less where nothing goes as far."""
    blocks = blocks_of(branch)
    for block in blocks:
        block.seen = []
    branch(images)
    for block in blocks:
        for place, (x, deviations) in enumerate(zip(block.seen or [], block.DEVIATIONS.values())):
            x = x.float()
            far = deviations * x.std()
            block.limits[place] = torch.stack([torch.maximum(x.amin(), -far).clamp(max=-1e-6), torch.minimum(x.amax(), far).clamp(min=1e-6)])
        block.seen = None
    take_up(branch)

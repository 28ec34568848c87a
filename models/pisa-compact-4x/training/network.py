"""The network: one forward pass yields the bicubic base and both residuals."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SCALE = 4
SLOPE = 0.1
"""Of LeakyReLU, which ONNX Runtime computes inside the convolution on the CPU."""


def cubic_phases(scale: int, a: float = -0.5) -> Tensor:
    """Keys' cubic (1981) with half-pixel centres: [scale, 5], the weights of the input pixels -2..2 for each sub-pixel."""

    def kernel(x: float) -> float:
        x = abs(x)
        if x < 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        if x < 2:
            return a * (x**3 - 5 * x**2 + 8 * x - 4)
        return 0.0

    centres = [(phase + 0.5) / scale - 0.5 for phase in range(scale)]
    return torch.tensor([[kernel(centre - tap) for tap in range(-2, 3)] for centre in centres])


class Bicubic(nn.Module):
    """Enlarges [N,3,H,W] by SCALE; edge pixels are repeated. The same sum as the engine's own `bicubicUpscale`."""

    def __init__(self) -> None:
        super().__init__()
        phases = cubic_phases(SCALE)
        kernels = torch.einsum("yv,xh->yxvh", phases, phases).reshape(SCALE * SCALE, 1, 5, 5)
        self.register_buffer("kernels", kernels.repeat(3, 1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            phases = F.conv2d(F.pad(x.float(), (2, 2, 2, 2), mode="replicate"), self.kernels, groups=3)
            return F.pixel_shuffle(phases, SCALE)


class Block(nn.Module):
    """Two 3x3 convolutions with a LeakyReLU between them, added to their input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, a=SLOPE)
        nn.init.kaiming_normal_(self.second.weight, a=SLOPE)
        self.second.weight.data.mul_(0.1)
        for conv in (self.first, self.second):
            nn.init.zeros_(conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(x), SLOPE))


class Head(nn.Sequential):
    """Features to a residual [N,3,4H,4W]; starts at zero, so that an untrained network is the bicubic enlargement."""

    def __init__(self, features: int) -> None:
        convolution = nn.Conv2d(features, 3 * SCALE * SCALE, 3, padding=1)
        nn.init.zeros_(convolution.weight)
        nn.init.zeros_(convolution.bias)
        super().__init__(convolution, nn.PixelShuffle(SCALE))


class Unpattern(nn.Module):
    """
    Takes out of sub-pixels [N,3*16,H,W] what repeats from one input pixel to the next, up to a limit: for each sub-pixel its Gaussian mean over
    the neighbourhood, less the mean of all sixteen. Without it flat colours keep a faint weave, which depth-to-space invites and the losses
    hardly see; a real edge along the axes repeats too, but far more strongly than the limit.
    """

    RADIUS = 2

    def __init__(self, sigma: float = 1.3, limit: float = 8 / 255) -> None:
        """`sigma`: of the Gaussian, in input pixels."""
        super().__init__()
        self.limit = limit
        offsets = torch.arange(-self.RADIUS, self.RADIUS + 1)
        line = torch.exp(-0.5 * (offsets / sigma) ** 2)
        blur = torch.outer(line, line) / line.sum() ** 2
        count = SCALE * SCALE
        apart = torch.eye(count) - 1 / count
        kernels = torch.einsum("oi,yx->oiyx", apart, blur).repeat(3, 1, 1, 1)
        self.register_buffer("kernels", kernels, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        repeated = F.conv2d(x, self.kernels.to(x.dtype), padding=self.RADIUS, groups=3)
        return x - repeated.clamp(-self.limit, self.limit)


class CompactNetwork(nn.Module):
    """
    `image` [N,3,H,W], RGB in [0,1], to `base`, `pixel` and `semantic`, each [N,3,4H,4W]. The result is
    base + lambda_pix * pixel + lambda_sem * semantic.

    The trunk's features feed the pixel head and, through a second stack, the semantic head.
    """

    def __init__(self, features: int = 64, pixel_blocks: int = 8, semantic_blocks: int = 5) -> None:
        super().__init__()
        self.base = Bicubic()
        self.entry = nn.Conv2d(3, features, 3, padding=1)
        self.trunk = nn.Sequential(*(Block(features) for _ in range(pixel_blocks)))
        self.pixel_head = Head(features)
        self.semantic_stack = nn.Sequential(*(Block(features) for _ in range(semantic_blocks)))
        self.semantic_head = Head(features)
        self.unpattern = Unpattern()

    def features(self, image: Tensor) -> Tensor:
        """What both heads build on: [N,features,H,W]."""
        return self.trunk(F.leaky_relu(self.entry(image - 0.5), SLOPE))

    def semantic(self, features: Tensor) -> Tensor:
        convolution, shuffle = self.semantic_head
        return shuffle(self.unpattern(convolution(self.semantic_stack(features))))

    def faithful(self, image: Tensor) -> Tensor:
        """The picture at (1, 0)."""
        return self.base(image) + self.pixel_head(self.features(image))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.features(image)
        return self.base(image), self.pixel_head(features), self.semantic(features)

    def pixel_parameters(self) -> list[nn.Parameter]:
        modules = (self.entry, self.trunk, self.pixel_head)
        return [p for module in modules for p in module.parameters()]

    def semantic_parameters(self) -> list[nn.Parameter]:
        modules = (self.semantic_stack, self.semantic_head)
        return [p for module in modules for p in module.parameters()]

    @property
    def receptive_radius(self) -> int:
        """Input pixels around one that its result depends on: one a 3x3 convolution on the longest way, and `unpattern`."""
        return 2 + 2 * (len(self.trunk) + len(self.semantic_stack)) + Unpattern.RADIUS

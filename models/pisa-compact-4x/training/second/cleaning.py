"""The pixel branch that cleans a picture at its own size and then enlarges it: what is trained next."""

import torch.nn.functional as F
from torch import Tensor, nn

from network import SCALE, SLOPE, Bicubic
from second.bounded import BoundedBlock
from second.network import FEATURES
from second.span import Span

BLOCKS = 5


class CleaningBranch(nn.Module):
    """
    An image [N,3,H,W] to the sub-pixels of a residual, [N,3*16,H,W]: some blocks take noise, blur and the marks of compression from it, at its own
    size, and SPAN enlarges what is left. Of an image that was only reduced the first change nothing, and it is SPAN's picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.base = Bicubic()
        self.entry = nn.Conv2d(3, FEATURES, 3, padding=1)
        self.trunk = nn.Sequential(*(BoundedBlock(FEATURES) for _ in range(BLOCKS)))
        self.head = nn.Conv2d(FEATURES, 3, 3, padding=1)
        for parameter in self.head.parameters():
            nn.init.zeros_(parameter)
        self.span = Span()

    def cleaned(self, image: Tensor) -> Tensor:
        """[N,3,H,W], as the image would be had it only been reduced."""
        return image + self.head(self.trunk(F.leaky_relu(self.entry(image - 0.5), SLOPE))).float()

    def enlarged(self, cleaned: Tensor, image: Tensor) -> Tensor:
        """The sub-pixels of the cleaned image's enlargement beyond the base, which is the image's own."""
        return self.span(cleaned) - F.pixel_unshuffle(self.base(image), SCALE)

    def forward(self, image: Tensor) -> Tensor:
        return self.enlarged(self.cleaned(image), image)

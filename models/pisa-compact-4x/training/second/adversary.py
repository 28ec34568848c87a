"""The losses that look at a picture as a whole: a discriminator's verdict, and the distance in the features of a trained network."""

import torch
from torch import Tensor, nn

from discriminator import Discriminator
from features import FeatureDistance
from second.options import Options
from second.stage import optimizer

RATE = 3e-4
NARROW, WIDE = 32, 48
"""Features of the discriminator, on a CPU and on a GPU."""
ROOM = 16
"""Pixels by which the window that both see is moved: both read every second pixel's neighbourhood first, and again, and a pattern in step with that would please the loss and nobody's eye."""


class Adversary:
    def __init__(self, options: Options) -> None:
        self.device, self.side = options.device, 4 * options.side - ROOM
        self.discriminator = Discriminator(WIDE if options.fast else NARROW).to(self.device, memory_format=torch.channels_last)
        self.optimizer = optimizer(self.discriminator, options, RATE)
        self.distance = FeatureDistance().to(self.device)
        self.loss = nn.BCEWithLogitsLoss()
        self.rows, self.columns = (torch.arange(self.side, device=self.device) for _ in range(2))

    def move(self) -> None:
        """Before each step: chooses the window."""
        for lines in (self.rows, self.columns):
            lines.copy_(torch.arange(self.side) + int(torch.randint(ROOM + 1, ())))

    def window(self, image: Tensor) -> Tensor:
        return image.index_select(2, self.rows).index_select(3, self.columns)

    def feature(self, image: Tensor, *targets: Tensor) -> Tensor:
        """The mean distance of [N,3,H,W] to each of the targets."""
        with torch.autocast(self.device, torch.bfloat16, cache_enabled=False, enabled=self.device != "cpu"):
            made = self.distance.features(self.window(image))
            with torch.no_grad():
                wanted = [self.distance.features(self.window(target)) for target in targets]
        return torch.stack([self.distance.between(made, one).mean() for one in wanted]).mean()

    def real(self, image: Tensor) -> Tensor:
        """How far the discriminator is from taking the pictures for real ones."""
        self.discriminator.requires_grad_(False)
        with torch.autocast(self.device, torch.bfloat16, cache_enabled=False):
            verdict = self.discriminator(self.window(image)).float()
        self.discriminator.requires_grad_(True)
        return self.loss(verdict, torch.ones_like(verdict))

    def learn(self, image: Tensor, target: Tensor) -> Tensor:
        """One step of the discriminator."""
        with torch.autocast(self.device, torch.bfloat16, cache_enabled=False):
            of_real, of_made = self.discriminator(self.window(torch.cat([target, image.detach()]))).float().chunk(2)
        told = self.loss(of_real, torch.ones_like(of_real)) + self.loss(of_made, torch.zeros_like(of_made))
        told.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)
        return told

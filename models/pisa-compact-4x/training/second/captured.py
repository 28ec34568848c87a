"""A training step that a GPU repeats by itself: small networks spend more time on starting their kernels than on running them."""

from typing import Callable

import torch
from torch import Tensor

Losses = dict[str, Tensor]
EAGER = 4
"""Steps before the recording: libraries choose their kernels in them."""


class Captured:
    """
    `step` reads and writes tensors that stay where they are, never waits for the device and returns losses. On a CUDA device it is recorded
    once as a graph and replayed from then on; elsewhere it is called.
    """

    def __init__(self, step: Callable[[], Losses], device: str) -> None:
        self.step, self.device = step, device
        self.calls = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.losses: Losses = {}

    def __call__(self) -> Losses:
        if self.device == "cpu":
            return self.step()
        if self.graph is not None:
            self.graph.replay()
            return self.losses
        if self.calls < EAGER:
            self.calls += 1
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                losses = self.step()
            torch.cuda.current_stream().wait_stream(aside)
            return losses
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.losses = self.step()
        self.graph.replay()
        return self.losses

"""
Pairs at hand on the training's device, made by other processes all the time: degrading a picture is dear on a CPU and can't be done on a GPU
as JPEG and WebP do it. A batch is drawn from them, each time cut and mirrored differently.
"""

from multiprocessing import get_context
from queue import Empty
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from degrade import degrade
from network import SCALE
from samples import VALIDATION, Degradations, as_input
from second.options import Options

CHUNK = 16
"""Pairs that a process hands over at a time."""
LARGE = 256
SMALL = LARGE // SCALE
COLOUR = 16
"""Means over so many pixels of the teacher's picture become the original's: its shifts of colour are not to be learned."""

Teach = Callable[[Tensor], Tensor]
"""[N,3,H,W] in [0,1] to [N,3,4H,4W]."""


class Crops:
    """The crops of the categories that are there, on the training's device if that is a GPU."""

    def __init__(self, options: Options, shares: dict[str, float]) -> None:
        self.names = [name for name in shares if (options.data / f"{name}.npy").exists()]
        shared = np.array([shares[name] for name in self.names])
        self.shares, self.device = shared / shared.sum(), options.device
        arrays = [np.load(options.data / f"{name}.npy", mmap_mode="r") for name in self.names]
        self.counts = [len(array) - VALIDATION for array in arrays]
        self.pictures = [torch.from_numpy(np.array(array)).to(self.device) for array in arrays] if options.fast else arrays

    def take(self, places: np.ndarray) -> Tensor:
        """`places` [N,3]: category, number, turns. uint8 [N,256,256,3]."""
        return torch.stack([torch.rot90(torch.as_tensor(np.array(pictures[at]) if isinstance(pictures, np.ndarray) else pictures[at]), int(turns)) for pictures, at, turns in ((self.pictures[name], at, turns) for name, at, turns in places)])


def work(data: str, names: list[str], shares: np.ndarray, kinds: Degradations, seed: list[int], queue) -> None:  # noqa: ANN001
    """A process that degrades pictures: `places` and small pictures, in chunks."""
    import cv2

    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    crops = [np.load(f"{data}/{name}.npy", mmap_mode="r") for name in names]
    while True:
        places, small = [], []
        for _ in range(CHUNK):
            name = int(rng.choice(len(names), p=shares))
            at, turns = int(rng.integers(len(crops[name]) - VALIDATION)), int(rng.integers(4))
            places.append((name, at, turns))
            small.append(degrade(np.rot90(crops[name][at], turns).copy(), rng, kinds[names[name]]))
        queue.put((np.array(places), np.stack(small)))


class Pool:
    def __init__(self, options: Options, shares: dict[str, float], kinds: Degradations, seed: int, room: int, workers: int, teach: Teach | None = None) -> None:
        self.crops, self.teach, self.device, self.room = Crops(options, shares), teach, options.device, room
        shape = (room, LARGE, LARGE, 3 if teach is None else 6)
        self.small = torch.empty((room, SMALL, SMALL, 3), dtype=torch.uint8, device=self.device)
        self.large = torch.empty(shape, dtype=torch.uint8, device=self.device)
        """The original and, with a teacher, the teacher's enlargement."""
        self.filled, self.next = 0, 0
        context = get_context("spawn")
        self.queue = context.Queue(4 * workers)
        for number in range(workers):
            arguments = (str(options.data), self.crops.names, self.crops.shares, kinds, [seed, number], self.queue)
            context.Process(target=work, args=arguments, daemon=True).start()

    def fill(self, least: int) -> None:
        """Waits until there are so many pairs, or as many as there is room for."""
        while self.filled < min(least, self.room):
            self._put(*self.queue.get())

    def refresh(self, most: int = 1) -> None:
        """At most so many chunks of what is ready, in the place of the oldest."""
        for _ in range(most):
            try:
                chunk = self.queue.get_nowait()
            except Empty:
                return
            self._put(*chunk)

    @torch.no_grad()
    def _put(self, places: np.ndarray, small: np.ndarray) -> None:
        if self.next + len(small) > self.room:
            self.next = 0
        large, at = self.crops.take(places), slice(self.next, self.next + len(small))
        self.small[at] = torch.from_numpy(small)
        self.large[at, ..., :3] = large
        if self.teach is not None:
            found = recoloured(self.teach(as_input(self.small[at])), as_input(large))
            self.large[at, ..., 3:] = (found * 255).round().byte().permute(0, 2, 3, 1)
        self.next += len(small)
        self.filled = max(self.filled, self.next)

    def draw(self, count: int, side: int) -> list[Tensor]:
        """[count,3,side,side] and [count,3,4*side,4*side] of the small pictures, the originals, and the teacher's where there is one."""
        at = torch.randint(self.filled, (count, 1, 1), device=self.device)
        y, x = (torch.randint(SMALL - side + 1, (count, 1), device=self.device) for _ in range(2))
        mirrored = torch.rand((2, count, 1), device=self.device) < 0.5
        small = self._cut(self.small, at, y, x, side, mirrored)
        large = self._cut(self.large, at, y * SCALE, x * SCALE, side * SCALE, mirrored)
        return [as_input(small), *(as_input(part) for part in large.split(3, 3))]

    def _cut(self, pictures: Tensor, at: Tensor, y: Tensor, x: Tensor, side: int, mirrored: Tensor) -> Tensor:
        steps = torch.arange(side, device=self.device)[None]
        rows, columns = (first + torch.where(flip, side - 1 - steps, steps) for first, flip in zip((y, x), mirrored))
        return pictures[at, rows[:, :, None], columns[:, None, :]]


def recoloured(taught: Tensor, large: Tensor) -> Tensor:
    """The teacher's picture with the original's colours on the large scale; all [N,3,H,W] in [0,1]."""
    shift = F.avg_pool2d(large - taught, COLOUR)
    return (taught + F.interpolate(shift, scale_factor=COLOUR, mode="bicubic", align_corners=False)).clamp(0, 1)

"""Batches of training pairs, degraded on the fly."""

from pathlib import Path
from typing import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from degrade import FIRST_SHARES, degrade
from network import SCALE

SHARES = {"photo": 0.40, "art": 0.25, "icons": 0.12, "text": 0.23}
VALIDATION = 12
"""The last crops of each category are kept to watch the training."""


def validation_crops(data: Path) -> np.ndarray:
    """uint8 [48,256,256,3], never trained on; the held-out pictures that judge the model are others still."""
    files = (data / f"{name}.npy" for name in SHARES)
    return np.concatenate([np.load(file, mmap_mode="r")[-VALIDATION:] for file in files if file.exists()])


Degradations = dict[str, dict[str, float]]
"""For each category the shares of the kinds of degradation (see degrade.py); the first generation's where one is missing."""


class Pairs(IterableDataset):
    """Endless pairs, of the categories that are there: a crop uint8 [256,256,3] and the small picture made of it, uint8 [64,64,3]."""

    def __init__(self, data: Path, seed: int, degradations: Degradations) -> None:
        super().__init__()
        self.data, self.seed, self.degradations = data, seed, degradations

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng(self.seed)
        names = [name for name in SHARES if (self.data / f"{name}.npy").exists()]
        crops = {name: np.load(self.data / f"{name}.npy", mmap_mode="r") for name in names}
        shares = np.array([SHARES[name] for name in names])
        while True:
            name = names[rng.choice(len(names), p=shares / shares.sum())]
            pool = crops[name]
            picture = pool[rng.integers(len(pool) - VALIDATION)]
            picture = np.rot90(picture, rng.integers(4)).copy()
            yield picture, degrade(picture, rng, self.degradations.get(name, FIRST_SHARES))


class Batches:
    """
    Batches cut out of a reservoir of pairs, which grows at first. Every batch replaces `fresh` of them, so a pair serves about size/fresh times,
    each time cut and turned differently: degrading is the dearer half of the work.
    """

    def __init__(self, data: Path, seed: int, size: int, side: int, fresh: int, reservoir: int = 512, degradations: Degradations | None = None) -> None:
        self.rng = np.random.default_rng([seed, 1])
        self.size, self.side, self.fresh = size, side, fresh
        # Not forked: a copy of a process whose threads have computed something may wait for them forever.
        worker = {"num_workers": 1, "prefetch_factor": 32, "worker_init_fn": _quiet, "multiprocessing_context": "spawn"}
        loader = DataLoader(Pairs(data, seed, degradations or {}), batch_size=fresh, **worker)
        self.source = iter(loader)
        self.large: list[Tensor] = []
        self.small: list[Tensor] = []
        self.reservoir = reservoir
        while len(self.large) < min(reservoir, 4 * size):
            self._more()

    def _more(self) -> None:
        """Some new pairs: in addition until the reservoir is full, then in the place of others."""
        for large, small in zip(*next(self.source)):
            if len(self.large) < self.reservoir:
                self.large.append(large)
                self.small.append(small)
            else:
                at = self.rng.integers(len(self.large))
                self.large[at], self.small[at] = large, small

    def __next__(self) -> tuple[Tensor, Tensor]:
        """`small` [N,3,side,side] and `large` [N,3,4*side,4*side], RGB in [0,1]."""
        self._more()
        cuts = [self.cut(at) for at in self.rng.choice(len(self.large), self.size, replace=False)]
        small, large = zip(*cuts)
        return as_input(torch.stack(small)), as_input(torch.stack(large))

    def cut(self, at: int) -> tuple[Tensor, Tensor]:
        small, large = self.small[at], self.large[at]
        return cut_pair(small, large, self.side, self.rng)


def cut_pair(small: Tensor, large: Tensor, side: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The same window of both [H,W,3] pictures, turned and mirrored alike."""
    y, x = (int(rng.integers(size - side + 1)) for size in small.shape[:2])
    small = small[y : y + side, x : x + side]
    large = large[SCALE * y : SCALE * (y + side), SCALE * x : SCALE * (x + side)]
    turns, mirrored = int(rng.integers(4)), rng.random() < 0.5
    small, large = torch.rot90(small, turns), torch.rot90(large, turns)
    return (small.flip(0), large.flip(0)) if mirrored else (small, large)


def as_input(pictures: Tensor) -> Tensor:
    """uint8 [N,H,W,3] to float [N,3,H,W] in [0,1], laid out channels last."""
    return pictures.permute(0, 3, 1, 2).float().div_(255)


def _quiet(_worker: int) -> None:
    import cv2

    cv2.setNumThreads(1)
    torch.set_num_threads(1)

"""
Pictures that the teacher enlarged: a pool that grows while the training goes on, kept on disk in pieces. Degraded photographs, art and icons
only: clean pictures and letters are their own best teachers.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from degrade import degrade
from samples import VALIDATION, as_input, cut_pair
from second.options import Options
from teacher import Teacher, open_teacher

SHARES = {"photo": 0.55, "art": 0.35, "icons": 0.10}
KINDS = {"camera": 0.35, "mild": 0.40, "strong": 0.25}
PIECE = 100
COLOUR = 16
"""Means over so many pixels of the teacher's picture become the original's: its shifts of colour are not to be learned."""


class Taught:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = options.out / "taught"
        self.folder.mkdir(exist_ok=True)
        self.small: list[Tensor] = []
        self.large: list[Tensor] = []
        """uint8 [256,256,6]: the original and the teacher's."""
        for file in sorted(self.folder.glob("*.npz")):
            with np.load(file) as piece:
                self.small += [torch.from_numpy(picture) for picture in piece["small"]]
                self.large += [torch.from_numpy(picture) for picture in piece["large"]]
        self.saved = len(self.small)
        self.rng = np.random.default_rng([options.seed, 3, self.saved])
        names = [name for name in SHARES if (options.data / f"{name}.npy").exists()]
        self.crops = {name: np.load(options.data / f"{name}.npy", mmap_mode="r") for name in names}
        shares = np.array([SHARES[name] for name in names])
        self.names, self.shares = names, shares / shares.sum()
        self.teacher: Teacher | None = None

    def grow(self, least: int = 0) -> None:
        """One more picture, or as many as are missing to `least`; none once there are enough."""
        for _ in range(max(1, least - len(self.small))):
            if len(self.small) >= self.options.taught:
                return
            self._add()

    def _add(self) -> None:
        self.teacher = self.teacher or open_teacher(self.options.teacher).to(self.options.device, memory_format=torch.contiguous_format)
        crops = self.crops[self.names[self.rng.choice(len(self.names), p=self.shares)]]
        large = np.rot90(crops[self.rng.integers(len(crops) - VALIDATION)], self.rng.integers(4)).copy()
        small = degrade(large, self.rng, KINDS)
        with torch.no_grad(), torch.autocast(self.options.device, torch.bfloat16):
            found = self.teacher(as_input(torch.from_numpy(small)[None]).contiguous().to(self.options.device))
        taught = found[0].float().cpu().permute(1, 2, 0).numpy() * 255
        self.small.append(torch.from_numpy(small))
        self.large.append(torch.from_numpy(np.concatenate([large, recoloured(taught, large)], 2)))
        if len(self.small) - self.saved == PIECE:
            small, large = (np.stack(part[self.saved :]) for part in (self.small, self.large))
            np.savez(self.folder / f"{self.saved:05d}.npz", small=small, large=large)
            self.saved = len(self.small)

    def draw(self, count: int, side: int) -> tuple[Tensor, Tensor, Tensor]:
        """[count,3,side,side] and twice [count,3,4*side,4*side]: small, original, teacher's."""
        pairs = [cut_pair(self.small[at], self.large[at], side, self.rng) for at in self.rng.choice(len(self.small), count, replace=False)]
        small, both = (torch.stack(part) for part in zip(*pairs))
        return as_input(small), as_input(both[..., :3]), as_input(both[..., 3:])


def recoloured(taught: np.ndarray, large: np.ndarray) -> np.ndarray:
    """The teacher's picture with the original's colours on the large scale, uint8."""
    height, width = large.shape[:2]
    shift = cv2.resize(large.astype(np.float32) - taught, (width // COLOUR, height // COLOUR), interpolation=cv2.INTER_AREA)
    wide = cv2.resize(shift, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.rint(taught + wide), 0, 255).astype(np.uint8)

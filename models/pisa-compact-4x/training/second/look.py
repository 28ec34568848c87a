"""Pictures to be looked at while a training goes on: figures don't see what an eye objects to."""

from pathlib import Path
from typing import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from samples import as_input
from second.options import Options
from validate import Validation

ROWS = 6


class Look:
    """`OUT/look/<branch>.png`: rows of nearest, enlarged and original of degraded validation pictures; below, the pictures of `--look`."""

    def __init__(self, options: Options, branch: str, validation: Validation) -> None:
        self.file = options.out / "look" / f"{branch}.png"
        self.file.parent.mkdir(exist_ok=True)
        kept = range(0, len(validation.large), max(1, len(validation.large) // ROWS))
        self.pairs = [(validation.small["blur"][at], validation.large[at]) for at in kept]
        files = sorted(options.look.glob("*.png")) if options.look else []
        self.more = [as_input(torch.from_numpy(read(file))[None])[0] for file in files]

    def draw(self, enlarge: Callable[[Tensor], Tensor]) -> None:
        rows = [torch.cat([nearest(small), enlarge(small[None])[0], large], 2) for small, large in self.pairs]
        more = [torch.cat([nearest(small), enlarge(small[None])[0]], 2) for small in self.more]
        width = max(row.shape[2] for row in rows + more)
        picture = torch.cat([F.pad(row, (0, width - row.shape[2])) for row in rows + more], 1)
        values = (picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
        part = self.file.with_suffix(".part.png")
        cv2.imwrite(str(part), np.ascontiguousarray(values[..., ::-1]))
        part.replace(self.file)


def nearest(small: Tensor) -> Tensor:
    return F.interpolate(small[None], scale_factor=4, mode="nearest")[0]


def read(file: Path) -> np.ndarray:
    """uint8 [H,W,3], RGB."""
    return np.ascontiguousarray(cv2.imread(str(file), cv2.IMREAD_COLOR)[..., ::-1])

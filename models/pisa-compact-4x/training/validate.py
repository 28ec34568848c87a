"""Figures that watch the training: on crops of the training pictures' kind, never on the held-out ones."""

from pathlib import Path
from typing import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from degrade import resize
from network import SCALE, Bicubic
from samples import as_input, validation_crops

SETS = ("clean", "blur", "noise")
LUMA = torch.tensor([65.481, 128.553, 24.966]).view(1, 3, 1, 1) / 255


class Validation:
    def __init__(self, data: Path, every: int = 1) -> None:
        """`every`: only each so many-th picture."""
        crops = validation_crops(data)[::every]
        self.large = as_input(torch.from_numpy(crops))
        self.small = {name: as_input(torch.from_numpy(np.stack([reduce(crop, name, at) for at, crop in enumerate(crops)]))) for name in SETS}
        base = Bicubic()
        self.bicubic = {name: psnr_y(base(small), self.large) for name, small in self.small.items()}

    @torch.no_grad()
    def gains(self, enlarge: Callable[[Tensor], Tensor]) -> dict[str, str]:
        """dB by which an enlargement's PSNR-Y exceeds the bicubic one's, for each set."""
        return {f"{name}_db": f"{float((psnr_y(enlarge(small), self.large) - self.bicubic[name]).mean()):.3f}" for name, small in self.small.items()}


def reduce(crop: np.ndarray, name: str, seed: int) -> np.ndarray:
    """One of three fixed degradations of [H,W,3]."""
    image, rng = crop.astype(np.float32), np.random.default_rng(seed)
    if name == "blur":
        image = cv2.GaussianBlur(image, (0, 0), 1.2)
    image = resize(image, "cubic", crop.shape[0] // SCALE, crop.shape[1] // SCALE)
    if name == "noise":
        image = image + 8 * rng.standard_normal(image.shape, np.float32)
    if name != "clean":
        options = [cv2.IMWRITE_JPEG_QUALITY, 50 if name == "blur" else 70]
        bgr = np.ascontiguousarray(np.clip(np.rint(image), 0, 255).astype(np.uint8)[..., ::-1])
        image = cv2.imdecode(cv2.imencode(".jpg", bgr, options)[1], cv2.IMREAD_COLOR)[..., ::-1]
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def psnr_y(image: Tensor, target: Tensor) -> Tensor:
    """[N]: dB on BT.601 luma of RGB in [0,1], without SCALE pixels of the border."""
    difference = ((image.clamp(0, 1) - target) * LUMA).sum(1)[:, SCALE:-SCALE, SCALE:-SCALE]
    return -10 * torch.log10(F.relu(difference.square().mean((1, 2))) + 1e-10)

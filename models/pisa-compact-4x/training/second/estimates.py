"""
How far the engine's estimate of noise, blur and blocks (src/engine/estimate) is right: whole pictures are degraded as in training, and both the truth and the
estimate written down. The table is what `compare_planes --by estimate` draws from.

    python -m second.estimates --data DATA
"""

import csv
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from second.strengths import PLANES, degraded

TABLE = Path(__file__).parent / "estimates.csv"
PROJECT = Path(__file__).resolve().parents[4]
MANY, LARGEST, SMALLEST, BYTES = 360, 1600, 512, 150_000
"""Pictures, their largest and smallest side, and what a file must have to be more than a drawing of a few colours."""
FULL = np.array([16.0, 1.0, 1.4], np.float32)
"""Levels of noise, pixels of blur and blockiness for which a plane says 1."""
NEAR = 12


class Estimates:
    """Draws what the engine would say of a picture that is degraded like this: what it said of one of the NEAR pictures degraded most alike."""

    def __init__(self) -> None:
        rows = np.loadtxt(TABLE, delimiter=",", skiprows=1, dtype=np.float32)
        self.true, self.said = rows[:, : len(PLANES)], rows[:, len(PLANES) :] / FULL

    def draw(self, planes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """`planes` [3] as `Strengths.planes` has them; [3] of the estimate, 1.5 at most."""
        far = np.square(self.true - planes).sum(1) + rng.uniform(0, 1e-6, len(self.true))
        return np.minimum(self.said[rng.choice(np.argsort(far)[:NEAR])], 1.5)


def main() -> None:
    parser = ArgumentParser(description="Measures the engine's estimate on degraded pictures of the training's sources.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that data/prepare.py filled, with its sources")
    parser.add_argument("--seed", type=int, default=5)
    values = parser.parse_args()
    rng = np.random.default_rng(values.seed)
    files = sorted(file for file in values.data.rglob("*") if file.suffix in (".jpg", ".png") and "heldout" not in file.parts and file.exists() and file.stat().st_size > BYTES)
    with TemporaryDirectory() as folder:
        truths = []
        for at in rng.permutation(len(files)):
            picture = cv2.imread(str(files[at]), cv2.IMREAD_COLOR)
            if picture is None or min(picture.shape[:2]) < SMALLEST:
                continue
            height, width = (min(LARGEST, side) // 32 * 32 for side in picture.shape[:2])
            small, planes = degraded(np.ascontiguousarray(picture[:height, :width, ::-1]), rng)
            cv2.imwrite(f"{folder}/{len(truths):04d}.png", small[..., ::-1])
            truths.append(planes)
            if len(truths) == MANY:
                break
        command = ["node", "--import", "tsx", "eval/estimates.ts", folder]
        said = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.splitlines()
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*PLANES, *(f"said_{name}" for name in PLANES)])
        writer.writerows([*(f"{value:.4f}" for value in truth), *line.split(",")] for truth, line in zip(truths, said, strict=True))


if __name__ == "__main__":
    main()

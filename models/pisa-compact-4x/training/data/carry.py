"""
The crops in a form small enough for a machine that only little can be carried to: AVIF (letters without loss) in pieces.

    python carry.py pack DATA PIECES --megabytes 40
    python carry.py unpack PIECES DATA             # pieces may come one after the other: a category is written once all of it is there
"""

import io
import json
from argparse import ArgumentParser
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from PIL import Image

FORMS = {
    "photo": ("avif", {"quality": 86, "subsampling": "4:4:4", "speed": 6}),
    "art": ("avif", {"quality": 86, "subsampling": "4:4:4", "speed": 6}),
    "icons": ("avif", {"quality": 88, "subsampling": "4:4:4", "speed": 6}),
    "text": ("webp", {"lossless": True, "quality": 60}),
}
COUNTS = "counts.json"


def encoded(work: tuple[np.ndarray, str]) -> bytes:
    picture, name = work
    form, options = FORMS[name]
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, **options)
    return file.getvalue()


def pack(data: Path, out: Path, most: int) -> None:
    """Writes `00.zip`, `01.zip` ... of at most `most` bytes each."""
    out.mkdir(parents=True, exist_ok=True)
    crops = {name: np.load(data / f"{name}.npy", mmap_mode="r") for name in FORMS}
    counts = json.dumps({name: len(pictures) for name, pictures in crops.items()})
    piece, size, archive = 0, most, None
    for name, pictures in crops.items():
        for at, picture in enumerate(pictures):
            file = encoded((picture, name))
            if archive is None or size + len(file) > most:
                if archive:
                    archive.close()
                archive = ZipFile(out / f"{piece:02d}.zip", "w", ZIP_STORED)
                archive.writestr(COUNTS, counts)
                piece, size = piece + 1, 0
            archive.writestr(f"{name}/{at:05d}.{FORMS[name][0]}", file)
            size += len(file) + 200
    if archive:
        archive.close()
    print(f"{piece} pieces in {out}")


def decoded(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def unpack(pieces: Path, data: Path) -> None:
    """Writes `photo.npy` ... of the categories that the pieces hold whole."""
    data.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[int, bytes]] = defaultdict(dict)
    counts: dict[str, int] = {}
    for piece in sorted(pieces.glob("*.zip")):
        with ZipFile(piece) as archive:
            for name in archive.namelist():
                if name == COUNTS:
                    counts = json.loads(archive.read(name))
                    continue
                category, number = name.split("/")
                files[category][int(number.split(".")[0])] = archive.read(name)
    with ProcessPoolExecutor() as pool:
        for category, found in files.items():
            out = data / f"{category}.npy"
            if len(found) == counts[category] and not out.exists():
                pictures = pool.map(decoded, [found[at] for at in sorted(found)], chunksize=16)
                part = out.with_suffix(".part")
                with part.open("wb") as file:
                    np.save(file, np.stack(list(pictures)))
                part.replace(out)
            print(f"{category}: {len(found)} of {counts[category]}")


def main() -> None:
    parser = ArgumentParser(description="Carries the crops in pieces.")
    parser.add_argument("what", choices=("pack", "unpack"))
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--megabytes", type=float, default=40, help="of a piece, at most")
    values = parser.parse_args()
    if values.what == "pack":
        pack(values.source, values.target, int(values.megabytes * 1e6))
    else:
        unpack(values.source, values.target)


if __name__ == "__main__":
    main()

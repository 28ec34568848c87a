"""
Static quantisation to int8: ONNX Runtime's tool, QDQ, weights per channel, U8S8. In floats stay the base and the gate, which keep a flat field
exactly flat, the filter against weaves, and the first and the last convolutions: 8 bits for a picture and for a residual are a level each.

    python quantize.py MODEL.onnx OUT.onnx --data DATA
"""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Iterator

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from degrade import degrade
from samples import SHARES, VALIDATION

KINDS = {"clean": 0.5, "mild": 0.3, "strong": 0.2}
METHODS = {"percentile": CalibrationMethod.Percentile, "minmax": CalibrationMethod.MinMax}
FLOAT = re.compile(r"base.*|.*\.unpattern.*|(.*\.)?(entry|conv|early)")
"""Names of convolutions that stay in floats."""


def calibration_pictures(data: Path, each: int, seed: int = 1) -> Iterator[np.ndarray]:
    """`each` small pictures of every category, clean and degraded, and some of one colour: [1,3,H,W]."""
    rng = np.random.default_rng(seed)
    for name in SHARES:
        if not (data / f"{name}.npy").exists():
            continue
        crops = np.load(data / f"{name}.npy", mmap_mode="r")
        for at in rng.choice(len(crops) - VALIDATION, each, replace=False):
            yield _input(degrade(np.array(crops[at]), rng, KINDS))
    for colour in rng.integers(0, 256, (max(2, each // 4), 3)):
        yield _input(np.broadcast_to(colour.astype(np.uint8), (64, 64, 3)))


def _input(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)


class Reader(CalibrationDataReader):
    def __init__(self, pictures: Iterator[np.ndarray]) -> None:
        self.pictures = pictures

    def get_next(self) -> dict[str, np.ndarray] | None:
        picture = next(self.pictures, None)
        return None if picture is None else {"image": picture}


def quantize(model: Path, out: Path, data: Path, each: int, method: str, percentile: float, reduce_range: bool) -> None:
    """Writes the quantised form of `model`. `reduce_range`: weights of 7 bits, for CPUs whose 8-bit products saturate (before VNNI)."""
    convolutions = [node.name for node in onnx.load(str(model)).graph.node if node.op_type == "Conv"]
    quantize_static(
        str(model),
        str(out),
        Reader(calibration_pictures(data, each)),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=reduce_range,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=[name for name in convolutions if FLOAT.fullmatch(name)],
        calibrate_method=METHODS[method],
        extra_options={"CalibPercentile": percentile} if method == "percentile" else {},
    )


def main() -> None:
    parser = ArgumentParser(description="Quantises an exported model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder with photo.npy, art.npy, icons.npy and text.npy")
    parser.add_argument("--each", type=int, default=12, help="calibration pictures of every category")
    parser.add_argument("--method", choices=tuple(METHODS), default="minmax")
    parser.add_argument("--percentile", type=float, default=99.999)
    parser.add_argument("--reduce-range", action="store_true", help="weights of 7 bits")
    values = parser.parse_args()
    quantize(values.model, values.out, values.data, values.each, values.method, values.percentile, values.reduce_range)
    print(f"{values.out}: {values.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

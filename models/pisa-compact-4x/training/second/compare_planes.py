"""
Would the pixel branch gain if it were told how its input was degraded? Two copies of the snapshot's branch learn side by side from the same batches: one
sees the picture alone, the other three more planes that say how strong noise, blur and blocks are: either really, as no estimate could know better, or as
the engine's estimate says of pictures degraded as much (`--by estimate`, from estimates.csv; see estimates.py).

    python -m second.compare_planes --data DATA/data --out COMPARISON --seconds 5400
"""

import time
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from run_state import Average, Checkpoints, Log, Means
from samples import SHARES, VALIDATION, as_input, cut_pair
from schedule import cosine
from second.bounded import be_rounded
from second.estimates import Estimates
from second.network import SecondNetwork
from second.snapshot import load_branch
from second.strengths import PLANES, degraded
from second.train_pixel import FLOOR
from validate import SETS, Validation, psnr_y

KNOWN = {"clean": (0.0, 0.0, 0.0), "blur": (0.0, 0.3, 50 / 70), "noise": (0.5, 0.0, 30 / 70)}
"""The planes of the validation's sets."""
ROOM, FRESH = 512, 6
DECAY = 0.995
MANY = 12
"""Validation pictures at a time."""


class Pairs(torch.utils.data.IterableDataset):
    """Endless: crop uint8 [256,256,3], small picture uint8 [64,64,3], planes' values [3]."""

    def __init__(self, data: Path, seed: int, estimates: Estimates | None) -> None:
        super().__init__()
        self.data, self.seed, self.estimates = data, seed, estimates

    def __iter__(self):  # noqa: ANN204
        rng, guesses = np.random.default_rng(self.seed), np.random.default_rng([self.seed, 2])
        names = [name for name in SHARES if (self.data / f"{name}.npy").exists()]
        shares = np.array([SHARES[name] for name in names])
        crops = [np.load(self.data / f"{name}.npy", mmap_mode="r") for name in names]
        while True:
            pool = crops[int(rng.choice(len(names), p=shares / shares.sum()))]
            picture = np.rot90(pool[rng.integers(len(pool) - VALIDATION)], rng.integers(4)).copy()
            small, planes = degraded(picture, rng)
            yield picture, small, self.estimates.draw(planes, guesses) if self.estimates else planes


class Batches:
    """Drawn from a reservoir whose oldest pairs are replaced."""

    def __init__(self, data: Path, seed: int, size: int, side: int, estimates: Estimates | None) -> None:
        loader = torch.utils.data.DataLoader(Pairs(data, seed, estimates), batch_size=FRESH, num_workers=1, prefetch_factor=16, worker_init_fn=_quiet, multiprocessing_context="spawn")
        self.source, self.size, self.side = iter(loader), size, side
        self.rng, self.held, self.next = np.random.default_rng([seed, 1]), [], 0

    def __next__(self) -> tuple[Tensor, Tensor, Tensor]:
        while len(self.held) < 8 * self.size:
            self._more()
        self._more()
        chosen = [self.held[at] for at in self.rng.choice(len(self.held), self.size, replace=False)]
        cuts = [cut_pair(small, large, self.side, self.rng) for large, small, _ in chosen]
        small, large = (as_input(torch.stack(part)) for part in zip(*cuts))
        return small, large, torch.stack([planes for _, _, planes in chosen])

    def _more(self) -> None:
        for pair in zip(*next(self.source)):
            if len(self.held) < ROOM:
                self.held.append(pair)
            else:
                self.held[self.next] = pair
                self.next = (self.next + 1) % ROOM


def _quiet(_worker: int) -> None:
    import cv2

    cv2.setNumThreads(1)
    torch.set_num_threads(1)


class Told(nn.Module):
    """The pixel branch with an entry that reads the planes, too; their weights begin at zero, so it begins as the same function."""

    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        self.branch = branch
        entry = branch.entry
        self.told = nn.Conv2d(len(PLANES), entry.out_channels, 3, padding=1, bias=False)
        nn.init.zeros_(self.told.weight)

    def forward(self, image: Tensor, planes: Tensor) -> Tensor:
        maps = planes[:, :, None, None].expand(-1, -1, *image.shape[2:])
        x = F.leaky_relu(self.branch.entry(image - 0.5) + self.told(maps), 0.1)
        return self.branch.head(self.branch.trunk(x))


class Untold(nn.Module):
    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, image: Tensor, _planes: Tensor) -> Tensor:
        return self.branch(image)


class Learner:
    """One copy: its optimizer and its averaged weights."""

    def __init__(self, module: nn.Module, rate: float) -> None:
        be_rounded(module.branch, False)
        self.module, self.average, self.rate = module.to(memory_format=torch.channels_last), Average(module, DECAY), rate
        groups = [{"params": module.branch.parameters(), "share": 1.0}]
        if isinstance(module, Told):
            groups.append({"params": module.told.parameters(), "share": 10.0})
        self.optimizer = torch.optim.Adam(groups, rate, betas=(0.9, 0.99))

    def step(self, network: SecondNetwork, base: Tensor, gate: Tensor, small: Tensor, large: Tensor, planes: Tensor, step: int, rate: float) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        with torch.autocast("cpu", torch.bfloat16):
            pixel = self.module(small, planes)
        made = base + network.residual(gate, pixel)
        loss = 0.1 * ((made - large).square().mean((1, 2, 3)) + FLOOR).log().mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 0.5)
        self.optimizer.step()
        self.average.update(self.module, step)
        return loss


def main() -> None:
    parser = ArgumentParser(description="Compares the pixel branch with and without planes that tell how the input was degraded.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=5400, help="the rates are those of a training that ends then")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--side", type=int, default=40)
    parser.add_argument("--every", type=float, default=300, help="seconds between two rows of the log")
    parser.add_argument("--seed", type=int, default=20_261_127)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--by", choices=("truth", "estimate"), default="truth", help="what the planes say")
    values = parser.parse_args()
    estimates = Estimates() if values.by == "estimate" else None
    values.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(values.threads)
    torch.manual_seed(values.seed)
    network = SecondNetwork()
    learners = {}
    for name, kind in (("untold", Untold), ("told", Told)):
        copy = SecondNetwork().pixel
        load_branch("pixel", copy, None)
        learners[name] = Learner(kind(copy), values.rate)
    parts = {f"{name}.{part}": value for name, one in learners.items() for part, value in (("module", one.module), ("average", one.average.module), ("optimizer", one.optimizer))}
    checkpoints = Checkpoints(values.out / "checkpoint.pt", parts)
    step, before = checkpoints.load()
    log, means = Log(values.out / "planes.csv"), Means()
    log.drop_after(step)
    validation = Validation(values.data)
    batches = Batches(values.data, values.seed + step, values.batch, values.side, estimates)
    next(batches)
    started = saved = time.time()
    seconds = before

    if step == 0:
        log.add({"step": 0, "seconds": 0, "untold": 0, "told": 0, **figures(network, learners, validation, estimates)})
    while seconds < values.seconds:
        small, large, planes = next(batches)
        rate = min(1.0, (step + 1) / 200) * cosine(int(1e6 * seconds / values.seconds), 1_000_000, values.rate)
        with torch.no_grad():
            base, gate = network.base(small), network.gate(small)
        step += 1
        means.add({name: learner.step(network, base, gate, small, large, planes, step, rate) for name, learner in learners.items()})
        seconds = before + time.time() - started
        if time.time() - saved >= values.every or seconds >= values.seconds:
            log.add({"step": step, "seconds": round(seconds), **means.take(), **figures(network, learners, validation, estimates)})
            checkpoints.save(step, seconds)
            saved = time.time()


@torch.no_grad()
def figures(network: SecondNetwork, learners: dict[str, Learner], validation: Validation, estimates: Estimates | None) -> dict[str, str]:
    """dB above the bicubic enlargement of each copy's averaged weights, for each set."""
    found = {}
    for name, learner in learners.items():
        for kind in SETS:
            rng, small = np.random.default_rng(1), validation.small[kind]
            planes = torch.tensor(np.stack([estimates.draw(np.float32(KNOWN[kind]), rng) if estimates else np.float32(KNOWN[kind]) for _ in small]))
            made = torch.cat([faithful(network, learner.average.module, *part) for part in zip(small.split(MANY), planes.split(MANY))])
            found[f"{name}_{kind}"] = f"{float((psnr_y(made, validation.large) - validation.bicubic[kind]).mean()):.3f}"
    return found


def faithful(network: SecondNetwork, module: nn.Module, image: Tensor, planes: Tensor) -> Tensor:
    """The picture at (1, 0)."""
    with torch.autocast("cpu", torch.bfloat16):
        pixel = module(image, planes)
    return network.base(image) + network.residual(network.gate(image), pixel)


if __name__ == "__main__":
    main()

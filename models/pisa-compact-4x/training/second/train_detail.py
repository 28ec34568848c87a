"""The detail branch: towards the teacher on degraded pictures, towards the original on clean ones; then for what an eye would miss, too."""

import json

import torch
from torch import Tensor

from second.adversary import Adversary
from second.bounded import be_rounded
from second.captured import Captured, Losses
from second.look import Look
from second.network import SecondNetwork
from second.options import Options
from second.pool import Pool
from second.snapshot import load_branch
from second.stage import MANY, Stage
from second.warm_start import begun
from teacher import open_teacher
from train_semantic import beyond, pattern, reduced
from validate import Validation

TAUGHT = 5 / 8
"""Share of the pictures that have a teacher's enlargement."""
DISTILLING, YOUNG, BOUNDED = 0.2, 0.22, 0.4
"""Shares of the training: until the first, no losses but the plain ones; until the second, the discriminator only learns; both are over where the branch has learned before. From the third on, values have limits."""
WEIGHTS = {"near": 1.0, "edges": 0.4, "consistent": 0.5, "pattern": 8.0, "beyond": 8.0, "feature": 1.5, "real": 1.5}
"""Of the plain losses; and of how long the gradients of `feature` and `real` are, beside theirs. `OUT/weights.json` changes them while the training goes on."""
SHARES = {"photo": 0.55, "art": 0.35, "icons": 0.10}
KINDS = {"camera": 0.35, "mild": 0.40, "strong": 0.25}
"""Of the pictures with a teacher: clean pictures and letters are their own best teachers."""
OWN_SHARES = {"photo": 0.35, "art": 0.22, "icons": 0.15, "text": 0.28}
OWN_KINDS = {"photo": {"clean": 1.0}, "art": {"clean": 1.0}, "icons": {"clean": 0.7, "mild": 0.3}, "text": {"clean": 0.45, "camera": 0.10, "mild": 0.30, "strong": 0.15}}
LOGGED = ("near", "edges", "consistent", "pattern", "beyond", "feature", "real", "told", "sharp", "wanted")


class DetailTraining:
    """One step of it, on tensors that stay where they are."""

    def __init__(self, options: Options) -> None:
        torch.manual_seed(options.seed + 1)
        self.options = options
        self.network = begun(options.first)
        load_branch("pixel", self.network.pixel, options.out if (options.out / "pixel-checkpoint.pt").exists() else options.start)
        be_rounded(self.network.pixel, False)
        self.network.to(options.device, memory_format=torch.channels_last)
        self.adversary = Adversary(options)
        self.stage = Stage(options, "detail", self.network.detail, (options.detail_steps, options.detail_seconds), self.adversary.discriminator)
        self.stage.begin({"discriminator": self.adversary.discriminator, "critic": self.adversary.optimizer})
        self.weights = {name: torch.tensor(value, device=options.device) for name, value in WEIGHTS.items()}
        self.taught = round(TAUGHT * options.batch)
        self.pools = pools(options, self.stage.step)
        self.small, self.large, self.target = self.draw()

    def draw(self) -> tuple[Tensor, Tensor, Tensor]:
        """Small pictures, originals and what is to be learned."""
        own, taught = self.pools
        small, large = own.draw(self.options.batch - self.taught, self.options.side)
        more_small, more_large, guide = taught.draw(self.taught, self.options.side)
        return torch.cat([small, more_small]), torch.cat([large, more_large]), torch.cat([large, guide])

    def ready(self) -> None:
        """Before each step."""
        self.stage.ready()
        for pool, most in zip(self.pools, (3, 1 if self.stage.step % 8 == 0 else 0)):
            pool.refresh(most)
        for place, drawn in zip((self.small, self.large, self.target), self.draw()):
            place.copy_(drawn)
        self.adversary.move()
        file = self.options.out / "weights.json"
        if self.stage.step % 100 == 0 and file.exists():
            for name, value in json.loads(file.read_text()).items():
                self.weights[name].fill_(value)

    def step(self, adversarial: bool, young: bool) -> Losses:
        network, small = self.network, self.small
        with torch.autocast(self.options.device, torch.bfloat16, cache_enabled=False):
            with torch.no_grad():
                pixel = network.pixel(small).float()
            detail = network.detail(small).float()
        gate, base = network.gate(small), network.base(small)
        faithful = base + network.residual(gate, pixel)
        made = faithful + network.residual(gate, network.unpattern(detail - pixel))
        image = made.detach().requires_grad_()
        losses = plain(image, faithful, self.large, self.target)
        gradient = torch.autograd.grad(sum(self.weights[name] * value for name, value in losses.items()), image)[0]
        if adversarial:
            length = gradient.norm()
            more = {"feature": self.adversary.feature(image, self.target, self.large)} | ({} if young else {"real": self.adversary.real(image)})
            for name, value in more.items():
                found = torch.autograd.grad(value, image)[0]
                gradient = gradient + found * (self.weights[name] * length / found.norm().clamp(min=1e-12))
            losses |= more | {"told": self.adversary.learn(image, self.target)}
        made.backward(gradient)
        self.stage.learn(1.0)
        losses |= {"sharp": sharpness(image), "wanted": sharpness(self.target)}
        return {name: losses[name].detach() if name in losses else torch.zeros((), device=self.options.device) for name in LOGGED}

    def run(self) -> None:
        options, stage = self.options, self.stage
        validation = Validation(options.data, 1 if options.fast else 3)
        look = Look(options, "detail", validation)
        taken, kind = None, None
        stage.start()
        while stage.going:
            if stage.progress >= BOUNDED and not stage.bounded:
                stage.bound(torch.cat([pool.draw(MANY // 2, options.side)[0] for pool in self.pools]))
            stage.round()
            learned = self.stage.learned
            now = (learned or stage.progress >= DISTILLING, not learned and stage.progress < YOUNG, stage.bounded, stage.rounded)
            if now != kind:
                taken, kind = Captured(lambda: self.step(*kind[:2]), options.device), now
            self.ready()
            if stage.note(taken()):
                stage.write(validation.gains(lambda image: detailed(self.network, stage, image, options.device)))
                look.draw(lambda image: detailed(self.network, stage, image, options.device))


def train_detail(options: Options) -> None:
    training = DetailTraining(options)
    training.run()


def pools(options: Options, step: int) -> tuple[Pool, Pool]:
    """Pictures that are their own teachers, and the teacher's."""
    if options.teacher is None:
        raise SystemExit("The detail branch learns of a teacher: --teacher names its wheel.")
    teacher = open_teacher(options.teacher).to(options.device)

    def teach(small: Tensor) -> Tensor:
        with torch.autocast(options.device, torch.float16 if options.fast else torch.bfloat16):
            return teacher(small.contiguous(memory_format=torch.channels_last)).float()

    workers = max(1, options.workers // 2)
    own = Pool(options, OWN_SHARES, OWN_KINDS, options.seed + step + 1, options.room, workers)
    taught = Pool(options, SHARES, dict.fromkeys(SHARES, KINDS), options.seed + step + 2, options.room, workers, teach)
    own.fill(options.room // 4)
    taught.fill(options.room // 2)
    return own, taught


def plain(image: Tensor, faithful: Tensor, large: Tensor, target: Tensor) -> Losses:
    return {
        "near": (image - target).abs().mean(),
        "edges": edges(image, target),
        "consistent": (reduced(image) - reduced(faithful)).abs().mean(),
        "pattern": pattern(image - faithful),
        "beyond": beyond(image, large, target),
    }


def edges(image: Tensor, target: Tensor) -> Tensor:
    """Mean error of the differences between neighbouring pixels."""
    error = image - target
    return (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()


def sharpness(image: Tensor) -> Tensor:
    """Mean difference to the next pixel, in levels: watched, not learned from."""
    return 255 * ((image[..., 1:] - image[..., :-1]).abs().mean() + (image[..., 1:, :] - image[..., :-1, :]).abs().mean()).detach() / 2


@torch.no_grad()
def detailed(network: SecondNetwork, stage: Stage, image: Tensor, device: str) -> Tensor:
    """The picture at (1, 1) of the averaged weights; what the filter against weaves takes out of it is too little to be counted here."""
    image = image.to(device).contiguous()
    with torch.autocast(device, torch.bfloat16):
        detail = stage.average.module(image)
    return (network.base(image) + network.residual(network.gate(image), detail)).cpu()

"""The second stage: the semantic branch on the frozen pixel branch, for what an eye would miss (PiSA-SR trains its semantic LoRA so)."""

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from discriminator import Discriminator
from features import FeatureDistance
from network import SCALE, CompactNetwork
from options import Options
from run_state import Average, Checkpoints, Log, Means
from samples import Batches, as_input, cut_pair
from schedule import cosine
from validate import Validation

SIDE = 32
DISTILLATION = 2750
"""Steps that only learn from the teacher's pictures: much cheaper ones, and a start that the adversarial ones need."""
FIRST = {"batch": 16, "taught": 12, "fresh": 3}
THEN = {"batch": 12, "taught": 4, "fresh": 4}
"""`taught` pictures of the `batch` have a teacher's enlargement."""
FEATURED = 6
"""The last pictures of the batch are compared by features too, the dearest loss: those of the teacher, and some without."""
WINDOW = 112
"""Side of what the features' network and the discriminator see, at a random place."""
FIRST_RATE, DISCRIMINATOR_RATE = 6e-4, 5e-4
POLISH = 2000
"""Steps at the end that begin with half the rate once more."""
RATE, POLISH_RATE = 3e-4, 1.5e-4
WARM = 100
"""Adversarial steps before that loss counts, so that the discriminator has learned something."""
WEIGHTS = {"near": 0.8, "feature": 0.6, "consistent": 1.0, "real": 0.15, "taught": 1.0, "pattern": 4.0, "beyond": 4.0}


class Taught:
    """Pairs with the teacher's enlargement, cut as the others are."""

    def __init__(self, path: Path, seed: int) -> None:
        with np.load(path) as file:
            self.large, self.small, self.taught = (torch.from_numpy(file[name]) for name in ("large", "small", "taught"))
        self.rng = np.random.default_rng([seed, 3])

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """[count,3,SIDE,SIDE] and twice [count,3,4*SIDE,4*SIDE]: small, large, taught."""
        pictures = []
        for at in self.rng.choice(len(self.small), count, replace=False):
            small, both = cut_pair(self.small[at], torch.cat([self.large[at], self.taught[at]], 2), SIDE, self.rng)
            pictures.append((small, both[..., :3], both[..., 3:]))
        small, large, taught = (as_input(torch.stack(part)) for part in zip(*pictures))
        return small, large, taught


def reduced(image: Tensor) -> Tensor:
    """Means over SCALE x SCALE pixels: what the small picture fixes."""
    return F.avg_pool2d(image, SCALE)


def pattern(residual: Tensor) -> Tensor:
    """
    How much the SCALE x SCALE sub-pixels differ by their place, on the mean of some input pixels. Real detail averages out there; what stays is
    the fine checkerboard that depth-to-space invites and that the other losses take for texture: faint and wide, or a few strong dots.
    """
    n, c, h, w = residual.shape
    phases = F.pixel_unshuffle(residual, SCALE).reshape(n * c, SCALE * SCALE, h // SCALE, w // SCALE)
    wide, near = (F.avg_pool2d(phases, cell, cell // 2) for cell in (8, 4))
    return (wide - wide.mean(1, keepdim=True)).abs().mean() + 80 * (near - near.mean(1, keepdim=True)).square().mean()


def beyond(image: Tensor, *targets: Tensor, side: int = 7, tolerance: float = 0.02) -> Tensor:
    """How far pixels lie outside the values that the targets have within `side` x `side` pixels: specks, not texture that is a little displaced."""
    above, below = torch.stack(targets).amax(0), torch.stack(targets).amin(0)
    highest, lowest = F.max_pool2d(above, side, 1, side // 2), -F.max_pool2d(-below, side, 1, side // 2)
    return (F.relu(image - highest - tolerance) + F.relu(lowest - image - tolerance)).mean()


def windows(images: list[Tensor]) -> list[Tensor]:
    """
    The same WINDOW x WINDOW of each, at a random place. Both networks that look at it read every second pixel's neighbourhood first, and
    again, and again: a pattern in step with that would please the loss and nobody's eye.
    """
    room = images[0].shape[2] - WINDOW + 1
    y, x = (int(torch.randint(room, ())) for _ in range(2))
    return [image[:, :, y : y + WINDOW, x : x + WINDOW] for image in images]


def rate_at(step: int, steps: int) -> float:
    """The learning rate: one cosine for each part of the stage."""
    if step < DISTILLATION:
        return cosine(step, DISTILLATION, FIRST_RATE, warm=200, last=0.5)
    polish = max(DISTILLATION, steps - POLISH)
    if step < polish:
        return cosine(step - DISTILLATION, polish - DISTILLATION, RATE)
    return cosine(step - polish, steps - polish, POLISH_RATE)


def train_semantic(options: Options, pixel: Path, teacher: Path) -> Path:
    """Trains for `options.semantic_steps` from the last checkpoint on. Returns the file with the averaged network."""
    result = options.out / "network.pt"
    torch.manual_seed(options.seed)
    network = CompactNetwork()
    network.load_state_dict(torch.load(pixel, weights_only=True))
    network.to(memory_format=torch.channels_last)
    for parameter in network.pixel_parameters():
        parameter.requires_grad_(False)
    adversary = Adversary()
    average = Average(network, 0.999)
    optimizer = torch.optim.Adam(network.semantic_parameters(), RATE, betas=(0.9, 0.99))
    parts = {"network": network, "average": average.module, "optimizer": optimizer, "discriminator": adversary.discriminator, "critic": adversary.optimizer}
    checkpoints = Checkpoints(options.out / "semantic-checkpoint.pt", parts)
    step, before = checkpoints.load()
    if step >= options.semantic_steps:
        return result
    log, means = Log(options.out / "semantic.csv"), Means()
    log.drop_after(step)
    validation = Validation(options.data)
    source: Pictures | None = None
    started = time.time()
    while step < options.semantic_steps:
        first = step < DISTILLATION
        if source is None or source.first != first:
            source = Pictures(options, teacher, step, first)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, options.semantic_steps)
        small, large, taught = source.draw()
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                features = network.features(small)
                faithful = network.base(small) + network.pixel_head(features).float()
            residual = network.semantic(features).float()
        image = faithful + residual
        count = len(taught)
        losses = {
            "near": (image[:-count] - large[:-count]).abs().mean(),
            "consistent": (reduced(image) - reduced(large)).abs().mean(),
            "taught": (image[-count:] - taught).abs().mean(),
            "pattern": pattern(residual),
            "beyond": beyond(image, large),
        }
        if not first:
            losses |= adversary.losses(image, large, taught)
        young = step < DISTILLATION + WARM
        loss = sum(WEIGHTS[name] * value for name, value in losses.items() if name in WEIGHTS and not (name == "real" and young))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.semantic_parameters(), 1.0)
        optimizer.step()
        if not first:
            losses |= adversary.learn()
        step += 1
        average.update(network, step)
        means.add({name: losses.get(name, torch.zeros(())) for name in LOGGED})
        if step % options.log_every == 0 or step == options.semantic_steps:
            seconds = before + time.time() - started
            log.add({"step": step, "seconds": round(seconds), **means.take(), **validation.gains(lambda small: sum(average.module(small)))})
            checkpoints.save(step, seconds)
    torch.save(average.module.state_dict(), result)
    return result


LOGGED = ("near", "consistent", "taught", "pattern", "beyond", "feature", "real", "told")


class Pictures:
    """Batches for one half of the stage: fresh pairs, and after them those with a teacher's enlargement."""

    def __init__(self, options: Options, teacher: Path, step: int, first: bool) -> None:
        self.first = first
        shares = FIRST if first else THEN
        self.taught = shares["taught"]
        self.batches = Batches(options.data, options.seed + step + 1, shares["batch"] - self.taught, SIDE, shares["fresh"])
        self.teacher = Taught(teacher, options.seed + step)

    def draw(self) -> tuple[Tensor, Tensor, Tensor]:
        """`small` and `large` of the whole batch, `taught` of its last pictures."""
        small, large = next(self.batches)
        more_small, more_large, taught = self.teacher.draw(self.taught)
        return torch.cat([small, more_small]), torch.cat([large, more_large]), taught


class Adversary:
    """The losses that look at a picture as a whole: the discriminator's verdict, and the distance in the features of a trained network."""

    def __init__(self) -> None:
        self.discriminator = Discriminator().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.discriminator.parameters(), DISCRIMINATOR_RATE, betas=(0.9, 0.99))
        self.distance = FeatureDistance()
        self.loss = nn.BCEWithLogitsLoss()

    def losses(self, image: Tensor, large: Tensor, taught: Tensor) -> dict[str, Tensor]:
        """`feature`: to the original, and for the last pictures to the teacher's too; `real`: what the discriminator thinks."""
        count = len(taught)
        image, large, guide = windows([image, large, torch.cat([large[:-count], taught])])
        self.seen = image.detach(), large
        with torch.autocast("cpu", torch.bfloat16):
            self.discriminator.requires_grad_(False)
            verdict = self.discriminator(image).float()
        made = self.distance.features(image[-FEATURED:])
        with torch.no_grad():
            real, teacher = self.distance.features(large[-FEATURED:]), self.distance.features(guide[-count:])
        to_teacher = self.distance.between([x[-count:] for x in made], teacher).mean()
        return {"feature": self.distance.between(made, real).mean() + to_teacher, "real": self.loss(verdict, torch.ones_like(verdict))}

    def learn(self) -> dict[str, Tensor]:
        """One step of the discriminator, on what it was shown last."""
        made, real = self.seen
        self.discriminator.requires_grad_(True)
        with torch.autocast("cpu", torch.bfloat16):
            of_real, of_made = self.discriminator(torch.cat([real, made])).float().chunk(2)
        told = self.loss(of_real, torch.ones_like(of_real)) + self.loss(of_made, torch.zeros_like(of_made))
        self.optimizer.zero_grad(set_to_none=True)
        told.backward()
        self.optimizer.step()
        return {"told": told}

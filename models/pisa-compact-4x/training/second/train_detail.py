"""The detail branch: towards the teacher on degraded pictures, towards the original on clean ones; then for what an eye would miss, too."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from discriminator import Discriminator
from features import FeatureDistance
from network import SCALE
from samples import Batches
from schedule import cosine
from second.network import SecondNetwork
from second.options import FIRST_GRAPH, Options
from second.stage import BETAS, Stage
from second.taught import Taught
from second.warm_start import warm_start
from train_semantic import beyond, pattern, reduced, windows
from validate import Validation

BATCH, TAUGHT, SIDE, FRESH = 8, 5, 40, 1
"""`TAUGHT` pictures of the `BATCH` have a teacher's enlargement."""
GROW_EVERY = 8
"""Steps between two new pictures of the teacher."""
FEATURED = 5
"""The last pictures of the batch are compared by features too, the dearest loss."""
FIRST_RATE, RATE, DISCRIMINATOR_RATE = 4e-4, 2e-4, 3e-4
NARROW = 32
"""Features of the discriminator."""
WARM = 100
"""Adversarial steps before that loss counts, so that the discriminator has learned something."""
WEIGHTS = {"near": 1.0, "edges": 1.0, "consistent": 0.5, "pattern": 4.0, "beyond": 4.0, "feature": 0.4, "real": 0.04}
KINDS = {"photo": {"clean": 1.0}, "art": {"clean": 1.0}, "icons": {"clean": 0.7, "mild": 0.3}, "text": {"clean": 0.45, "camera": 0.10, "mild": 0.30, "strong": 0.15}}
"""Of the pictures without a teacher."""


def edges(image: Tensor, target: Tensor) -> Tensor:
    """Mean error of the differences between neighbouring pixels."""
    error = image - target
    return (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()


def train_detail(options: Options) -> None:
    """Trains for `options.detail_steps`, the first `options.distil_steps` without feature and adversarial losses."""
    torch.manual_seed(options.seed)
    network = SecondNetwork()
    warm_start(network, FIRST_GRAPH)
    network.to(options.device)
    adversary = Adversary(options.device)
    stage = Stage(options, "detail", network.detail, options.detail_steps, adversary.discriminator)
    stage.begin({"discriminator": adversary.discriminator, "critic": adversary.optimizer})
    if not stage.going:
        return
    taught = Taught(options)
    taught.grow(options.taught_first)
    validation = Validation(options.data, 3)
    batches = Batches(options.data, options.seed + stage.step + 1, BATCH - TAUGHT, SIDE, FRESH, degradations=KINDS)
    while stage.going:
        first = stage.step < options.distil_steps
        stage.rate(rate_at(stage.step, options))
        if stage.step % GROW_EVERY == 0:
            taught.grow()
        small, large = next(batches)
        more_small, more_large, guide = taught.draw(TAUGHT, SIDE)
        small, large, target = (part.to(options.device) for part in (torch.cat([small, more_small]).contiguous(), torch.cat([large, more_large]), torch.cat([large, guide])))
        with torch.autocast(options.device, torch.bfloat16):
            with torch.no_grad():
                pixel = network.pixel(small).float()
            detail = network.detail(small).float()
        gate, base = network.gate(small), network.base(small)
        residual = F.pixel_shuffle(gate * network.unpattern(detail - pixel), SCALE)
        faithful = base + F.pixel_shuffle(gate * pixel, SCALE)
        image = faithful + residual
        losses = {
            "near": (image - target).abs().mean(),
            "edges": edges(image, target),
            "consistent": (reduced(image) - reduced(faithful)).abs().mean(),
            "pattern": pattern(residual),
            "beyond": beyond(image, large, target),
        }
        if not first:
            losses |= adversary.losses(image, target)
        young = stage.step < options.distil_steps + WARM
        loss = sum(WEIGHTS[name] * value for name, value in losses.items() if not (name == "real" and young))
        stage.learn(loss, 1.0)
        if not first:
            losses |= adversary.learn()
        losses |= {"sharp": sharpness(image), "wanted": sharpness(target)}
        if stage.note({name: losses.get(name, torch.zeros(())) for name in LOGGED}):
            stage.write(validation.gains(lambda image: detailed(network, stage, image, options.device)))


LOGGED = ("near", "edges", "consistent", "pattern", "beyond", "feature", "real", "told", "sharp", "wanted")


def rate_at(step: int, options: Options) -> float:
    """The learning rate: one cosine for each part."""
    if step < options.distil_steps:
        return cosine(step, options.distil_steps, FIRST_RATE, last=0.5)
    return cosine(step - options.distil_steps, options.detail_steps - options.distil_steps, RATE)


def sharpness(image: Tensor) -> Tensor:
    """Mean difference to the next pixel, in levels: watched, not learned from."""
    return 255 * ((image[..., 1:] - image[..., :-1]).abs().mean() + (image[..., 1:, :] - image[..., :-1, :]).abs().mean()).detach() / 2


@torch.no_grad()
def detailed(network: SecondNetwork, stage: Stage, image: Tensor, device: str) -> Tensor:
    """The picture at (1, 1) of the averaged weights; what the filter against weaves takes out of it is too little to be counted here."""
    image = image.to(device).contiguous()
    with torch.autocast(device, torch.bfloat16):
        detail = stage.average.module(image)
    return (network.base(image) + F.pixel_shuffle(network.gate(image) * detail.float(), SCALE)).cpu()


class Adversary:
    """The losses that look at a picture as a whole: the discriminator's verdict, and the distance in the features of a trained network."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.discriminator = Discriminator(NARROW).to(device)
        self.optimizer = torch.optim.Adam(self.discriminator.parameters(), DISCRIMINATOR_RATE, betas=BETAS)
        self.distance = FeatureDistance().to(device)
        self.loss = nn.BCEWithLogitsLoss()

    def losses(self, image: Tensor, target: Tensor) -> dict[str, Tensor]:
        """`feature`: the distance of the last pictures to what they should be; `real`: what the discriminator thinks of all."""
        image, target = windows([image, target])
        self.seen = image.detach(), target
        with torch.autocast(self.device, torch.bfloat16):
            self.discriminator.requires_grad_(False)
            verdict = self.discriminator(image).float()
        made = self.distance.features(image[-FEATURED:])
        with torch.no_grad():
            wanted = self.distance.features(target[-FEATURED:])
        return {"feature": self.distance.between(made, wanted).mean(), "real": self.loss(verdict, torch.ones_like(verdict))}

    def learn(self) -> dict[str, Tensor]:
        """One step of the discriminator, on what it was shown last."""
        made, real = self.seen
        self.discriminator.requires_grad_(True)
        with torch.autocast(self.device, torch.bfloat16):
            of_real, of_made = self.discriminator(torch.cat([real, made])).float().chunk(2)
        told = self.loss(of_real, torch.ones_like(of_real)) + self.loss(of_made, torch.zeros_like(of_made))
        self.optimizer.zero_grad(set_to_none=True)
        told.backward()
        self.optimizer.step()
        return {"told": told}

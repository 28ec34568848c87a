"""What both branches' trainings have in common: where they go on from, the average of the weights, and every ten minutes a checkpoint and a row of the log."""

import time

import torch
from torch import Tensor, nn

from run_state import Average, Checkpoints, Log, Means
from second.options import Options
from second.snapshot import read_snapshot

CHECKPOINT_SECONDS = 600
DECAY = 0.999
BETAS = (0.9, 0.99)


class Stage:
    """
    The training of one branch. It goes on from the run's checkpoint; where there is none, from the snapshot in the repository, which holds the
    averaged weights; and where there is none either, from the weights that the branch has.
    """

    def __init__(self, options: Options, name: str, branch: nn.Module, steps: int, adversary: nn.Module | None = None) -> None:
        self.options, self.branch, self.steps = options, branch, steps
        taken_up = None if (options.out / f"{name}-checkpoint.pt").exists() else read_snapshot(name, branch, adversary)
        self.average = Average(branch, DECAY)
        self.optimizer = torch.optim.Adam(branch.parameters(), 1e-4, betas=BETAS)
        self.parts: dict[str, object] = {"branch": branch, "average": self.average.module, "optimizer": self.optimizer}
        self.log, self.means = Log(options.out / f"{name}.csv"), Means()
        self.file = options.out / f"{name}-checkpoint.pt"
        self.taken_up = taken_up
        self.step, self.before = 0, 0.0

    def begin(self, more: dict[str, object] | None = None) -> None:
        """Loads what there is; `more` are parts of the checkpoint besides the branch's own."""
        self.checkpoints = Checkpoints(self.file, self.parts | (more or {}))
        if self.file.exists():
            self.step, self.before = self.checkpoints.load()
        elif self.taken_up is not None:
            self.step, self.before = self.taken_up
        self.first = self.step
        self.log.drop_after(self.step)
        self.started = self.saved = time.time()

    @property
    def going(self) -> bool:
        return self.step < self.steps

    def rate(self, rate: float) -> None:
        """Sets the learning rate; after a start without the optimizer's moments it is approached slowly."""
        warm = min(1.0, (self.step - self.first + 1) / 200)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * warm

    def learn(self, loss: Tensor, most: float) -> None:
        """One step along the loss's gradient, clipped to a length of `most`."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.branch.parameters(), most)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.branch, self.step)

    def note(self, losses: dict[str, Tensor]) -> bool:
        """Counts losses for the log. Whether a row of it and a checkpoint are due."""
        self.means.add(losses)
        return not self.going or time.time() - self.saved >= CHECKPOINT_SECONDS

    def write(self, figures: dict[str, str]) -> None:
        """A row of the log and a checkpoint."""
        seconds = self.before + time.time() - self.started
        self.log.add({"step": self.step, "seconds": round(seconds), **self.means.take(), **figures})
        self.checkpoints.save(self.step, seconds)
        self.saved = time.time()

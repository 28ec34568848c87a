"""What both branches' trainings have in common: where they go on from, the rates, the average of the weights, checkpoints and a row of the log at each."""

import time

import torch
from torch import Tensor, nn

from run_state import Average, Checkpoints, Log, Means
from schedule import cosine
from second.bounded import be_rounded, bound, take_up
from second.options import Options
from second.snapshot import read_snapshot

DECAY = 0.999
BETAS = (0.9, 0.99)
MANY = 32
"""Pictures by which limits are found."""
ROUNDED = 0.85
"""From this share of the training on, bounded values are rounded to 8 bits, too: before, limits are enough, and a third faster."""
SLOW = 0.6
"""Of the rate: that of what was trained well elsewhere."""
WARM = 200
"""Steps in which the rate rises: the optimizer's moments aren't known yet."""


class Stage:
    """
    The training of one branch. It goes on from the run's checkpoint; where there is none, from the snapshot in the repository, which holds the
    averaged weights; and where there is none either, from the weights that the branch has.
    """

    def __init__(self, options: Options, name: str, branch: nn.Module, limit: tuple[int, float], adversary: nn.Module | None = None, from_snapshot: bool = True, slow: nn.Module | None = None) -> None:
        """`slow`: a part of the branch that is to change little."""
        self.options, self.branch, (self.steps, self.limit) = options, branch, limit
        self.file = options.out / f"{name}-checkpoint.pt"
        self.learned = self.file.exists() or bool(from_snapshot and read_snapshot(name, branch, adversary, options.start))
        self.average = Average(branch, DECAY)
        self.optimizer = optimizer(branch, options, slow=slow)
        self.keep = torch.zeros((), device=options.device)
        self.parts: dict[str, object] = {"branch": branch, "average": self.average.module, "optimizer": self.optimizer}
        self.log, self.means = Log(options.out / f"{name}.csv"), Means()
        self.step, self.before = 0, 0.0

    def begin(self, more: dict[str, object] | None = None) -> None:
        """Loads what there is; `more` are parts of the checkpoint besides the branch's own."""
        self.checkpoints = Checkpoints(self.file, self.parts | (more or {}))
        self.step, self.before = self.checkpoints.load()
        self.bounded = take_up(self.branch) and take_up(self.average.module)
        self.rounded = False
        be_rounded(self.branch, False)
        self.first = self.step
        self.log.drop_after(self.step)
        self.start()

    def start(self) -> None:
        """The clock, once everything is ready."""
        self.started = self.saved = time.time()

    @property
    def seconds(self) -> float:
        return self.before + time.time() - self.started

    @property
    def progress(self) -> float:
        """0 at the beginning, 1 at the end."""
        return min(1.0, max(self.step / self.steps, self.seconds / self.limit))

    @property
    def going(self) -> bool:
        return self.progress < 1

    def ready(self) -> None:
        """Before each step: its rates, in the tensors that the step reads."""
        warm = min(1.0, (self.step - self.first + 1) / WARM)
        for group in self.optimizer.param_groups:
            group["lr"].fill_(group.get("share", 1.0) * warm * cosine(int(1e6 * self.progress), 1_000_000, self.options.rate))
        self.keep.fill_(1 - min(DECAY, (1 + self.step) / (10 + self.step)))

    def bound(self, images: Tensor) -> None:
        """From now on the branch's values have limits, by what it makes of `images`."""
        for module in (self.branch, self.average.module):
            bound(module, images)
        self.bounded = True

    def round(self) -> bool:
        """Whether 8 bits begin with this step."""
        if self.rounded or not self.bounded or self.progress < ROUNDED:
            return False
        be_rounded(self.branch, True)
        self.rounded = True
        return True

    def learn(self, most: float) -> None:
        """A step of the optimizer along the gradients that are there, clipped to a length of `most`."""
        nn.utils.clip_grad_norm_(self.branch.parameters(), most)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)
        with torch.no_grad():
            means, now = list(self.average.module.parameters()), list(self.branch.parameters())
            towards = torch._foreach_sub(now, means)
            torch._foreach_mul_(towards, self.keep)
            torch._foreach_add_(means, towards)

    def note(self, losses: dict[str, Tensor]) -> bool:
        """Counts a step and its losses. Whether a row of the log and a checkpoint are due."""
        self.means.add(losses)
        self.step += 1
        return not self.going or time.time() - self.saved >= self.options.every

    def write(self, figures: dict[str, str]) -> None:
        """A row of the log and a checkpoint."""
        self.log.add({"step": self.step, "seconds": round(self.seconds), **self.means.take(), **figures})
        self.checkpoints.save(self.step, self.seconds)
        self.saved = time.time()


def optimizer(module: nn.Module, options: Options, rate: float = 0.0, slow: nn.Module | None = None) -> torch.optim.Adam:
    """Adam whose rate is a tensor, so that a recorded step follows it; that of `slow`, a part of the module, is SLOW of the others'."""
    apart = {id(parameter) for parameter in slow.parameters()} if slow else set()
    groups = [
        {"params": [parameter for parameter in module.parameters() if (id(parameter) in apart) == isolated], "share": share, "lr": torch.tensor(rate, device=options.device)}
        for isolated, share in ((False, 1.0), (True, SLOW))
    ]
    return torch.optim.Adam([group for group in groups if group["params"]], betas=BETAS, fused=True, capturable=options.fast)

"""What a stage of the training leaves on disk, so that it can be watched, stopped and taken up again."""

import csv
import time
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of a module's parameters: less noisy than the last step's."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module, self.decay = deepcopy(module).requires_grad_(False), decay

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for mean, now in zip(self.module.parameters(), module.parameters()):
            mean.lerp_(now, 1 - decay)


class Checkpoints:
    """A dictionary of modules and optimizers in one file, replaced at once."""

    def __init__(self, path: Path, parts: dict[str, object]) -> None:
        self.path, self.parts = path, parts

    def save(self, step: int, seconds: float) -> None:
        part = self.path.with_suffix(".part")
        torch.save({"step": step, "seconds": seconds, **{name: p.state_dict() for name, p in self.parts.items()}}, part)
        part.replace(self.path)

    def load(self) -> tuple[int, float]:
        """The step to go on from and the seconds trained before."""
        if not self.path.exists():
            return 0, 0.0
        state = torch.load(self.path, weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        return state["step"], state["seconds"]


class Log:
    """Rows of figures, printed and appended to a CSV file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def drop_after(self, step: int) -> None:
        """Forgets rows of steps that a checkpoint does not know."""
        if not self.path.exists():
            return
        with self.path.open() as file:
            rows = list(csv.DictReader(file))
        self.path.unlink()
        for row in rows:
            if int(row["step"]) <= step:
                self._append(row)

    def add(self, row: dict[str, object]) -> None:
        print(time.strftime("%H:%M:%S"), *(f"{name} {value}" for name, value in row.items()), flush=True)
        self._append(row)

    def _append(self, row: dict[str, object]) -> None:
        new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)


class Means:
    """Running means of losses since the last row of the log. Nothing is read back from the device before then: that would stop it."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.count = 0

    def add(self, values: dict[str, Tensor]) -> None:
        for name, value in values.items():
            value = value.detach().float()
            self.sums[name] = self.sums[name] + value if name in self.sums else value.clone()
        self.count += 1

    def take(self) -> dict[str, str]:
        means = {name: f"{float(total) / self.count:.5f}" for name, total in self.sums.items()}
        self.sums, self.count = {}, 0
        return means

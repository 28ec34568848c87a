"""
The state of a training in a form small enough for the repository: averaged weights of both branches and the discriminator in 16-bit floats,
with the counts of steps.

    python -m second.snapshot RUN [--to FOLDER]

`snapshot` is what the shipped model is exported from; what is not shipped goes into another folder, from which a training goes on with `--from`.
"""

import json
from argparse import ArgumentParser
from pathlib import Path

import torch
from torch import nn

from second.bounded import take_up
from second.options import BRANCHES, SNAPSHOT

STATE = "state.json"
NAMES = (*BRANCHES, "cleaning")


def read_snapshot(name: str, branch: nn.Module, adversary: nn.Module | None, folder: Path = SNAPSHOT) -> tuple[int, float] | None:
    """Fills a branch (and its adversary) from the snapshot in `folder`, or from SNAPSHOT's where that lacks it. The steps and seconds it was trained for; None without one."""
    folder = folder if (folder / f"{name}.pt").exists() else SNAPSHOT
    file = folder / f"{name}.pt"
    if not file.exists():
        return None
    branch.load_state_dict(torch.load(file, weights_only=True))
    other = folder / "discriminator.pt"
    if adversary is not None and other.exists():
        adversary.load_state_dict(torch.load(other, weights_only=True))
    state = json.loads((folder / STATE).read_text())[name]
    return state["step"], state["seconds"]


def load_branch(name: str, branch: nn.Module, run: Path | None) -> None:
    """Fills a branch with the averaged weights of a run's checkpoint, or of a folder's snapshot, or with SNAPSHOT's where `run` has neither."""
    file = run / f"{name}-checkpoint.pt" if run else None
    if file and file.exists():
        branch.load_state_dict(torch.load(file, weights_only=True, map_location="cpu")["average"])
    else:
        read_snapshot(name, branch, None, run or SNAPSHOT)
    take_up(branch)


def write_snapshot(run: Path, folder: Path = SNAPSHOT) -> None:
    """From the checkpoints of a run; a branch without one keeps what the snapshot has. A discriminator counts once it has learned something."""
    folder.mkdir(exist_ok=True)
    place = folder / STATE
    states = json.loads(place.read_text()) if place.exists() else {}
    for name in NAMES:
        file = run / f"{name}-checkpoint.pt"
        if not file.exists():
            continue
        checkpoint = torch.load(file, weights_only=True, map_location="cpu")
        torch.save(_halved(checkpoint["average"]), folder / f"{name}.pt")
        if "discriminator" in checkpoint and checkpoint["critic"]["state"]:
            torch.save(_halved(checkpoint["discriminator"]), folder / "discriminator.pt")
        states[name] = {"step": checkpoint["step"], "seconds": round(checkpoint["seconds"])}
    place.write_text(json.dumps(states, indent=2) + "\n")


def _halved(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Limits stay as they are: the 8 bits' steps come from them."""
    return {name: value if name.endswith(".limits") or not value.is_floating_point() else value.half() for name, value in state.items()}


def main() -> None:
    parser = ArgumentParser(description="Writes the snapshot of a run.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--to", type=Path, default=SNAPSHOT)
    values = parser.parse_args()
    write_snapshot(values.run, values.to)
    for file in sorted(values.to.iterdir()):
        print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()

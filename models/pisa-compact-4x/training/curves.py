"""
Draws the learning curves in a run's logs.

    python curves.py RUN --out curves.svg
"""

import csv
from argparse import ArgumentParser
from html import escape
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 420, 240, 52, 30, 34
COLOURS = ("#1f77b4", "#d62728", "#2ca02c")
PLOTS = (
    ("pixel.csv", "Pixel stage: PSNR-Y above bicubic (dB)", ("clean_db", "blur_db", "noise_db")),
    ("semantic.csv", "Semantic stage at (1, 1): PSNR-Y above bicubic (dB)", ("clean_db", "blur_db", "noise_db")),
    ("semantic.csv", "Semantic stage: feature distance", ("feature", "taught")),
    ("semantic.csv", "Semantic stage: adversarial losses", ("real", "told")),
)


def read(path: Path, names: tuple[str, ...]) -> tuple[list[float], dict[str, list[float]]]:
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return [float(row["step"]) for row in rows], {name: [float(row[name]) for row in rows] for name in names}


def plot(title: str, steps: list[float], series: dict[str, list[float]]) -> str:
    values = [value for line in series.values() for value in line]
    low, high = min(values), max(values)
    span = (high - low) or 1.0

    def place(step: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT - 12) * step / steps[-1]
        y = TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / span
        return f"{x:.1f},{y:.1f}"

    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    for at in range(5):
        value = low + span * at / 4
        y = float(place(0, value).split(",")[1])
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 12}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for at, (name, line) in enumerate(series.items()):
        points = " ".join(place(step, value) for step, value in zip(steps, line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[at]}" stroke-width="1.5"/>')
        parts.append(f'<text x="{LEFT + 90 * at}" y="{HEIGHT - 6}" fill="{COLOURS[at]}">{escape(name.removesuffix("_db"))}</text>')
    parts.append(f'<text x="{WIDTH - 12}" y="{HEIGHT - 6}" text-anchor="end">{steps[-1]:.0f} steps</text>')
    return "\n".join(parts)


def main() -> None:
    parser = ArgumentParser(description="Draws the learning curves.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    values = parser.parse_args()
    drawn = []
    for at, (name, title, series) in enumerate(PLOTS):
        x, y = (at % 2) * WIDTH, (at // 2) * HEIGHT
        drawn.append(f'<g transform="translate({x},{y})">\n{plot(title, *read(values.run / name, series))}\n</g>')
    size = f'width="{2 * WIDTH}" height="{2 * HEIGHT}"'
    body = "\n".join(drawn)
    values.out.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">\n<rect {size} fill="#fff"/>\n{body}\n</svg>\n')


if __name__ == "__main__":
    main()

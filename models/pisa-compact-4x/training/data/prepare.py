"""Make the training crops and the held-out pictures.

    python prepare.py --out DIR

Writes ``DIR/data/{photo,art,icons,text}.npy`` (uint8, [N, 256, 256, 3]) and
``DIR/heldout/<category>-<nn>-<name>.png``. Needs ``apt-get``, ``dpkg``,
``rsvg-convert`` and ``chromium``. What exists already is not made again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from PIL import Image

import crops
import icons
import render_pages
from packages import PackageStore

HERE = Path(__file__).parent
SEED = 20240601
SMOOTH_DETAIL = 3.0
SMOOTH_SHARE = 0.05
BACKDROP_TEXTURES = ("supertuxkart-data", ("*/textures/stk_generic_*.png", "*/textures/stktex_generic_*A.png"), ("*ormal*",))

Group = dict
Patch = Image.Image


class HeldOut:
    """The fixed list of held-out pictures and what it keeps out of training."""

    def __init__(self, file: Path) -> None:
        self.entries: list[dict] = json.loads(file.read_text())["pictures"]
        self.sources = {
            (source["package"], source["path"])
            for entry in self.entries
            for source in entry.get("sources", [])
        }
        self.variants = {
            (entry["sources"][0]["package"], pattern)
            for entry in self.entries
            for pattern in entry.get("variants", [])
        }
        self.icon_names = {
            icons.icon_name(path)
            for entry in self.entries
            if entry["category"] == "icons"
            for _, path in ((source["package"], source["path"]) for source in entry["sources"])
        }

    def allows(self, package: str, path: str) -> bool:
        """Whether training may use this picture."""
        return (package, path) not in self.sources and not any(
            package == held and fnmatchcase(path, pattern) for held, pattern in self.variants
        )

    def allows_icon(self, package: str, path: str) -> bool:
        """Whether training may use this icon: no held-out name is part of its name."""
        words = f"-{icons.icon_name(path).lower()}-".replace(".", "-").replace("_", "-")
        return self.allows(package, path) and not any(
            f"-{held.lower()}-" in words for held in self.icon_names
        )


class Backdrops:
    """What transparent pictures are laid on: plain colours and some textures."""

    def __init__(self, store: PackageStore, heldout: HeldOut, texture_share: float = 0.35) -> None:
        self.share = texture_share
        paths = [path for path in store.find(*BACKDROP_TEXTURES) if heldout.allows(BACKDROP_TEXTURES[0], path)]
        pictures = (store.open(BACKDROP_TEXTURES[0], path).convert("RGB") for path in paths)
        self.textures = [
            picture.resize((384, 384), Image.Resampling.LANCZOS)
            for picture in pictures if min(picture.size) >= 384
        ]

    def choose(self, rng: random.Random) -> Image.Image | tuple[int, int, int]:
        """A texture or a colour."""
        if rng.random() < self.share:
            return rng.choice(self.textures)
        return crops.random_colour(rng)


def photo_or_art_patches(
    store: PackageStore, group: Group, heldout: HeldOut, backdrops: Backdrops
) -> Iterator[Patch]:
    """Crops of one group, spread evenly over its pictures."""
    rng = random.Random(f"{SEED}-{group['package']}-{group['include'][0]}")
    paths = [
        path for path in store.find(group["package"], group["include"], group.get("exclude", []))
        if heldout.allows(group["package"], path)
        and path.lower().endswith((".png", ".jpg", ".jpeg", ".webp", ".tga"))
    ]
    rng.shuffle(paths)
    if group.get("mode") == "collage":
        yield from collage_patches(store, group, paths, backdrops, rng)
        return
    produced = 0
    for turn, path in enumerate(paths):
        remaining = len(paths) - turn
        share = -(-(group["crops"] - produced) // remaining)
        if share <= 0:
            break
        image = store.open(group["package"], path)
        for patch in picture_patches(image, group, share, backdrops, rng):
            produced += 1
            yield patch


def picture_patches(
    image: Image.Image, group: Group, count: int, backdrops: Backdrops, rng: random.Random
) -> Iterator[Patch]:
    """``count`` crops of one picture; of two candidates the more detailed is taken mostly."""
    if min(image.size) < crops.SIZE or (group.get("texture") and crops.is_normal_map(image)):
        return
    for _ in range(count):
        flat = crops.flatten(image, backdrops.choose(rng))
        candidates = [crops.random_crop(flat, group["factors"], rng) for _ in range(3)]
        candidates = [patch for patch in candidates if patch is not None]
        if not candidates:
            return
        candidates = candidates if rng.random() < 0.75 else candidates[:1]
        best = max(candidates, key=crops.detail)
        if crops.detail(best) >= SMOOTH_DETAIL or rng.random() < SMOOTH_SHARE:
            yield best


def collage_patches(
    store: PackageStore, group: Group, paths: list[str], backdrops: Backdrops, rng: random.Random
) -> Iterator[Patch]:
    """Crops that show several small pictures of the group over a backdrop."""
    for _ in range(group["crops"]):
        chosen = [store.open(group["package"], path) for path in rng.sample(paths, min(9, len(paths)))]
        sprites = [crop_to_content(image) for image in chosen if max(image.size) <= 1000]
        sprites = [image for image in sprites if min(image.size) >= 16]
        if sprites:
            yield crops.collage(sprites, backdrops.choose(rng), rng)


def crop_to_content(image: Image.Image, largest: int = 240) -> Image.Image:
    """The opaque part of a sprite, made smaller where it is large."""
    if image.mode == "RGBA":
        image = image.crop(image.getchannel("A").getbbox() or (0, 0, 1, 1))
    if max(image.size) > largest:
        image = image.copy()
        image.thumbnail((largest, largest), Image.Resampling.LANCZOS)
    return image


def icon_patches(store: PackageStore, group: Group, heldout: HeldOut) -> Iterator[Patch]:
    """Sheets of icons of one group."""
    rng = random.Random(f"{SEED}-{group['package']}-{group['include'][0]}")
    paths = store.find(group["package"], group["include"], group.get("exclude", []))
    pool = [(group["package"], path) for path in paths if heldout.allows_icon(group["package"], path)]
    produced = 0
    while produced < group["crops"]:
        patch = icons.sheet(store, pool, rng)
        if crops.detail(patch) > 1.5:
            produced += 1
            yield patch


def text_patches(store: PackageStore, group: Group, work: Path) -> Iterator[Patch]:
    """Crops of generated pages."""
    environment = render_pages.font_environment(store, "train", work)
    kinds, weights = zip(*render_pages.WEIGHTS.items())
    produced = seed = 0
    while produced < group["crops"]:
        seed += 1
        rng = random.Random(f"{SEED}-text-{seed}")
        kind = rng.choices(kinds, weights)[0]
        scale = rng.choice((1.0, 1.0, 1.0, 1.25, 1.5, 2.0))
        page = render_pages.Page("train", seed)
        shot = kept(work / "pages" / f"{seed:05d}.png", lambda: render_pages.render(kind, page, (1024, 1024), environment, scale))
        for patch in page_cells(shot, rng, group["crops_per_page"]):
            produced += 1
            yield patch


def kept(file: Path, render: Callable[[], Image.Image]) -> Image.Image:
    """A page as it was rendered before, or rendered now: browsers are slow, and an interrupted run should not begin again."""
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        partial = file.with_suffix(".part")
        render().save(partial, "png")
        partial.replace(file)
    return Image.open(file).convert("RGB")


def page_cells(shot: Image.Image, rng: random.Random, count: int) -> list[Patch]:
    """Non-overlapping cells of a screenshot that are not empty."""
    size = crops.SIZE
    left, top = rng.randrange(0, size // 2), rng.randrange(0, size // 2)
    cells = [
        shot.crop((x, y, x + size, y + size))
        for y in range(top, shot.height - size + 1, size)
        for x in range(left, shot.width - size + 1, size)
    ]
    rng.shuffle(cells)
    return [cell for cell in cells if crops.detail(cell) > 4.0][:count]


def patches_of(
    category: str, groups: list[Group], store: PackageStore, heldout: HeldOut, work: Path
) -> Iterator[Patch]:
    """All crops of one category."""
    backdrops = Backdrops(store, heldout) if category in ("photo", "art") else None
    for group in groups:
        if category == "text":
            yield from text_patches(store, group, work)
        elif category == "icons":
            yield from icon_patches(store, group, heldout)
        else:
            yield from photo_or_art_patches(store, group, heldout, backdrops)


def pack(patches: Iterator[Patch], target: Path, seed: str) -> int:
    """Shuffle the crops and write them as one array; the file appears when complete."""
    array = np.stack([np.asarray(patch.convert("RGB"), dtype=np.uint8) for patch in patches])
    array = array[np.random.default_rng(abs(int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16))).permutation(len(array))]
    partial = target.with_suffix(".partial.npy")
    np.save(partial, np.ascontiguousarray(array))
    os.replace(partial, target)
    return len(array)


def heldout_crop(store: PackageStore, entry: dict) -> Image.Image:
    """A held-out crop of one picture."""
    source = entry["sources"][0]
    image = crops.flatten(store.open(source["package"], source["path"]), tuple(entry.get("backdrop", (0, 0, 0))))
    box = tuple(entry["box"])
    if box[2] > image.width or box[3] > image.height:
        raise ValueError(f"{entry['name']}: the box leaves the picture of {image.size}")
    factor = entry["factor"]
    size = (round((box[2] - box[0]) / factor), round((box[3] - box[1]) / factor))
    return crops.downscaled_crop(image, box, size)


def heldout_collage(store: PackageStore, entry: dict) -> Image.Image:
    """Held-out sprites over a colour or a texture."""
    sprites = [crop_to_content(store.open(source["package"], source["path"])) for source in entry["sources"]]
    if entry.get("texture"):
        backdrop = store.open(entry["texture"]["package"], entry["texture"]["path"]).convert("RGB")
    else:
        backdrop = tuple(entry["backdrop"])
    return crops.collage(sprites, backdrop, random.Random(entry["seed"]), tuple(entry["size"]))


def heldout_icons(store: PackageStore, entry: dict) -> Image.Image:
    """A grid with each held-out icon once."""
    width, height = entry["size"]
    side, columns = entry["side"], entry["columns"]
    gap = (width - columns * side) // (columns + 1)
    canvas = Image.new("RGB", (width, height), tuple(entry["backdrop"]))
    for position, source in enumerate(entry["sources"]):
        icon = icons.load_icon(store, source["package"], source["path"], side)
        at = (gap + position % columns * (side + gap), gap + position // columns * (side + gap))
        canvas.paste(icon, at, icon)
    return canvas


def heldout_page(store: PackageStore, entry: dict, work: Path) -> Image.Image:
    """A generated page with held-out words and fonts."""
    environment = render_pages.font_environment(store, "heldout", work)
    page = render_pages.Page("heldout", entry["seed"])
    if "theme" in entry:
        themes = {"light": render_pages.LIGHT, "dark": render_pages.DARK}[entry["theme"][0]]
        page.theme = themes[entry["theme"][1]]
    page.size = entry["font_size"]
    return render_pages.render(entry["kind"], page, tuple(entry["size"]), environment, entry.get("scale", 1.0))


def pixel_hash(image: Image.Image) -> str:
    """SHA-256 of the picture's RGB bytes."""
    return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def write_heldout(store: PackageStore, heldout: HeldOut, out: Path, update: Path | None) -> None:
    """Write the held-out pictures and compare them with the recorded hashes."""
    makers: dict[str, Callable[[dict], Image.Image]] = {
        "crop": lambda entry: heldout_crop(store, entry),
        "collage": lambda entry: heldout_collage(store, entry),
        "icons": lambda entry: heldout_icons(store, entry),
        "page": lambda entry: heldout_page(store, entry, out),
    }
    folder = out / "heldout"
    folder.mkdir(parents=True, exist_ok=True)
    for entry in heldout.entries:
        target = folder / f"{entry['name']}.png"
        if target.exists() and not update:
            continue
        image = makers[entry["maker"]](entry).convert("RGB")
        if image.width % 8 or image.height % 8:
            raise ValueError(f"{entry['name']}: {image.size} is not a multiple of 8")
        found = pixel_hash(image)
        if update:
            entry["sha256"], entry["width"], entry["height"] = found, image.width, image.height
            for source in entry.get("sources", []):
                source["version"] = store.version(source["package"])
        elif entry.get("sha256") != found:
            print(f"note: {entry['name']} differs from the recorded picture (other package version?)")
        image.save(target)
    if update:
        update.write_text(json.dumps({"pictures": heldout.entries}, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    """Make everything that does not exist yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=("photo", "art", "icons", "text", "heldout"))
    parser.add_argument("--force", action="store_true", help="make again what exists")
    parser.add_argument("--times", type=int, default=1, help="so many times the crops of the same photographs and paintings")
    parser.add_argument("--record", action="store_true", help="rewrite the hashes in heldout.json")
    options = parser.parse_args()
    wanted = options.only or ("heldout", "photo", "art", "icons", "text")
    store = PackageStore(options.out)
    heldout = HeldOut(HERE / "heldout.json")
    sources = json.loads((HERE / "sources.json").read_text())
    (options.out / "data").mkdir(parents=True, exist_ok=True)
    if "heldout" in wanted:
        write_heldout(store, heldout, options.out, HERE / "heldout.json" if options.record else None)
    for category, groups in sources.items():
        if category in ("photo", "art"):
            groups = [group | {"crops": group["crops"] * options.times} for group in groups]
        target = options.out / "data" / f"{category}.npy"
        if category not in wanted or (target.exists() and not options.force):
            continue
        count = pack(patches_of(category, groups, store, heldout, options.out), target, f"{SEED}-{category}")
        print(f"{category}: {count} crops", flush=True)


if __name__ == "__main__":
    main()

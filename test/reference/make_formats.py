"""Make small pictures in every feature of the formats, with what an independent decoder sees.

    python make_formats.py

Writes ``../fixtures/formats``: the pictures, ``index.json`` and ``seen/<hash>.png``, what Pillow,
tifffile with imagecodecs or avifdec make of them in sRGB (8 bits, RGBA, turned upright). Needs those
from PyPI, and of Debian ``libtiff-tools libjpeg-turbo-progs libavif-bin libheif-examples webp gifsicle``. The tests
need none of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageCms, ImageFilter

OUT = Path(__file__).parent.parent / "fixtures" / "formats"
WIDTH, HEIGHT = 40, 30
NONE = Image.Dither.NONE
SRGB = ImageCms.createProfile("sRGB")

index: list[dict] = []
work = Path(tempfile.mkdtemp())


def drawing() -> np.ndarray:
    """Soft colours, saturated fields, an edge and thin lines. uint8, [H, W, 3]."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([30 + x * 5, 60 + y * 5, 220 - x * 4], -1)
    for i, colour in enumerate([(230, 20, 30), (20, 200, 40), (25, 40, 220), (240, 230, 20)]):
        rgb[3:11, 3 + 9 * i : 10 + 9 * i] = colour
    rgb[(x + y) > 55] = (245, 245, 240)
    rgb[20:24, 4:18] = (20, 24, 30)
    return rgb.astype(np.uint8)


def fading() -> np.ndarray:
    """Alpha: a hole, a slope, opaque. uint8, [H, W]."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    alpha = np.clip((x - 6) * 12, 0, 255)
    alpha[(x - 30) ** 2 + (y - 20) ** 2 < 36] = 0
    return alpha.astype(np.uint8)


RGB = drawing()
ALPHA = fading()
RGBA = np.dstack([RGB, ALPHA])
GREY = np.asarray(Image.fromarray(RGB).convert("L"))
BITS = (GREY > 128).astype(np.uint8)


def upright(picture: Image.Image) -> Image.Image:
    """In sRGB by its own profile, turned as its orientation says."""
    from PIL import ImageOps

    icc = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if icc:
        alpha = picture.getchannel("A") if "A" in picture.getbands() else None
        plain = picture.convert({"LA": "L", "RGBA": "RGB"}.get(picture.mode, picture.mode))
        plain = ImageCms.profileToProfile(plain, ImageCms.ImageCmsProfile(io.BytesIO(icc)), SRGB, outputMode="RGB")
        if alpha is not None:
            plain.putalpha(alpha)
        picture = plain
    return picture.convert("RGBA")


def seen(rgba: Image.Image) -> str:
    """Keeps what is seen; returns its name."""
    name = hashlib.sha256(rgba.tobytes() + repr(rgba.size).encode()).hexdigest()[:12] + ".png"
    (OUT / "seen").mkdir(exist_ok=True)
    rgba.save(OUT / "seen" / name, optimize=True)
    return name


def by_pillow(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
        return upright(picture)


def from_array(array: np.ndarray) -> Image.Image:
    """[H, W] or [H, W, 1|2|3|4] of 8 or 16 bits; floats in [0, 1]."""
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        array = np.round(array / 257).astype(np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim == 3 and array.shape[2] == 2:
        return Image.merge("LA", [Image.fromarray(np.ascontiguousarray(array[..., i])) for i in range(2)]).convert("RGBA")
    return Image.fromarray(np.ascontiguousarray(array)).convert("RGBA")


def add(name: str, data: bytes | None = None, look=by_pillow, refused: str | None = None, note: str | None = None) -> None:
    """Takes a picture up. `look` decodes it independently; `refused`, `note`: what must be said."""
    path = OUT / name
    if data is not None:
        path.write_bytes(data)
    entry: dict = {"file": name}
    if refused:
        entry["refused"] = refused
    else:
        entry["seen"] = seen(look(path) if callable(look) else look)
        if note:
            entry["note"] = note
    index.append(entry)


def saved(array: np.ndarray, kind: str, mode: str | None = None, **options) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(array)
    if mode:
        picture = picture.convert(mode)
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def jpegs() -> None:
    ppm, pgm = work / "rgb.ppm", work / "grey.pgm"
    Image.fromarray(RGB).save(ppm)
    Image.fromarray(GREY).save(pgm)

    def cjpeg(name: str, *options: str, source: Path = ppm, **kwargs) -> None:
        run("cjpeg", "-quality", "92", *options, "-outfile", OUT / name, source)
        add(name, **kwargs)

    for sampling in ["1x1", "2x1", "1x2", "2x2", "4x1", "4x2", "3x1", "1x4"]:
        cjpeg(f"jpeg-sampling-{sampling}.jpg", "-sample", sampling)
    cjpeg("jpeg-progressive.jpg", "-progressive")
    cjpeg("jpeg-restart.jpg", "-restart", "1B")
    cjpeg("jpeg-progressive-restart.jpg", "-progressive", "-restart", "1")
    cjpeg("jpeg-progressive-arithmetic.jpg", "-progressive", "-arithmetic")
    cjpeg("jpeg-sampling-larger-chroma.jpg", "-sample", "1x1,2x2,2x2")
    cjpeg("jpeg-optimized.jpg", "-optimize")
    cjpeg("jpeg-arithmetic.jpg", "-arithmetic")
    cjpeg("jpeg-grey.jpg", "-grayscale", source=pgm)
    cjpeg("jpeg-rgb.jpg", "-rgb")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add(f"jpeg-orientation-{orientation}.jpg", saved(RGB, "JPEG", quality=92, subsampling=0, exif=exif))
    add("jpeg-cmyk.jpg", saved(RGB, "JPEG", mode="CMYK", quality=92), note="CMYK")
    picture = Image.fromarray(RGB)
    picture.save(OUT / "jpeg-two-pictures.jpg", "MPO", save_all=True, append_images=[picture.rotate(180)], quality=92)
    add("jpeg-two-pictures.jpg", look=lambda path: by_pillow(path), note="2 pictures")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    add("jpeg-profile-srgb.jpg", saved(RGB, "JPEG", quality=92, icc_profile=profile))
    add("jpeg-cmyk-profile-of-rgb.jpg", saved(RGB, "JPEG", mode="CMYK", quality=92, icc_profile=profile), look=Image.fromarray(RGB).convert("RGBA"), note="color profile")


def pngs() -> None:
    def png(name: str, array: np.ndarray, **options) -> None:
        add(name, saved(array, "PNG", **options))

    png("png-rgb.png", RGB)
    png("png-rgba.png", RGBA)
    png("png-grey.png", GREY)
    buffer = io.BytesIO()
    Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(ALPHA)]).save(buffer, "PNG")
    add("png-grey-alpha.png", buffer.getvalue())
    buffer = io.BytesIO()
    Image.fromarray(RGB).quantize(64, dither=NONE).save(buffer, "PNG")
    add("png-palette.png", buffer.getvalue())
    png("png-bilevel.png", BITS * 255, mode="1")
    buffer = io.BytesIO()
    picture = Image.fromarray(RGB).quantize(64, dither=NONE)
    picture.info["transparency"] = 3
    picture.save(buffer, "PNG", transparency=3)
    add("png-palette-transparent.png", buffer.getvalue())
    png("png-key.png", RGB, transparency=(230, 20, 30))
    deep = (RGB.astype(np.uint16) * 257)
    path = OUT / "png-rgb-16.png"
    import imagecodecs

    path.write_bytes(imagecodecs.png_encode(deep))
    add("png-rgb-16.png", look=from_array(deep))
    png("png-grey-key.png", GREY, transparency=int(GREY[5, 5]))
    exif = Image.Exif()
    exif[0x0112] = 6
    add("png-orientation-6.png", saved(RGB, "PNG", exif=exif))


def webps() -> None:
    def webp(name: str, array: np.ndarray, **options) -> None:
        add(name, saved(array, "WEBP", **options))

    webp("webp-lossy.webp", RGB, quality=92)
    webp("webp-lossless.webp", RGB, lossless=True)
    webp("webp-lossy-alpha.webp", RGBA, quality=92)
    webp("webp-lossless-alpha.webp", RGBA, lossless=True, exact=True)
    source = work / "rgba.png"
    Image.fromarray(RGBA).save(source)
    for name, options in {
        "webp-near-lossless.webp": ["-near_lossless", "60"],
        "webp-sharp-yuv.webp": ["-sharp_yuv", "-q", "92"],
        "webp-alpha-filtered.webp": ["-alpha_filter", "best", "-alpha_q", "60", "-q", "90"],
        "webp-segments.webp": ["-segments", "4", "-q", "80", "-sns", "100"],
    }.items():
        run("cwebp", *options, source, "-o", OUT / name)
        add(name)
    moved = [Image.fromarray(np.roll(RGBA, shift, 1)) for shift in (0, 8, 16)]
    moved[0].save(OUT / "webp-animated.webp", save_all=True, append_images=moved[1:], lossless=True, duration=80)
    add("webp-animated.webp", note="first frame")
    exif = Image.Exif()
    exif[0x0112] = 8
    add("webp-orientation-8.webp", saved(RGB, "WEBP", lossless=True, exif=exif))


def avifs() -> None:
    source, with_alpha = work / "rgb.png", work / "rgba.png"
    Image.fromarray(RGB).save(source)
    Image.fromarray(RGBA).save(with_alpha)

    def look(path: Path) -> Image.Image:
        run("avifdec", "-d", "8", path, work / "seen.png")
        return by_pillow(work / "seen.png")

    def avif(name: str, *options: str, picture: Path = source, turn: Image.Transpose | None = None) -> None:
        run("avifenc", "--min", "4", "--max", "12", "-s", "6", *options, picture, OUT / name)
        add(name, look=look if turn is None else lambda path: look(path).transpose(turn))

    for yuv in ["444", "422", "400"]:
        avif(f"avif-{yuv}.avif", "-y", yuv)
    # Each decoder enlarges colours of half the size in its own way: here they have no hard edges.
    soft = work / "soft.png"
    Image.fromarray(RGB).filter(ImageFilter.GaussianBlur(1.2)).save(soft)
    avif("avif-420.avif", "-y", "420", picture=soft)
    for depth in ["10", "12"]:
        avif(f"avif-{depth}-bit.avif", "-d", depth)
    avif("avif-limited.avif", "-r", "limited")
    avif("avif-alpha.avif", picture=with_alpha)
    avif("avif-alpha-premultiplied.avif", "-p", picture=with_alpha)
    avif("avif-bt709.avif", "--cicp", "1/13/1")
    avif("avif-identity.avif", "--cicp", "1/13/0", "-y", "444")
    avif("avif-ycgco.avif", "--cicp", "1/13/8", "-y", "444")
    run("avifenc", "--lossless", source, OUT / "avif-lossless.avif")
    add("avif-lossless.avif", look=look)
    # avifdec leaves the picture as it is stored; what it should do is written here.
    turns = {
        ("irot", "1"): Image.Transpose.ROTATE_90,
        ("irot", "2"): Image.Transpose.ROTATE_180,
        ("irot", "3"): Image.Transpose.ROTATE_270,
        ("imir", "0"): Image.Transpose.FLIP_TOP_BOTTOM,
        ("imir", "1"): Image.Transpose.FLIP_LEFT_RIGHT,
    }
    for (kind, value), turn in turns.items():
        avif(f"avif-{kind}-{value}.avif", f"--{kind}", value, turn=turn)
    cells = work / "cells.png"
    Image.fromarray(RGB).resize((128, 128), Image.Resampling.BICUBIC).save(cells)
    avif("avif-grid.avif", "-g", "2x2", picture=cells)
    avif("avif-pixel-aspect.avif", "--pasp", "2,1")
    run("avifenc", "--min", "4", "--max", "12", "-s", "6", "--crop", "8,2,20,16", "-y", "444", source, OUT / "avif-crop.avif")
    add("avif-crop.avif", look=lambda path: look(path).crop((8, 2, 28, 18)))
    avif("avif-tiles.avif", "--tilerowslog2", "1", "--tilecolslog2", "1")
    # Debian 12's avifenc turns and cuts the colours alone, Pillow's the transparency, too.
    for name, options in {"turned": ("--irot", "1"), "cut": ("--crop", "8,2,20,16", "-y", "444")}.items():
        run("avifenc", "--min", "4", "--max", "12", "-s", "6", *options, with_alpha, OUT / f"avif-alpha-{name}-apart.avif")
        add(f"avif-alpha-{name}-apart.avif", refused="input-unsupported")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(RGBA).transpose(Image.Transpose.ROTATE_270)
    add("avif-alpha-turned.avif", saved(RGBA, "AVIF", quality=95, subsampling="4:4:4", exif=exif), look=turned)
    run("heif-enc", "-A", "-q", "95", "-p", "chroma=444", source, with_alpha, "-o", OUT / "avif-two-pictures.avif")
    add("avif-two-pictures.avif", look=Image.fromarray(RGB).convert("RGBA"), note="2 pictures")
    two = bytearray((OUT / "avif-two-pictures.avif").read_bytes())
    main = two.index(b"pitm") + 8
    two[main : main + 2] = (2).to_bytes(2, "big")
    add("avif-second-is-main.avif", bytes(two), look=Image.fromarray(RGBA), note="2 pictures")


def gifs() -> None:
    plain = work / "plain.gif"
    Image.fromarray(RGB).quantize(64).save(plain)
    add("gif-plain.gif", plain.read_bytes())
    run("gifsicle", "--interlace", plain, "-o", OUT / "gif-interlaced.gif")
    add("gif-interlaced.gif")
    run("gifsicle", "--transparent", "#e6141e", plain, "-o", OUT / "gif-transparent.gif")
    add("gif-transparent.gif")
    run("gifsicle", "-k", "2", plain, "-o", OUT / "gif-two-colours.gif")
    add("gif-two-colours.gif")
    frames = [Image.fromarray(np.roll(RGB, shift, 1)).quantize(32) for shift in (0, 8, 16)]
    frames[0].save(OUT / "gif-animated.gif", save_all=True, append_images=frames[1:], duration=[80, 120, 200], loop=3)
    add("gif-animated.gif")
    frames[0].save(OUT / "gif-own-tables.gif", save_all=True, append_images=frames[1:], duration=80, disposal=2, optimize=False)
    add("gif-own-tables.gif")
    wide = bytearray(plain.read_bytes())
    wide[6:8] = (WIDTH + 20).to_bytes(2, "little")
    add("gif-wider-screen.gif", bytes(wide), note="covered by none")


def tiffs() -> None:
    def look(path: Path) -> Image.Image:
        return from_array(tifffile.imread(path))

    def tiff(name: str, array: np.ndarray, seen_as=look, note: str | None = None, refused: str | None = None, **options) -> None:
        tifffile.imwrite(OUT / name, array, metadata=None, software=False, **options)
        add(name, look=seen_as, note=note, refused=refused)

    rgb = from_array(RGB)
    for compression in ["none", "lzw", "deflate", "packbits", "jpeg"]:
        for layout, tile in {"strips": None, "tiles": (16, 16)}.items():
            options = {"tile": tile} if tile else {"rowsperstrip": 7 if compression != "jpeg" else 16}
            tiff(
                f"tiff-{compression}-{layout}.tif",
                RGB,
                photometric="rgb",
                compression=None if compression == "none" else compression,
                **({"compressionargs": {"level": 95}} if compression == "jpeg" else {}),
                **options,
            )
    tiff("tiff-predictor.tif", RGB, seen_as=rgb, photometric="rgb", compression="lzw", predictor=2)
    tiff("tiff-big-endian.tif", RGB, seen_as=rgb, photometric="rgb", byteorder=">")
    tiff("tiff-bigtiff.tif", RGB, seen_as=rgb, photometric="rgb", bigtiff=True)
    tiff("tiff-bigtiff-big-endian.tif", RGB, seen_as=rgb, photometric="rgb", bigtiff=True, byteorder=">")
    for across, down in [(1, 1), (2, 1), (2, 2)]:
        options = {"photometric": "ycbcr", "compression": "jpeg", "subsampling": (across, down), "compressionargs": {"level": 95}}
        tiff(f"tiff-jpeg-ycbcr-{across}x{down}.tif", RGB, rowsperstrip=16, **options)
    tiff("tiff-jpeg-ycbcr-tiles.tif", RGB, photometric="ycbcr", compression="jpeg", tile=(16, 16), subsampling=(2, 2), compressionargs={"level": 95})
    for bits in (2, 4):
        few = GREY >> (8 - bits)
        wide = from_array(np.round(few * (255 / (2**bits - 1))).astype(np.uint8))
        tiff(f"tiff-grey-{bits}.tif", few, seen_as=wide, photometric="minisblack", bitspersample=bits)
        tiff(f"tiff-white-is-zero-{bits}.tif", 2**bits - 1 - few, seen_as=wide, photometric="miniswhite", bitspersample=bits)
    tiff("tiff-planar-alpha.tif", np.ascontiguousarray(RGBA.transpose(2, 0, 1)), seen_as=from_array(RGBA), photometric="rgb", planarconfig="separate", extrasamples=["unassalpha"])
    tiff("tiff-planar.tif", np.ascontiguousarray(RGB.transpose(2, 0, 1)), seen_as=rgb, photometric="rgb", planarconfig="separate")
    tiff("tiff-planar-tiles.tif", np.ascontiguousarray(RGB.transpose(2, 0, 1)), refused="input-unsupported", photometric="rgb", planarconfig="separate", tile=(16, 16))
    deep = RGB.astype(np.uint16) * 257
    for order in "<>":
        tiff(f"tiff-16-{'le' if order == '<' else 'be'}.tif", deep, seen_as=rgb, photometric="rgb", byteorder=order, compression="deflate")
    tiff("tiff-16-predictor.tif", deep, seen_as=rgb, photometric="rgb", compression="deflate", predictor=2)
    tiff("tiff-grey.tif", GREY, seen_as=from_array(GREY), photometric="minisblack")
    tiff("tiff-grey-16.tif", GREY.astype(np.uint16) * 257, seen_as=from_array(GREY), photometric="minisblack")
    tiff("tiff-white-is-zero.tif", 255 - GREY, seen_as=from_array(GREY), photometric="miniswhite")
    tiff("tiff-white-is-zero-16.tif", (255 - GREY).astype(np.uint16) * 257, seen_as=from_array(GREY), photometric="miniswhite")
    tiff("tiff-bilevel.tif", BITS.astype(bool), seen_as=from_array(BITS * 255), photometric="minisblack")
    tiff("tiff-bilevel-white-is-zero.tif", (1 - BITS).astype(bool), seen_as=from_array(BITS * 255), photometric="miniswhite")
    tiff("tiff-unassociated.tif", RGBA, seen_as=from_array(RGBA), photometric="rgb", extrasamples=["unassalpha"])
    premultiplied = np.dstack([np.round(RGB * (ALPHA[..., None] / 255)).astype(np.uint8), ALPHA])
    tiff("tiff-associated.tif", premultiplied, seen_as=from_array(RGBA), photometric="rgb", extrasamples=["assocalpha"])
    tiff("tiff-grey-alpha.tif", np.dstack([GREY, ALPHA]), seen_as=from_array(np.dstack([GREY, ALPHA])), photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"])
    tiff("tiff-unspecified-fourth.tif", RGBA, seen_as=from_array(RGBA), photometric="rgb", extrasamples=["unspecified"])
    palette = Image.fromarray(RGB).quantize(48)
    map16 = np.zeros((3, 256), np.uint16)
    colours = np.array(palette.getpalette(), np.uint16).reshape(-1, 3)
    map16[:, : len(colours)] = colours.T * 257
    tiff("tiff-palette.tif", np.asarray(palette), seen_as=palette.convert("RGBA"), photometric="palette", colormap=map16)
    cmyk = np.asarray(Image.fromarray(RGB).convert("CMYK"))
    tiff("tiff-cmyk.tif", cmyk, seen_as=Image.fromarray(cmyk, "CMYK").convert("RGBA"), note="CMYK", photometric="separated")
    lab = ImageCms.profileToProfile(Image.fromarray(RGB), SRGB, ImageCms.createProfile("LAB"), outputMode="LAB")
    centred = np.asarray(lab).copy()
    centred[..., 1:] ^= 0x80
    for name, samples, photometric in (("cielab", centred, "cielab"), ("icclab", np.asarray(lab), "icclab")):
        tiff(f"tiff-{name}.tif", samples, refused="input-unsupported", photometric=photometric)
    tiff("tiff-cielab-16.tif", centred.astype(np.uint16) << 8, refused="input-unsupported", photometric="cielab")
    cmyka = np.dstack([cmyk, ALPHA])
    tiff("tiff-cmyk-alpha.tif", cmyka, seen_as=from_array(RGBA), note="CMYK", photometric="separated", extrasamples=["unassalpha"])
    tiff("tiff-cmyk-alpha-16.tif", cmyka.astype(np.uint16) * 257, refused="input-unsupported", photometric="separated", extrasamples=["unassalpha"])
    in_planes = np.stack([GREY, ALPHA])
    tiff("tiff-planar-grey-alpha.tif", in_planes, refused="input-unsupported", photometric="minisblack", planarconfig="separate", extrasamples=["unassalpha"])
    tiff("tiff-planar-16.tif", np.ascontiguousarray(deep.transpose(2, 0, 1)), seen_as=rgb, photometric="rgb", planarconfig="separate")
    tiff("tiff-mask.tif", BITS.astype(bool), refused="input-unsupported", photometric="mask")
    for value in (0, 9):
        tiff(f"tiff-orientation-{value}.tif", RGB, seen_as=rgb, photometric="rgb", extratags=[(274, 3, 1, value, True)])
    tiff("tiff-two-pages.tif", np.stack([RGB, RGB[::-1]]), seen_as=rgb, note="page", photometric="rgb")
    tiff("tiff-float.tif", RGB.astype(np.float32) / 255, refused="input-not-an-image", photometric="rgb")
    tiff("tiff-16-float.tif", RGB.astype(np.float16) / 255, refused="input-not-an-image", photometric="rgb")
    tiff("tiff-32.tif", RGB.astype(np.uint32) << 24, refused="input-not-an-image", photometric="rgb")
    base = OUT / "tiff-none-strips.tif"
    for orientation in (2, 3, 4, 5, 6, 7, 8):
        name = f"tiff-orientation-{orientation}.tif"
        shutil.copy(base, OUT / name)
        run("tiffset", "-s", "274", str(orientation), OUT / name)
        turned = Image.Exif()
        turned[0x0112] = orientation
        picture = Image.fromarray(RGB)
        turns = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_270,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_90,
        }
        add(name, look=picture.transpose(turns[orientation]).convert("RGBA"))
    bilevel = OUT / "tiff-bilevel.tif"
    for name, compression in {"fax3": "g3", "fax4": "g4"}.items():
        run("tiffcp", "-c", compression, bilevel, OUT / f"tiff-{name}.tif")
        add(f"tiff-{name}.tif", look=from_array(BITS * 255))
    for name, compression in {"zstd": "zstd", "lzma": "lzma"}.items():
        tiff(f"tiff-{name}.tif", RGB, refused="input-unsupported", photometric="rgb", compression=compression)


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for make in (jpegs, pngs, webps, avifs, gifs, tiffs):
        make()
    (OUT / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(len(index), sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file()))


if __name__ == "__main__":
    main()

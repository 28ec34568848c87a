"""Fetch Debian packages and read the pictures inside them.

Packages are downloaded with ``apt-get download`` and unpacked with
``dpkg -x``; nothing is installed. A picture is addressed by its path inside
the package. Pictures inside an archive that the package ships (Qt resource
files ``.rcc``, game archives ``.pk3``/``.zip``) are addressed as
``path/of/archive!path/of/member``.
"""

from __future__ import annotations

import functools
import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
ARCHIVES = (".rcc", ".pk3", ".zip")


class PackageStore:
    """Unpacked Debian packages below one directory."""

    def __init__(self, root: Path) -> None:
        self.downloads = root / "deb"
        self.unpacked = root / "src"
        self.downloads.mkdir(parents=True, exist_ok=True)
        self.unpacked.mkdir(parents=True, exist_ok=True)

    def fetch(self, package: str) -> Path:
        """Download and unpack ``package`` unless that is done already."""
        target = self.unpacked / package
        done = self.unpacked / f"{package}.ok"
        if done.exists():
            return target
        archives = sorted(self.downloads.glob(f"{package}_*.deb"))
        if not archives:
            subprocess.run(["apt-get", "download", package], cwd=self.downloads, check=True)
            archives = sorted(self.downloads.glob(f"{package}_*.deb"))
        target.mkdir(exist_ok=True)
        subprocess.run(["dpkg", "-x", str(archives[-1]), str(target)], check=True)
        done.touch()
        return target

    def version(self, package: str) -> str:
        """The version of the downloaded package."""
        archive = sorted(self.downloads.glob(f"{package}_*.deb"))[-1]
        command = ["dpkg-deb", "-f", str(archive), "Version"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def find(self, package: str, include: list[str], exclude: list[str] = ()) -> list[str]:
        """Paths inside ``package`` that match a pattern, sorted, links left out."""
        return sorted(
            path
            for path in self._members(package)
            if any(fnmatchcase(path, pattern) for pattern in include)
            and not any(fnmatchcase(path, pattern) for pattern in exclude)
        )

    def read(self, package: str, path: str) -> bytes:
        """The bytes of one file of the package or of an archive in it."""
        outer, _, inner = path.partition("!")
        file = self.fetch(package) / outer
        return _archive(str(file))[inner]() if inner else file.read_bytes()

    def open(self, package: str, path: str) -> Image.Image:
        """One picture as RGB, or as RGBA where it has an alpha channel."""
        image = Image.open(io.BytesIO(self.read(package, path)))
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        return image.convert("RGBA" if has_alpha else "RGB")

    @functools.lru_cache(maxsize=None)
    def _members(self, package: str) -> tuple[str, ...]:
        root = self.fetch(package)
        paths: list[str] = []
        for file in root.rglob("*"):
            if file.is_symlink() or not file.is_file():
                continue
            name = file.relative_to(root).as_posix()
            paths.append(name)
            if file.suffix in ARCHIVES:
                paths.extend(f"{name}!{inner}" for inner in _archive(str(file)))
        return tuple(paths)


@functools.lru_cache(maxsize=64)
def _archive(file: str) -> dict:
    """Member name -> function that returns the member's bytes."""
    if file.endswith(".rcc"):
        return dict(_qt_resources(Path(file).read_bytes()))
    if not zipfile.is_zipfile(file):
        return {}
    archive = zipfile.ZipFile(file)
    return {name: functools.partial(archive.read, name) for name in archive.namelist()}


def _qt_resources(data: bytes) -> Iterator[tuple[str, object]]:
    """Walk the tree of a Qt binary resource file."""
    if data[:4] != b"qres":
        return
    version, tree, blobs, names = struct.unpack(">4I", data[4:20])
    node_size = 14 if version < 2 else 22

    def name_at(offset: int) -> str:
        start = names + offset
        (length,) = struct.unpack(">H", data[start : start + 2])
        return data[start + 6 : start + 6 + 2 * length].decode("utf-16-be")

    def blob(offset: int, compressed: bool) -> bytes:
        start = blobs + offset
        (length,) = struct.unpack(">I", data[start : start + 4])
        content = data[start + 4 : start + 4 + length]
        return zlib.decompress(content[4:]) if compressed else content

    def walk(index: int, prefix: str) -> Iterator[tuple[str, object]]:
        node = tree + index * node_size
        name_offset, flags = struct.unpack(">IH", data[node : node + 6])
        path = f"{prefix}/{name_at(name_offset)}".lstrip("/") if index else prefix
        if flags & 2:
            count, first = struct.unpack(">II", data[node + 6 : node + 14])
            for child in range(first, first + count):
                yield from walk(child, path)
        else:
            (offset,) = struct.unpack(">I", data[node + 10 : node + 14])
            yield path, functools.partial(blob, offset, bool(flags & 1))

    yield from walk(0, "")

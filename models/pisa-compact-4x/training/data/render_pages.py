"""Generate pages of text and user interfaces and render them with Chromium.

Every page follows from its kind, seed and split alone. The text is
antialiased in greyscale; the glyph hinting varies from page to page.
"""

from __future__ import annotations

import html
import os
import random
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

import corpus
from packages import PackageStore

HINTINGS = ("none", "none", "slight", "full")


@dataclass
class Theme:
    """Colours of one page."""

    background: str
    surface: str
    text: str
    muted: str
    border: str
    accent: str
    syntax: tuple[str, ...]


LIGHT = [
    Theme("#ffffff", "#f6f8fa", "#1f2328", "#656d76", "#d0d7de", "#0969da",
          ("#cf222e", "#0a3069", "#8250df", "#6e7781", "#0550ae", "#116329")),
    Theme("#fdf6e3", "#eee8d5", "#586e75", "#93a1a1", "#d3cbb7", "#268bd2",
          ("#859900", "#2aa198", "#b58900", "#93a1a1", "#d33682", "#cb4b16")),
    Theme("#fafafa", "#ffffff", "#212121", "#757575", "#e0e0e0", "#e91e63",
          ("#a626a4", "#50a14f", "#4078f2", "#a0a1a7", "#986801", "#e45649")),
    Theme("#f3f4f6", "#ffffff", "#111827", "#6b7280", "#d1d5db", "#059669",
          ("#0000ff", "#a31515", "#795e26", "#008000", "#098658", "#267f99")),
]
DARK = [
    Theme("#1e1e1e", "#252526", "#d4d4d4", "#858585", "#3c3c3c", "#0e639c",
          ("#569cd6", "#ce9178", "#dcdcaa", "#6a9955", "#b5cea8", "#4ec9b0")),
    Theme("#282c34", "#21252b", "#abb2bf", "#5c6370", "#3e4451", "#61afef",
          ("#c678dd", "#98c379", "#61afef", "#5c6370", "#d19a66", "#e06c75")),
    Theme("#272822", "#1e1f1c", "#f8f8f2", "#88846f", "#414339", "#a6e22e",
          ("#f92672", "#e6db74", "#a6e22e", "#75715e", "#ae81ff", "#66d9ef")),
    Theme("#0d1117", "#161b22", "#e6edf3", "#7d8590", "#30363d", "#2f81f7",
          ("#ff7b72", "#a5d6ff", "#d2a8ff", "#8b949e", "#79c0ff", "#7ee787")),
    Theme("#000000", "#101010", "#ffffff", "#aaaaaa", "#444444", "#ffb000",
          ("#ff5555", "#50fa7b", "#8be9fd", "#777777", "#bd93f9", "#f1fa8c")),
]


@dataclass
class Page:
    """What a page generator draws from: random numbers, words, fonts, colours."""

    split: str
    seed: int
    rng: random.Random = field(init=False)
    theme: Theme = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.split}-page-{self.seed}")
        self.theme = self.rng.choice(DARK if self.rng.random() < 0.45 else LIGHT)
        self.sans = self.rng.choice(corpus.SANS[self.split])
        self.serif = self.rng.choice(corpus.SERIF[self.split])
        self.mono = self.rng.choice(corpus.MONO[self.split])
        self.display = self.rng.choice(corpus.DISPLAY[self.split])
        self.size = self.rng.choice((10, 11, 12, 13, 14, 14, 15, 16, 16, 18, 20, 22))

    def word(self) -> str:
        """A random word."""
        words = corpus.TRAIN_WORDS if self.split == "train" else corpus.HELDOUT_WORDS
        return self.rng.choice(words)

    def words(self, low: int, high: int) -> str:
        """Some words, the first with a capital."""
        return " ".join(self.word() for _ in range(self.rng.randint(low, high))).capitalize()

    def sentence(self) -> str:
        """A sentence with now and then a number, quotes or emphasis."""
        text = self.words(5, 15)
        extra = self.rng.random()
        if extra < 0.15:
            text += f", {self.rng.randint(2, 99)} %"
        elif extra < 0.25:
            text += f" “{self.word()}” ({self.rng.randint(1900, 2099)})"
        elif extra < 0.35:
            text += f" <b>{self.word()}</b>"
        elif extra < 0.42:
            text += f" <i>{self.words(1, 3).lower()}</i>"
        elif extra < 0.5:
            text += f" <a>{self.words(1, 3).lower()}</a>"
        return text + self.rng.choice("..!?;")

    def paragraph(self, low: int = 3, high: int = 7) -> str:
        """Some sentences."""
        return " ".join(self.sentence() for _ in range(self.rng.randint(low, high)))

    def number(self) -> str:
        """A number in one of several notations."""
        value = self.rng.uniform(-1000, 100000)
        return self.rng.choice((f"{value:,.2f}", f"{value:.0f}", f"{value / 1000:.3f}", f"{abs(value) / 1000:.1f} %",
                                f"${abs(value):,.2f}"))

    def colour(self) -> str:
        """A random saturated colour."""
        return f"hsl({self.rng.randrange(360)} {self.rng.randint(45, 90)}% {self.rng.randint(35, 65)}%)"


def article(page: Page) -> str:
    """Running text with headings, in columns."""
    columns = page.rng.choice((1, 2, 3))
    family = page.rng.choice((page.sans, page.serif, page.serif))
    blocks = []
    for _ in range(16):
        if page.rng.random() < 0.4:
            level = page.rng.randint(1, 3)
            blocks.append(f"<h{level}>{page.words(2, 6)}</h{level}>")
        kind = page.rng.random()
        if kind < 0.2:
            blocks.append("<ul>" + "".join(f"<li>{page.sentence()}</li>" for _ in range(4)) + "</ul>")
        elif kind < 0.3:
            blocks.append(f"<blockquote>{page.paragraph(1, 3)}</blockquote>")
        else:
            align = page.rng.choice(("left", "justify"))
            blocks.append(f"<p style='text-align:{align}'>{page.paragraph()}</p>")
    return f"<main style=\"font-family:'{family}';columns:{columns};padding:16px\">{''.join(blocks)}</main>"


def code(page: Page) -> str:
    """A code editor with line numbers, tabs and syntax colours."""
    names = corpus.IDENTIFIERS[page.split]
    pick = lambda: page.rng.choice(names)  # noqa: E731
    keyword, string, function, comment, number, kind = (
        f"<span style='color:{colour}'>%s</span>" for colour in page.theme.syntax
    )
    shapes = [
        lambda: f"{keyword % 'const'} {pick()} = {pick()}.{function % pick()}({number % page.rng.randrange(999)});",
        lambda: f"{keyword % 'if'} ({pick()} &lt;= {pick()} &amp;&amp; !{pick()}[{number % page.rng.randrange(64)}]) {{",
        lambda: f"{keyword % 'return'} {pick()} ?? {string % repr(page.word())};",
        lambda: comment % f"// {page.words(3, 9)}",
        lambda: f"{keyword % 'def'} {function % (pick() + '_' + pick())}({pick()}: {kind % 'int'}, {pick()}: {kind % 'str'}) -&gt; {kind % 'list'}:",
        lambda: f"{keyword % 'for'} {pick()} {keyword % 'in'} {function % 'range'}({number % page.rng.randrange(100)}, {pick()}):",
        lambda: f"{keyword % 'export class'} {kind % pick().title()}{kind % pick().title()} {keyword % 'extends'} {kind % pick().title()} {{",
        lambda: f"{pick()} += {pick()} * {number % f'0x{page.rng.randrange(65536):04x}'} | ~{pick()};",
        lambda: f"{keyword % 'import'} {{ {pick()}, {pick()} }} {keyword % 'from'} {string % ('&quot;./' + pick() + '&quot;')};",
        lambda: "}", lambda: "",
        lambda: f"{keyword % 'let mut'} {pick()}: {kind % 'Vec&lt;f32&gt;'} = {function % 'vec!'}[{number % '0.0'}; {pick()}];",
        lambda: f"{keyword % 'SELECT'} {pick()}, {function % 'COUNT'}(*) {keyword % 'FROM'} {pick()} {keyword % 'WHERE'} {pick()} = {string % repr(page.word())};",
    ]
    depth, lines = 0, []
    for row in range(1, 110):
        depth = max(0, min(5, depth + page.rng.choice((-1, -1, 0, 0, 0, 1, 1))))
        lines.append(f"<span style='color:{page.theme.muted}'>{row:4d} </span>" + "  " * depth + page.rng.choice(shapes)())
    tabs = "".join(f"<span class=tab>{pick()}.{page.rng.choice(('ts', 'py', 'rs', 'sql'))} ×</span>" for _ in range(5))
    tree = "".join(f"<div>{'&nbsp;' * page.rng.choice((0, 2, 4))}{page.rng.choice('▸▾·')} {pick()}.{page.rng.choice(('ts', 'py', 'md'))}</div>" for _ in range(60))
    return (f"<div style=\"font:12px '{page.sans}';border-bottom:1px solid {page.theme.border}\">{tabs}</div>"
            f"<div style='display:flex'><div style=\"flex:none;width:180px;font:13px/1.7 '{page.sans}';background:{page.theme.surface};padding:6px\">{tree}</div>"
            f"<pre style=\"margin:0;padding:6px;font-family:'{page.mono}','Noto Sans Mono',monospace;line-height:{page.rng.choice((1.2, 1.35, 1.5))}\">" + "\n".join(lines) + "</pre></div>")


def terminal(page: Page) -> str:
    """Terminal output: prompts, listings, progress bars."""
    rows = []
    for _ in range(100):
        kind = page.rng.random()
        if kind < 0.15:
            rows.append(f"<b style='color:{page.theme.syntax[5]}'>user@{page.word()}</b>:<b style='color:{page.theme.syntax[4]}'>~/{page.word()}</b>$ {page.word()} --{page.word()} -{page.rng.choice('abcxyz')} {page.word()}.{page.word()}")
        elif kind < 0.5:
            colour = page.rng.choice((*page.theme.syntax, page.theme.text, page.theme.text))
            rows.append(f"-rw-r--r--  1 user {page.word():10.10s} {page.rng.randrange(10**7):8d} {page.rng.choice(('Jan', 'Feb', 'Sep'))} {page.rng.randint(1, 28):2d} {page.rng.randrange(24):02d}:{page.rng.randrange(60):02d} <span style='color:{colour}'>{page.word()}_{page.word()}.{page.word()[:3]}</span>")
        elif kind < 0.6:
            done = page.rng.randint(0, 40)
            rows.append(f"{page.word():12s} [{'█' * done}{'░' * (40 - done)}] {done * 2.5:5.1f}%")
        elif kind < 0.75:
            level, colour = page.rng.choice((("ERROR", 0), ("INFO", 4), ("WARN", 1), ("DEBUG", 3)))
            rows.append(f"2024-{page.rng.randint(1, 12):02d}-{page.rng.randint(1, 28):02d}T{page.rng.randrange(24):02d}:{page.rng.randrange(60):02d}:{page.rng.randrange(60):02d} <span style='color:{page.theme.syntax[colour]}'>[{level}]</span> {page.words(4, 10)}")
        elif kind < 0.85:
            rows.append("│ " + " │ ".join(f"{page.word():10.10s}" for _ in range(5)) + " │\n├" + "─" * 63 + "┤")
        else:
            rows.append(" ".join(f"{page.rng.randrange(256):02x}" for _ in range(24)) + "  |" + page.word() + "|")
    return f"<pre style=\"margin:8px;font-family:'{page.mono}','Noto Sans Mono',monospace;line-height:1.25\">" + "\n".join(rows) + "</pre>"


def table(page: Page) -> str:
    """Spreadsheet-like tables."""
    columns = page.rng.randint(5, 10)
    stripe = page.rng.random() < 0.5
    head = "".join(f"<th>{page.words(1, 2)}</th>" for _ in range(columns))
    rows = []
    for row in range(60):
        shade = f" style='background:{page.theme.surface}'" if stripe and row % 2 else ""
        cells = "".join(
            f"<td style='text-align:right'>{page.number()}</td>" if column % 3 else f"<td>{page.words(1, 2)}</td>"
            for column in range(columns)
        )
        rows.append(f"<tr{shade}>{cells}</tr>")
    return f"<table style=\"font-family:'{page.sans}';margin:8px;width:98%\"><tr style='background:{page.theme.accent};color:white'>{head}</tr>{''.join(rows)}</table>"


def form(page: Page) -> str:
    """Forms, settings, buttons, dialogs."""
    def control() -> str:
        kind = page.rng.randrange(8)
        label = f"<label>{page.words(1, 3)}</label>"
        if kind == 0:
            return f"{label}<input value='{page.words(1, 4)}'>"
        if kind == 1:
            return f"{label}<select><option>{page.words(1, 3)}</select>"
        if kind == 2:
            checks = "".join(f"<div><input type=checkbox {page.rng.choice(('checked', ''))}> {page.words(2, 6)}</div>" for _ in range(3))
            return f"{label}{checks}"
        if kind == 3:
            radios = "".join(f"<div><input type=radio {'checked' if n == 1 else ''}> {page.words(1, 4)}</div>" for n in range(3))
            return f"{label}{radios}"
        if kind == 4:
            return f"{label}<input type=range value={page.rng.randrange(100)}><progress max=100 value={page.rng.randrange(100)}></progress>"
        if kind == 5:
            return f"{label}<textarea rows=3>{page.words(10, 24)}</textarea>"
        if kind == 6:
            buttons = "".join(f"<button class={page.rng.choice(('primary', 'plain', 'plain'))}>{page.words(1, 2)}</button>" for _ in range(3))
            return f"<p>{buttons}</p>"
        on = page.rng.random() < 0.5
        knob = 18 if on else 2
        return (f"<div><span style='display:inline-block;width:34px;height:18px;border-radius:9px;position:relative;background:{page.theme.accent if on else page.theme.muted}'>"
                f"<span style='position:absolute;left:{knob}px;top:2px;width:14px;height:14px;border-radius:7px;background:white'></span></span> {page.words(2, 5)}</div>")

    cards = []
    for _ in range(15):
        controls = "".join(f"<div style='margin:8px 0'>{control()}</div>" for _ in range(page.rng.randint(2, 5)))
        cards.append(f"<section class=card><h3>{page.words(1, 4)}</h3>{controls}<p style='color:{page.theme.muted}'>{page.sentence()}</p></section>")
    return f"<div style=\"font-family:'{page.sans}';columns:3;padding:10px;column-gap:10px\">{''.join(cards)}</div>"


def chart(page: Page, width: int, height: int) -> str:
    """One chart as SVG: bars, lines, scatter or a pie, with axes and labels."""
    rng, theme = page.rng, page.theme
    parts, kind = [], rng.choice(("bar", "line", "scatter", "pie"))
    left, bottom = 44, height - 26
    if kind == "pie":
        shares = [rng.random() + 0.1 for _ in range(rng.randint(3, 7))]
        angle, radius = 0.0, height * 0.36
        for share in shares:
            sweep = 100 * share / sum(shares)
            parts.append(f"<circle r='{radius / 2}' cx='{width / 2}' cy='{height / 2}' fill='none' stroke='{page.colour()}' stroke-width='{radius}' pathLength='100' stroke-dasharray='{sweep} 100' stroke-dashoffset='{-angle}'/>")
            angle += sweep
    else:
        unit = rng.choice((5, 10, 20))
        for step in range(6):
            y = bottom - step * (bottom - 30) / 5
            parts.append(f"<line x1='{left}' x2='{width - 8}' y1='{y}' y2='{y}' stroke='{theme.border}'/><text x='{left - 6}' y='{y + 4}' text-anchor='end' font-size='10'>{step * unit}</text>")
        count = rng.randint(5, 14)
        step = (width - left - 12) / count
        for series in range(rng.randint(1, 3)):
            colour = page.colour()
            values = [bottom - rng.random() * (bottom - 40) for _ in range(count)]
            if kind == "bar":
                parts += [f"<rect x='{left + n * step + series * step / 4 + 3:.1f}' y='{value:.1f}' width='{step / 4:.1f}' height='{bottom - value:.1f}' fill='{colour}'/>" for n, value in enumerate(values)]
            elif kind == "line":
                points = " ".join(f"{left + (n + 0.5) * step:.1f},{value:.1f}" for n, value in enumerate(values))
                parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='{rng.choice((1, 1.5, 2, 3))}'/>")
            else:
                parts += [f"<circle cx='{left + rng.random() * (width - left - 10):.1f}' cy='{30 + rng.random() * (bottom - 30):.1f}' r='{rng.uniform(1.5, 5):.1f}' fill='{colour}'/>" for _ in range(30)]
        for n in range(count):
            parts.append(f"<text x='{left + (n + 0.5) * step:.1f}' y='{bottom + 14}' text-anchor='middle' font-size='9'>{page.word()[:4]}</text>")
    title = f"<text x='{width / 2}' y='18' text-anchor='middle' font-size='13' font-weight='bold'>{page.words(2, 4)}</text>"
    return f"<svg width={width} height={height} fill='{theme.text}' style='background:{theme.surface};margin:4px;border:1px solid {theme.border}'>{title}{''.join(parts)}</svg>"


def dashboard(page: Page) -> str:
    """Charts and key figures."""
    width = page.rng.choice((240, 320, 490))
    tiles = []
    for _ in range(30):
        if page.rng.random() < 0.25:
            tiles.append(f"<div class=card style='display:inline-block;width:150px;margin:4px'><div style='color:{page.theme.muted}'>{page.words(1, 2)}</div><div style='font-size:28px;font-weight:bold'>{page.number()}</div><div style='color:{page.colour()}'>▲ {page.rng.uniform(0, 20):.1f} %</div></div>")
        else:
            tiles.append(chart(page, width, int(width * page.rng.uniform(0.55, 0.8))))
    return f"<div style=\"font-family:'{page.sans}';padding:6px\">{''.join(tiles)}</div>"


def scripts(page: Page) -> str:
    """Text in several scripts and sizes."""
    texts = corpus.SCRIPTS[page.split]
    blocks = []
    for _ in range(30):
        language = page.rng.choice(sorted(texts))
        family = page.rng.choice(("Noto Sans", "Noto Serif", page.sans))
        direction = "rtl" if language in ("ar", "he") else "ltr"
        parts = texts[language].split(" ")
        page.rng.shuffle(parts)
        text = " ".join(parts * page.rng.randint(1, 2))
        blocks.append(f"<p lang={language} dir={direction} style=\"font-family:'{family}';font-size:{page.rng.choice((12, 14, 16, 18, 20, 24, 32))}px\">{text}</p>")
    return f"<main style='columns:{page.rng.choice((1, 2))};padding:12px'>{''.join(blocks)}</main>"


def poster(page: Page) -> str:
    """Large type, logos and badges on coloured blocks."""
    tiles = []
    for _ in range(24):
        family = page.rng.choice((page.display, page.sans, page.serif, page.rng.choice(corpus.DISPLAY[page.split])))
        foreground = page.rng.choice(("white", "white", "black", page.colour()))
        tiles.append(f"<div style=\"flex:1 1 {page.rng.choice((200, 300, 420))}px;padding:14px;background:{page.colour()};color:{foreground};font:{page.rng.choice((400, 700))} {page.rng.choice((24, 28, 32, 40, 56, 72))}px/1.1 '{family}'\">{page.words(1, 4)}<div style='font-size:14px'>{page.sentence()}</div></div>")
    return f"<div style='display:flex;flex-wrap:wrap;gap:{page.rng.choice((0, 6, 12))}px'>{''.join(tiles)}</div>"


def messages(page: Page) -> str:
    """A list of messages and files beside a chat."""
    rows, bubbles = [], []
    for _ in range(26):
        initial = page.word()[0].upper()
        rows.append(f"<div style='display:flex;gap:8px;padding:6px;border-bottom:1px solid {page.theme.border}'><span style='flex:none;width:30px;height:30px;border-radius:15px;background:{page.colour()};color:white;text-align:center;line-height:30px'>{initial}</span><div><b>{page.words(2, 3)}</b> <span style='color:{page.theme.muted};font-size:11px'>{page.rng.randrange(24):02d}:{page.rng.randrange(60):02d}</span><br><span style='color:{page.theme.muted}'>{page.words(4, 8)}</span></div></div>")
        side = page.rng.choice(("left", "right"))
        fill = page.theme.accent if side == "right" else page.theme.surface
        ink = "white" if side == "right" else page.theme.text
        bubbles.append(f"<div style='text-align:{side};margin:6px'><span style='display:inline-block;text-align:left;max-width:70%;padding:8px 12px;border-radius:14px;background:{fill};color:{ink}'>{page.sentence()}</span></div>")
    return f"<div style=\"display:flex;font-family:'{page.sans}'\"><div style='width:360px;flex:none'>{''.join(rows)}</div><div style='flex:1'>{''.join(bubbles)}</div></div>"


def formulas(page: Page) -> str:
    """Mathematics set in MathML beside dense small print."""
    def term() -> str:
        names = "abcxyzαβγλμπσωφθ"
        pick = lambda: f"<mi>{page.rng.choice(names)}</mi>"  # noqa: E731
        return page.rng.choice((
            f"<msup>{pick()}<mn>{page.rng.randint(2, 9)}</mn></msup>",
            f"<mfrac><mrow>{pick()}<mo>+</mo><mn>{page.rng.randint(1, 9)}</mn></mrow><msub>{pick()}<mi>n</mi></msub></mfrac>",
            f"<msqrt><mrow>{pick()}<mo>−</mo>{pick()}</mrow></msqrt>",
            f"<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>0</mn></mrow><mi>n</mi></munderover>{pick()}",
            f"<mo>∫</mo>{pick()}<mi>d</mi><mi>x</mi>",
        ))

    blocks = []
    for _ in range(40):
        formula = f"<mo>{page.rng.choice('=≤≈+')}</mo>".join(term() for _ in range(page.rng.randint(3, 6)))
        blocks.append(f"<p>{page.sentence()} <math style='font-size:{page.rng.choice((16, 20, 26))}px'>{formula}</math></p>")
    return f"<main style=\"font-family:'{page.serif}';columns:2;padding:12px\">{''.join(blocks)}</main>"


KINDS = {
    "article": article, "code": code, "terminal": terminal, "table": table, "form": form,
    "dashboard": dashboard, "scripts": scripts, "poster": poster, "messages": messages,
    "formulas": formulas,
}
WEIGHTS = {"article": 16, "code": 18, "terminal": 8, "table": 9, "form": 14, "dashboard": 10, "scripts": 9,
           "poster": 6, "messages": 7, "formulas": 3}


def page_html(kind: str, page: Page) -> str:
    """The whole document of a page."""
    theme = page.theme
    dark = int(theme.background[1:3], 16) < 128
    style = f"""
        html{{color-scheme:{'dark' if dark else 'light'}}}
        body{{margin:0;background:{theme.background};color:{theme.text};font-size:{page.size}px;overflow:hidden}}
        a{{color:{theme.accent};text-decoration:underline}} h1,h2,h3{{margin:.4em 0}} p{{margin:.5em 0}}
        table{{border-collapse:collapse}} td,th{{border:1px solid {theme.border};padding:3px 6px}}
        .card{{background:{theme.surface};border:1px solid {theme.border};border-radius:{page.rng.choice((0, 4, 8))}px;
               padding:10px;margin-bottom:10px;break-inside:avoid}}
        .tab{{display:inline-block;padding:6px 12px;border-right:1px solid {theme.border};background:{theme.surface}}}
        label{{display:block;font-weight:600;margin-bottom:3px}}
        input,select,textarea,button{{font:inherit}} textarea,input:not([type]),select{{width:90%}}
        button.primary{{background:{theme.accent};color:white;border:0;border-radius:4px;padding:6px 14px;margin:3px}}
        button.plain{{margin:3px;padding:5px 12px}}
        blockquote{{border-left:4px solid {theme.accent};margin:.6em;padding-left:10px;color:{theme.muted}}}"""
    body = KINDS[kind](page)
    return f"<!doctype html><meta charset=utf-8><style>{style}</style><body>{body}</body>"


def font_environment(store: PackageStore, split: str, folder: Path) -> dict[str, str]:
    """Environment in which Fontconfig sees the split's fonts (and no others)."""
    folders = [store.fetch(package) / "usr/share/fonts" for package in corpus.FONT_PACKAGES[split]]
    config = folder / f"fonts-{split}.conf"
    directories = "".join(f"<dir>{html.escape(str(path.resolve()))}</dir>" for path in folders)
    config.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"{directories}<cachedir>{folder.resolve()}/cache-{split}</cachedir></fontconfig>"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(config.resolve())}


def render(
    kind: str, page: Page, size: tuple[int, int], environment: dict[str, str], scale: float = 1.0
) -> Image.Image:
    """A screenshot of the page, ``size`` device pixels large."""
    hinting = random.Random(f"hinting-{page.split}-{page.seed}").choice(HINTINGS)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page_html(kind, page), encoding="utf-8")
        width, height = (round(side / scale) for side in size)
        command = [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-lcd-text",
            "--hide-scrollbars", f"--font-render-hinting={hinting}", f"--user-data-dir={folder}/profile",
            f"--force-device-scale-factor={scale}", f"--window-size={width},{height}",
            f"--screenshot={target}", source.as_uri(),
        ]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=1200)
        image = Image.open(target).convert("RGB")
    return image.crop((0, 0, min(size[0], image.width), min(size[1], image.height)))

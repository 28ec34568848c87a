import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Rect, Size } from '../../src/shared/geometry';
import type { Guidance } from '../../src/shared/guidance';
import { keysCubic } from '../../src/shared/keysCubic';
import { RENDER_MODES, type RenderState } from '../../src/webview/render/state';
import { alphaPlane, layerPixels, sourcePixels, tileGrid } from './renderData';
import { call, decoded, difference, launchRenderPage, pixel, type Picture } from './renderHarness';
import type { Change, SceneSpec } from './renderPage';

const BACKENDS = ['webgl2', 'canvas'] as const;
type Backend = (typeof BACKENDS)[number];

/** Neither side is a multiple of a tile, a block or two. */
const SPEC: SceneSpec = { size: { width: 300, height: 220 }, source: { width: 75, height: 55 } };
const STAGE = { width: 360, height: 260 };
const WHOLE: Rect = { x: 0, y: 0, ...SPEC.size };
/** The picture's corner at 100 % on the stage. */
const CORNER = { x: (STAGE.width - SPEC.size.width) / 2, y: (STAGE.height - SPEC.size.height) / 2 };

let close: () => Promise<void>;
let page: Page;
let problems: string[];

before(async () => {
  ({ page, close, problems } = await launchRenderPage());
});
after(async () => {
  await close();
  assert.deepEqual(problems, []);
});

async function withScene<T>(
  backend: Backend,
  spec: SceneSpec,
  use: (id: number) => Promise<T>,
): Promise<T> {
  const id = await call(page, 'open', spec, { force: backend });
  assert.equal(await call(page, 'kind', id), backend);
  try {
    return await use(id);
  } finally {
    await call(page, 'close', id);
  }
}

const draw = async (id: number, state: Partial<RenderState>): Promise<Picture> =>
  decoded(await call(page, 'draw', id, { stage: STAGE, ...state }));

/** RGB of the blend, in whole hundredths, as dials have two decimals: exact, halves rounded up. */
function blend(size: Size, { pixel: p, semantic: s }: Guidance, count = 3, seed = 0): Uint8Array {
  const [i00, i10, i11 = i10] = Array.from({ length: count }, (_, layer) =>
    layerPixels(size, layer, seed),
  ) as [Uint8Array, Uint8Array, Uint8Array?];
  const [percentPixel, percentSemantic] = [Math.round(p * 100), Math.round(s * 100)];
  return i00.map((base, i) =>
    Math.min(
      255,
      Math.max(
        0,
        Math.floor(
          (100 * base +
            percentPixel * (i10[i]! - base) +
            percentSemantic * (i11[i]! - i10[i]!) +
            50) /
            100,
        ),
      ),
    ),
  );
}

/** The largest distance of a picture's RGB from numbers, both RGB(A) of one size. */
const distance = ({ data }: Picture, expected: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0, from = 0; from < data.length; from += 4)
    for (let c = 0; c < 3; c++, i++)
      largest = Math.max(largest, Math.abs(data[from + c]! - expected[i]!));
  return largest;
};

function crop({ width, data }: Picture, rect: Rect): Picture {
  const rows = Array.from({ length: rect.height }, (_, y) =>
    data.subarray(
      ((rect.y + y) * width + rect.x) * 4,
      ((rect.y + y) * width + rect.x + rect.width) * 4,
    ),
  );
  return { width: rect.width, height: rect.height, data: Buffer.concat(rows) };
}

const GUIDANCES: Guidance[] = [
  { pixel: 0, semantic: 0 },
  { pixel: 1, semantic: 0 },
  { pixel: 0, semantic: 1 },
  { pixel: 1, semantic: 1 },
  { pixel: 0.35, semantic: 0.8 },
  { pixel: 1.5, semantic: 1.5 },
];

for (const backend of BACKENDS) {
  test(`${backend}: the blend is the formula’s, on screen and read back`, async () => {
    await withScene(backend, SPEC, async (id) => {
      for (const guidance of GUIDANCES) {
        const expected = blend(SPEC.size, guidance);
        const drawn = crop(await draw(id, { guidance }), { ...CORNER, ...SPEC.size });
        const read = decoded(await call(page, 'readPixels', id, guidance, WHOLE));
        assert.ok(
          distance(read, expected) === 0,
          `${JSON.stringify(guidance)}: ${distance(read, expected)}`,
        );
        assert.deepEqual(drawn.data, read.data);
      }
      const part = { x: 130, y: 50, width: 77, height: 99 };
      const whole = decoded(await call(page, 'readPixels', id, GUIDANCES[4]!, WHOLE));
      assert.deepEqual(
        decoded(await call(page, 'readPixels', id, GUIDANCES[4]!, part)).data,
        crop(whole, part).data,
      );
    });
  });

  test(`${backend}: a model without a semantic branch ignores that dial`, async () => {
    await withScene(backend, { ...SPEC, layers: 2 }, async (id) => {
      const read = decoded(
        await call(page, 'readPixels', id, { pixel: 0.7, semantic: 1.2 }, WHOLE),
      );
      assert.ok(distance(read, blend(SPEC.size, { pixel: 0.7, semantic: 0 }, 2)) === 0);
      const map = pixel(
        await draw(id, { mode: 'map', guidance: { pixel: 0.7, semantic: 1.2 } }),
        180,
        130,
      );
      assert.ok(map[0] === map[1] && map[1] === map[2], `grey, not ${map.join()}`);
    });
  });

  test(`${backend}: 50 % is the mean of 2×2, 200 % is linear, 400 % shows squares`, async () => {
    await withScene(backend, SPEC, async (id) => {
      const guidance = { pixel: 0.9, semantic: 0.6 };
      const at = (x: number, y: number, c: number): number =>
        full[(y * SPEC.size.width + x) * 3 + c]!;
      const full = blend(SPEC.size, guidance);
      const half = await draw(id, {
        guidance,
        view: { zoom: 0.5, x: 0.5, y: 0.5 },
        stage: { width: 150, height: 110 },
      });
      const means = Float64Array.from({ length: 150 * 110 * 3 }, (_, i) => {
        const [c, x, y] = [i % 3, (Math.floor(i / 3) % 150) * 2, Math.floor(i / 450) * 2];
        return (at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)) / 4;
      });
      // The mean of layers stands for the mean of clipped blends; without clipping they are equal
      // but for rounding.
      const clipped = (i: number): boolean => {
        const [x, y] = [(Math.floor(i / 3) % 150) * 2, Math.floor(i / 450) * 2];
        return [0, 1, 2].some((c) =>
          [at(x, y, c), at(x + 1, y, c), at(x, y + 1, c), at(x + 1, y + 1, c)].some(
            (value) => value === 0 || value === 255,
          ),
        );
      };
      assert.ok(
        distance(
          half,
          means.map((value, i) =>
            clipped(i) ? half.data[Math.floor(i / 3) * 4 + (i % 3)]! : value,
          ),
        ) <= 2.5,
      );

      const corner = { view: { x: 0, y: 0 }, stage: { width: 100, height: 80 } };
      const double = await draw(id, { guidance, ...corner, view: { ...corner.view, zoom: 2 } });
      const linear = Float64Array.from({ length: 100 * 80 * 3 }, (_, i) => {
        const [c, x, y] = [
          i % 3,
          (Math.floor(i / 3) % 100) / 2 - 0.25,
          Math.floor(i / 300) / 2 - 0.25,
        ];
        const [left, top] = [Math.floor(x), Math.floor(y)];
        const inside = (a: number, b: number): number => at(Math.max(0, a), Math.max(0, b), c);
        const row = (b: number): number =>
          inside(left, b) * (1 - x + left) + inside(left + 1, b) * (x - left);
        return row(top) * (1 - y + top) + row(top + 1) * (y - top);
      });
      assert.ok(distance(double, linear) <= 1, String(distance(double, linear)));

      const large = await draw(id, { guidance, ...corner, view: { ...corner.view, zoom: 4 } });
      const squares = Float64Array.from({ length: 100 * 80 * 3 }, (_, i) =>
        at((Math.floor(i / 3) % 100) >> 2, Math.floor(i / 300) >> 2, i % 3),
      );
      assert.equal(distance(large, squares), 0);
    });
  });

  test(`${backend}: fine stripes are grey when reduced, whatever the zoom`, async () => {
    const spec = {
      size: { width: 512, height: 512 },
      source: { width: 128, height: 128 },
      order: [],
    };
    await withScene(backend, spec, async (id) => {
      await page.evaluate(`harness.stripes(${id})`);
      for (const zoom of [0.45, 0.31, 0.13]) {
        const side = Math.floor(512 * zoom) - 4;
        const { data } = await draw(id, {
          view: { zoom, x: 0.5, y: 0.5 },
          stage: { width: side, height: side },
        });
        const values = [...data].filter((_, i) => i % 4 === 0);
        assert.ok(
          Math.max(...values) - Math.min(...values) <= 2,
          `${zoom}: ${Math.min(...values)}–${Math.max(...values)}`,
        );
      }
    });
  });

  test(`${backend}: blocks have no seams`, async () => {
    const states: Partial<RenderState>[] = [0.37, 1, 1.7, 5].map((zoom) => ({
      view: { zoom, x: 0.41, y: 0.57 },
      guidance: { pixel: 0.8, semantic: 0.5 },
    }));
    const seen = async (blockSide: number): Promise<Picture[]> =>
      withScene(backend, { ...SPEC, blockSide }, async (id) => {
        const pictures: Picture[] = [];
        for (const state of [
          ...states,
          ...states.map((more) => ({ ...more, mode: 'map' as const })),
        ])
          pictures.push(await draw(id, state));
        return pictures;
      });
    const [small, large] = [await seen(32), await seen(512)];
    for (const [i, picture] of small.entries())
      assert.deepEqual(picture.data, large[i]!.data, `state ${i}`);
  });

  test(`${backend}: the far end of a long picture is as exact as its beginning`, async () => {
    const spec = {
      size: { width: 16_000, height: 20 },
      source: { width: 4000, height: 5 },
      blockSide: 128,
      tile: 4000,
    };
    await withScene(backend, spec, async (id) => {
      const expected = blend(spec.size, GUIDANCES[4]!);
      for (const zoom of [1, 3, 4]) {
        const shown = await draw(id, {
          guidance: GUIDANCES[4]!,
          view: { zoom, x: 1, y: 0 },
          stage: { width: 120, height: 20 },
        });
        const wanted = Float64Array.from({ length: 120 * 20 * 3 }, (_, i) => {
          const x = Math.floor((16_000 * zoom - 120 + (Math.floor(i / 3) % 120)) / zoom);
          return expected[(Math.floor(Math.floor(i / 360) / zoom) * 16_000 + x) * 3 + (i % 3)]!;
        });
        assert.equal(distance(shown, wanted), 0, `${zoom * 100} %`);
      }
    });
  });

  test(
    `${backend}: tiles may come in any order and any size; missing ones show the ` +
      'original, dimmed',
    async () => {
      const tiles = tileGrid(SPEC.size, 50).length;
      const shuffled = Array.from({ length: tiles }, (_, i) => (i * 7) % tiles);
      const view = { zoom: 0.5, x: 0.5, y: 0.5 };
      const inOrder = await withScene(backend, SPEC, (id) => draw(id, { view }));
      await withScene(backend, { ...SPEC, tile: 50, order: shuffled.slice(1) }, async (id) => {
        assert.equal(shuffled[0], 0);
        const before = await draw(id, {});
        // The source is stretched by four, bicubically: 1.875, 2.875 is the place of 9, 13 in it.
        const source = sourcePixels(SPEC.source, false);
        let enlarged = 0;
        for (let y = 1; y <= 4; y++)
          for (let x = 0; x <= 3; x++)
            enlarged += keysCubic(x - 1.875) * keysCubic(y - 2.875) * source[(y * 75 + x) * 4]!;
        const expected = enlarged * 0.45 + 30 * 0.55;
        assert.ok(Math.abs(pixel(before, CORNER.x + 9, CORNER.y + 13)[0]! - expected) <= 1);
        assert.deepEqual(
          decoded(
            await call(page, 'readPixels', id, GUIDANCES[3]!, {
              x: 49,
              y: 10,
              width: 1,
              height: 1,
            }),
          ).data,
          Buffer.alloc(4),
        );
        const [outside] = pixel(before, CORNER.x + 50, CORNER.y + 10);
        assert.ok(Math.abs(outside! - blend(SPEC.size, GUIDANCES[3]!)[(10 * 300 + 50) * 3]!) === 0);
        await call(page, 'addTiles', id, { ...SPEC, tile: 50, order: [0] });
        assert.deepEqual((await draw(id, { view })).data, inOrder.data);
      });
    },
  );

  test(`${backend}: the tile being worked on is outlined`, async () => {
    await withScene(backend, { ...SPEC, order: [] }, async (id) => {
      const picture = await draw(id, { workingTile: { x: 64, y: 64, width: 64, height: 64 } });
      const outline = [14, 99, 156, 255];
      for (const [x, y] of [
        [64, 64],
        [127, 64],
        [64, 127],
        [127, 127],
        [100, 64],
        [127, 90],
      ] as const)
        assert.deepEqual(pixel(picture, CORNER.x + x, CORNER.y + y), outline);
      for (const [x, y] of [
        [63, 64],
        [128, 90],
        [90, 90],
      ] as const)
        assert.notDeepEqual(pixel(picture, CORNER.x + x, CORNER.y + y), outline);
    });
  });

  test(`${backend}: transparency shows the checkerboard or the background`, async () => {
    await withScene(backend, { ...SPEC, alpha: true }, async (id) => {
      const alpha = alphaPlane(SPEC.size);
      const colour = Float64Array.from(blend(SPEC.size, GUIDANCES[3]!));
      for (const checkerboard of [true, false]) {
        const drawn = crop(await draw(id, { checkerboard }), { ...CORNER, ...SPEC.size });
        const expected = colour.map((value, i) => {
          const [x, y] = [Math.floor(i / 3) % 300, Math.floor(i / 900)];
          const under = checkerboard ? (((x >> 3) + (y >> 3)) % 2 === 0 ? 200 : 120) : 30;
          const a = alpha[y * 300 + x]! / 255;
          return value * a + under * (1 - a);
        });
        assert.ok(distance(drawn, expected) <= 1.01, String(distance(drawn, expected)));
      }
      const read = decoded(await call(page, 'readPixels', id, GUIDANCES[3]!, WHOLE));
      let largest = 0;
      for (const [i, value] of alpha.entries()) {
        assert.equal(read.data[4 * i + 3], value);
        for (let c = 0; c < 3; c++)
          largest = Math.max(
            largest,
            Math.abs(read.data[4 * i + c]! - (value === 0 ? 0 : colour[3 * i + c]!)),
          );
      }
      assert.ok(largest <= 1);
      // The original’s own pixels have the source’s alpha.
      const own = await draw(id, { held: true, originalPixels: true, checkerboard: false });
      const source = sourcePixels(SPEC.source, true);
      for (const [x, y] of [
        [3, 5],
        [40, 20],
        [70, 50],
        [11, 33],
      ] as const) {
        const at = (y * 75 + x) * 4;
        const a = source[at + 3]! / 255;
        for (let c = 0; c < 3; c++)
          assert.ok(
            Math.abs(
              pixel(own, CORNER.x + 4 * x + 1, CORNER.y + 4 * y + 2)[c]! -
                (source[at + c]! * a + 30 * (1 - a)),
            ) <= 1,
          );
      }
    });
  });

  test(`${backend}: what is transparent or missing tints no reduced edge`, async () => {
    const spec = { size: { width: 64, height: 64 }, source: { width: 16, height: 16 }, order: [] };
    await withScene(backend, spec, async (id) => {
      // White, opaque on the left half; black under the transparent right half.
      await page.evaluate(`harness.halves(${id})`);
      const { data, width } = await draw(id, {
        view: { zoom: 0.3, x: 0.5, y: 0.5 },
        checkerboard: false,
        stage: { width: 20, height: 20 },
        theme: { ...THEME, background: [255, 255, 255] },
      });
      for (let x = 0; x < width; x++)
        assert.ok(data[(10 * width + x) * 4]! >= 254, `column ${x}: ${data[(10 * width + x) * 4]}`);
    });
  });

  test(`${backend}: the divider has the comparison on its left, at any place`, async () => {
    await withScene(backend, SPEC, async (id) => {
      const result = await draw(id, {});
      const original = await draw(id, { held: true });
      for (const divider of [0, 0.25, 0.5, 1]) {
        const drawn = await draw(id, { mode: 'divider', divider });
        const column = CORNER.x + divider * 300;
        for (const x of [CORNER.x, column - 1, column, CORNER.x + 299]) {
          if (x < CORNER.x || x >= CORNER.x + 300) continue;
          assert.deepEqual(
            pixel(drawn, x, 130),
            pixel(x < column ? original : result, x, 130),
            `divider ${divider}, column ${x}`,
          );
        }
      }
      // A picture larger than the stage is divided where it is seen.
      const close = { view: { zoom: 4, x: 0.5, y: 0.5 } };
      const [left, right, divided] = [
        await draw(id, { ...close, held: true }),
        await draw(id, close),
        await draw(id, { ...close, mode: 'divider', divider: 0.25 }),
      ];
      assert.deepEqual(pixel(divided, 89, 77), pixel(left, 89, 77));
      assert.deepEqual(pixel(divided, 90, 77), pixel(right, 90, 77));
    });
  });

  test(`${backend}: side by side shows the same part twice`, async () => {
    await withScene(backend, SPEC, async (id) => {
      const view = { zoom: 1, x: 0.4, y: 0.5 };
      const pane = { stage: { width: 170, height: 140 }, view };
      const [result, original] = [await draw(id, pane), await draw(id, { ...pane, held: true })];
      const both = await draw(id, { mode: 'side', stage: { width: 350, height: 140 }, view });
      assert.deepEqual(crop(both, { x: 0, y: 0, width: 170, height: 140 }).data, original.data);
      assert.deepEqual(crop(both, { x: 180, y: 0, width: 170, height: 140 }).data, result.data);
      assert.deepEqual(pixel(both, 175, 70), [30, 30, 30, 255]);
    });
  });

  test(`${backend}: difference and map are the formula’s`, async () => {
    await withScene(backend, SPEC, async (id) => {
      const guidance = { pixel: 0.8, semantic: 0.5 };
      const result = blend(SPEC.size, guidance);
      const base = blend(SPEC.size, { pixel: 0, semantic: 0 });
      const shown = crop(await draw(id, { mode: 'difference', guidance }), {
        ...CORNER,
        ...SPEC.size,
      });
      const expected = result.map((value, i) => Math.min(255, 4 * Math.abs(value - base[i]!)));
      assert.equal(distance(shown, expected), 0);

      const map = crop(await draw(id, { mode: 'map', guidance }), { ...CORNER, ...SPEC.size });
      const [pixels, semantic] = [layerPixels(SPEC.size, 1), layerPixels(SPEC.size, 2)];
      const luma = (values: ArrayLike<number>, i: number): number =>
        0.299 * values[3 * i]! + 0.587 * values[3 * i + 1]! + 0.114 * values[3 * i + 2]!;
      for (const [x, y] of [
        [20, 20],
        [63, 64],
        [150, 110],
        [255, 130],
        [298, 218],
      ] as const) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++)
            sum += Math.abs(
              luma(semantic, (y + dy) * 300 + x + dx) - luma(pixels, (y + dy) * 300 + x + dx),
            );
        const strength = (0.5 * sum) / 9 / 24;
        const inside = (value: number): number => Math.min(1, Math.max(0, value));
        const opacity =
          0.65 * inside((strength - 0.08) / 0.32) + 0.2 * inside((strength - 0.4) / 0.6);
        const heat = [241, 76, 76].map(
          (low, c) => low + inside((strength - 0.4) / 0.6) * ([204, 167, 0][c]! - low),
        );
        for (const [c, value] of heat.entries()) {
          const wanted = 0.55 * luma(result, y * 300 + x) * (1 - opacity) + value * opacity;
          assert.ok(
            Math.abs(pixel(map, x, y)[c]! - wanted) <= 2.5,
            `${x},${y}: ${pixel(map, x, y).join()} for ${wanted}`,
          );
        }
      }
      const none = pixel(
        crop(await draw(id, { mode: 'map', guidance: { pixel: 1, semantic: 0 } }), {
          ...CORNER,
          ...SPEC.size,
        }),
        150,
        110,
      );
      assert.ok(none[0] === none[1] && none[1] === none[2]);
    });
  });

  test(`${backend}: A can be another guidance, or another model’s layers of another size`, async () => {
    await withScene(backend, SPEC, async (id) => {
      const a = { pixel: 0.2, semantic: 1.1 };
      const wanted = decoded(await call(page, 'readPixels', id, a, WHOLE));
      await call(page, 'pin', id, a);
      const held = { held: true, compareWith: 'A' as const };
      assert.deepEqual(crop(await draw(id, held), { ...CORNER, ...SPEC.size }).data, wanted.data);
      const same = await draw(id, { ...held, mode: 'difference', guidance: a });
      assert.deepEqual(pixel(same, 180, 130), [0, 0, 0, 255]);

      const half = { width: 150, height: 110 };
      await call(page, 'pin', id, { pixel: 1, semantic: 0.5 }, { size: half, source: SPEC.source });
      const other = await draw(id, {
        ...held,
        view: { zoom: 4, x: 0, y: 0 },
        stage: { width: 80, height: 80 },
      });
      const expected = blend(half, { pixel: 1, semantic: 0.5 }, 3, 5);
      for (const [x, y] of [
        [0, 0],
        [3, 2],
        [9, 9],
      ] as const)
        for (let c = 0; c < 3; c++)
          assert.ok(
            Math.abs(pixel(other, 8 * x + 5, 8 * y + 2)[c]! - expected[(y * 150 + x) * 3 + c]!) ===
              0,
          );
    });
  });

  test(
    `${backend}: an exact picture replaces the blend in its place until the guidance ` + 'changes',
    async () => {
      for (const alpha of [false, true]) {
        await withScene(backend, { ...SPEC, alpha, blockSide: 64 }, async (id) => {
          const plain = await draw(id, { checkerboard: false });
          const [rect, colour] = [{ x: 70, y: 61, width: 90, height: 77 }, [10, 240, 130]];
          await call(page, 'setExact', id, rect, GUIDANCES[3]!, alpha ? [...colour, 255] : colour);
          const replaced = await draw(id, { checkerboard: false });
          const alphas = alphaPlane(SPEC.size);
          for (const [x, y, inside] of [
            [70, 61, true],
            [159, 137, true],
            [100, 100, true],
            [69, 61, false],
            [160, 137, false],
            [100, 138, false],
          ] as const) {
            const a = alpha ? alphas[y * 300 + x]! / 255 : 1;
            const wanted = inside
              ? colour.map((value) => value * a + 30 * (1 - a))
              : pixel(plain, CORNER.x + x, CORNER.y + y);
            for (let c = 0; c < 3; c++)
              assert.ok(
                Math.abs(pixel(replaced, CORNER.x + x, CORNER.y + y)[c]! - wanted[c]!) <= 1,
                `${x},${y}`,
              );
          }
          const reduced = await draw(id, {
            view: { zoom: 0.25, x: 0.5, y: 0.5 },
            checkerboard: false,
          });
          if (!alpha)
            assert.deepEqual(pixel(reduced, 180 - 37 + 28, 130 - 27 + 25), [...colour, 255]);
          const moved = { pixel: 1, semantic: 0.95 };
          const read = decoded(await call(page, 'readPixels', id, moved, rect));
          assert.notDeepEqual(pixel(read, 0, 0).slice(0, 3), colour);
        });
      }
    },
  );

  test(`${backend}: pixelAt and the loupe tell what is drawn`, async () => {
    await withScene(
      backend,
      { ...SPEC, alpha: true, order: [...tileGrid(SPEC.size, 64).keys()].filter((i) => i !== 7) },
      async (id) => {
        const guidance = { pixel: 0.35, semantic: 0.8 };
        const state = { guidance, mode: 'divider' as const, stage: STAGE, divider: 0.5 };
        for (const [x, y] of [
          [12, 7],
          [299, 219],
          [160, 20],
        ] as const) {
          const reading = await call(page, 'pixelAt', id, state, {
            x: CORNER.x + x + 0.5,
            y: CORNER.y + y + 0.5,
          });
          assert.deepEqual(
            [reading?.x, reading?.y, reading?.shown],
            [x, y, x < 150 ? 'compare' : 'result'],
          );
          const at = { x, y, width: 1, height: 1 };
          const visible = reading!.result![3] > 0;
          if (visible) {
            assert.deepEqual(
              reading!.result,
              pixel(decoded(await call(page, 'readPixels', id, guidance, at)), 0, 0),
            );
            assert.deepEqual(
              reading!.compare,
              pixel(
                decoded(await call(page, 'readPixels', id, { pixel: 0, semantic: 0 }, at)),
                0,
                0,
              ),
            );
          }
        }
        const own = await call(
          page,
          'pixelAt',
          id,
          { ...state, originalPixels: true, view: { zoom: 6, x: 0.5, y: 0.5 } },
          { x: 20.4, y: 33 },
        );
        const [x, y] = [Math.floor((20.5 - (180 - 900)) / 6), Math.floor((33.5 - (130 - 660)) / 6)];
        assert.deepEqual([own?.x, own?.y], [x, y]);
        const source = sourcePixels(SPEC.source, true);
        const from = ((y >> 2) * 75 + (x >> 2)) * 4;
        assert.deepEqual(own?.compare, [...source.subarray(from, from + 4)]);
        // Tile 7 has not come; beside the picture there is nothing.
        assert.equal(
          (await call(page, 'pixelAt', id, state, { x: CORNER.x + 130, y: CORNER.y + 70 }))?.result,
          undefined,
        );
        assert.equal(await call(page, 'pixelAt', id, state, { x: CORNER.x - 1, y: 100 }), null);

        const loupe = decoded(
          (await call(
            page,
            'loupe',
            id,
            state,
            { x: CORNER.x + 200, y: CORNER.y + 100 },
            'result',
          ))!,
        );
        const around = decoded(
          await call(page, 'readPixels', id, guidance, { x: 196, y: 96, width: 9, height: 9 }),
        );
        for (const [column, row] of [
          [0, 0],
          [4, 4],
          [8, 3],
        ] as const) {
          const [r, g, b, a] = pixel(around, column, row) as [number, number, number, number];
          const under = (196 + column + 96 + row) % 2 === 0 ? 200 : 120;
          const wanted = [r, g, b].map((value) => under + ((value - under) * a) / 255);
          for (let c = 0; c < 3; c++)
            assert.ok(Math.abs(pixel(loupe, column * 10 + 5, row * 10 + 5)[c]! - wanted[c]!) <= 1);
        }
        assert.deepEqual(pixel(loupe, 39, 45), [14, 99, 156, 255]);
        assert.equal(await call(page, 'loupe', id, state, { x: 3, y: 3 }), null);
      },
    );
  });
}

const THEME: RenderState['theme'] = {
  background: [30, 30, 30],
  checkerLight: [200, 200, 200],
  checkerDark: [120, 120, 120],
  heatLow: [241, 76, 76],
  heatHigh: [204, 167, 0],
  outline: [14, 99, 156],
};

test('canvas: parts kept from the last frame are never stale', async () => {
  const other: RenderState['theme'] = {
    background: [250, 250, 250],
    checkerLight: [255, 0, 0],
    checkerDark: [0, 255, 0],
    heatLow: [0, 0, 255],
    heatHigh: [255, 255, 0],
    outline: [0, 255, 255],
  };
  // Small, as it is drawn some three hundred times; several tiles and blocks each way all the same.
  const small: SceneSpec = {
    size: { width: 148, height: 108 },
    source: { width: 37, height: 27 },
    blockSide: 32,
    tile: 32,
  };
  const stage = { width: 180, height: 130 };
  const spec: SceneSpec = { ...small, order: [0, 1, 2] };
  const changes: Change[] = [
    ['addTiles', small],
    ['repaintTile', { x: 5, y: 10, width: 32, height: 24 }],
    ['pin', { pixel: 0.2, semantic: 1.1 }],
    [
      'setExact',
      { x: 35, y: 30, width: 45, height: 38 },
      { pixel: 1, semantic: 1 },
      [10, 240, 130],
    ],
    ['setAlpha'],
    ['pin', { pixel: 1, semantic: 1 }],
  ];
  // Each follows the one before, and parts of the picture stay where they are.
  const variations: Partial<RenderState>[] = [
    { theme: other },
    { theme: other, checkerboard: false },
    { checkerboard: false, guidance: { pixel: 1, semantic: 0.5 } },
    { guidance: { pixel: 1, semantic: 0.5 } },
    { guidance: { pixel: 0.5, semantic: 0.5 } },
    { originalPixels: true },
    { divider: 0.3 },
    { pixelRatio: 2 },
  ];
  for (const mode of RENDER_MODES) {
    for (const compareWith of ['original', 'A'] as const) {
      const base = { stage, mode, compareWith };
      const states = [
        ...Array.from({ length: changes.length + 1 }, (_, changed) => ({ changed, state: base })),
        ...variations.map((more) => ({ changed: changes.length, state: { ...base, ...more } })),
      ];
      const stale = await call(page, 'staleStates', spec, { force: 'canvas' }, changes, states);
      assert.deepEqual(
        stale.map((place) => states[place]),
        [],
      );
    }
  }
});

test('both back ends draw the same in every mode at every zoom', async () => {
  const specs: SceneSpec[] = [
    SPEC,
    {
      ...SPEC,
      alpha: true,
      blockSide: 64,
      order: [...tileGrid(SPEC.size, 64).keys()].filter((i) => i % 3 !== 1),
    },
  ];
  const zooms = [1, 0.5, 0.3, 0.77, 2.5, 3.3, 4];
  const extras: Partial<RenderState>[] = [
    {},
    { originalPixels: true, pixelRatio: 1.5 },
    { compareWith: 'A', held: true },
  ];
  let worst = 0;
  for (const spec of specs) {
    await withScene('webgl2', spec, (webgl) =>
      withScene('canvas', spec, async (canvas) => {
        for (const id of [webgl, canvas])
          await call(page, 'pin', id, { pixel: 0.3, semantic: 0.2 });
        for (const mode of RENDER_MODES) {
          for (const zoom of zooms) {
            for (const extra of extras) {
              const state = {
                mode,
                stage: { width: 130, height: 90 },
                view: { zoom, x: 0.45, y: 0.6 },
                guidance: { pixel: 0.85, semantic: 0.55 },
                divider: 0.4,
                workingTile: { x: 64, y: 64, width: 64, height: 64 },
                ...extra,
              };
              const { largest, mean } = await call(page, 'drawBoth', webgl, canvas, state);
              worst = Math.max(worst, largest);
              assert.ok(
                largest <= 1 && mean < 0.1,
                `${mode} at ${zoom} ${JSON.stringify(extra)}: ${largest}, mean ${mean}`,
              );
            }
          }
        }
      }),
    );
  }
  console.log(`largest difference of the back ends: ${worst}/255`);
});

test('a lost context comes back with everything in it', async () => {
  const id = await call(page, 'open', SPEC, { force: 'webgl2' });
  const before = await draw(id, { mode: 'divider' });
  await call(page, 'loseContext', id, true);
  assert.equal(await call(page, 'kind', id), 'webgl2');
  assert.deepEqual((await draw(id, { mode: 'divider' })).data, before.data);
  await call(page, 'close', id);
});

test('software takes over when a lost context stays away, on a canvas in the same place', async () => {
  const id = await call(page, 'open', SPEC, { slowWebgl: true, restoreTimeoutMs: 50 });
  assert.equal(await call(page, 'kind', id), 'webgl2');
  const [before, canvases] = [await draw(id, { mode: 'divider' }), await call(page, 'canvases')];
  await call(page, 'loseContext', id, false);
  const read = decoded(await call(page, 'readPixels', id, GUIDANCES[4]!, WHOLE));
  assert.ok(distance(read, blend(SPEC.size, GUIDANCES[4]!)) === 0, 'pixels can be read meanwhile');
  await page.waitForFunction(`harness.kind(${id}) === 'canvas'`);
  assert.equal(await call(page, 'canvases'), canvases);
  assert.ok(difference(decoded(await call(page, 'look', id)), before).largest <= 1);
  await call(page, 'close', id);
});

test('WebGL 2 emulated on the CPU is not taken unasked', async () => {
  const id = await call(page, 'open', SPEC, {});
  assert.equal(await call(page, 'kind', id), 'canvas');
  await call(page, 'close', id);
});

test('without WebGL 2 software draws from the start', async () => {
  const id = await page.evaluate<number>(
    `harness.withoutWebgl(() => harness.open(${JSON.stringify(SPEC)}, {}))`,
  );
  assert.equal(await call(page, 'kind', id), 'canvas');
  assert.ok(
    distance(
      crop(await draw(id, {}), { ...CORNER, ...SPEC.size }),
      blend(SPEC.size, GUIDANCES[3]!),
    ) === 0,
  );
  assert.match(
    String(
      await page
        .evaluate(
          `harness.withoutWebgl(() => harness.open(${JSON.stringify(SPEC)}, { force: 'webgl2' }))`,
        )
        .catch(String),
    ),
    /no WebGL 2/,
  );
  await call(page, 'close', id);
});

test('many changes are one frame, and its time is known', async () => {
  await withScene('webgl2', SPEC, async (id) => {
    const { draws, last, before: asked } = await call(page, 'schedule', id, 20);
    assert.equal(draws, 1);
    assert.ok(
      last &&
        last.requested >= asked &&
        last.started >= last.requested &&
        last.finished >= last.started,
    );
  });
});

test('memory is accounted for', async () => {
  for (const backend of BACKENDS) {
    await withScene(backend, { ...SPEC, blockSide: 64 }, async (id) => {
      await draw(id, {});
      const [scene, kept] = await call(page, 'bytes', id);
      // 5×4 blocks of three layers and 2×1 of the original, with their reductions.
      const blocks = (5 * 4 * 3 + 2) * 64 * 64 * 4 * (4 / 3);
      assert.ok(Math.abs(scene - blocks) / blocks < 0.01, `${scene} for ${blocks}`);
      if (backend === 'webgl2') assert.ok(kept > 0 && kept <= blocks * 1.01);
      else assert.equal(kept, 5 * 4 * 64 * 64 * 5);
    });
  }
});

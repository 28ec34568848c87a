/**
 * The main job, end to end: upscales the four sample pictures with the embedded model into a folder
 * (default: demo/) and prints a table.
 *
 *   node scripts/demo.mjs [folder]
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.resolve(process.argv[2] ?? path.join(root, 'demo'));
const samples = ['photo.jpg', 'icon.png', 'screenshot.png', 'texture.png'].map((name) =>
  path.join(root, 'media', 'samples', name),
);

console.log(`Upscaling ${samples.length} sample pictures into ${out} …`);
const run = spawnSync(
  process.execPath,
  [
    path.join(root, 'dist', 'cli.js'),
    ...samples,
    '--out',
    `${out}${path.sep}`,
    '--overwrite',
    '--json',
  ],
  {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const results = run.stdout
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
  .filter((result) => result.output);

const header = [
  'picture',
  'result',
  'model',
  'λ_pix',
  'λ_sem',
  'device',
  'tiles',
  'seconds',
  'file',
];
const rows = results.map((r) => [
  path.basename(r.input),
  `${r.width}×${r.height}`,
  r.model,
  String(r.guidance.pixel),
  String(r.guidance.semantic),
  r.device,
  String(r.tiles),
  r.seconds.total.toFixed(1),
  path.relative(process.cwd(), r.output),
]);
const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length)));
for (const row of [header, widths.map((w) => '─'.repeat(w)), ...rows])
  console.log(
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
process.exitCode = run.status ?? 1;

// Loads the native modules of an unpacked extension, uses both, and prints what it found:
//   node loadNatives.cjs <folder of the extension>
// One process, because a forked engine does not live under every emulator.
const path = require('node:path');

const folder = path.resolve(process.argv[2]);
const load = (name) => require(require.resolve(name, { paths: [path.join(folder, 'dist')] }));

async function main() {
  const sharp = load('sharp');
  const { InferenceSession, Tensor } = load('onnxruntime-node');
  const blank = { create: { width: 12, height: 8, channels: 3, background: '#808080' } };
  const png = await sharp(blank).png().toBuffer();
  const { width, height, format } = await sharp(png).metadata();

  const session = await InferenceSession.create(
    path.join(folder, 'models/pisa-compact-4x/model.onnx'),
  );
  const input = new Tensor('float32', new Float32Array(3 * 8 * 12).fill(0.5), [1, 3, 8, 12]);
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, input]));
  const outputs = await session.run(feeds);
  console.log(
    JSON.stringify({
      platform: `${process.platform}-${process.arch}`,
      picture: `${format} ${width}x${height}`,
      outputs: session.outputNames.map((name) => outputs[name].dims.join('x')),
    }),
  );
}

void main();

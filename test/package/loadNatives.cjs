// Loads native modules of an unpacked extension, uses them, and prints what it found:
//   node loadNatives.cjs <folder of the extension> sharp|onnxruntime…
// One process, because a forked engine does not start under every emulator.
const path = require('node:path');

const folder = path.resolve(process.argv[2]);
const load = (name) => require(require.resolve(name, { paths: [path.join(folder, 'dist')] }));

const USES = {
  async sharp() {
    const sharp = load('sharp');
    const blank = { create: { width: 12, height: 8, channels: 3, background: '#808080' } };
    const png = await sharp(blank).png().toBuffer();
    const { width, height, format } = await sharp(png).metadata();
    return `${format} ${width}x${height}`;
  },
  async onnxruntime() {
    process.env.ORT_DISABLE_TELEMETRY = '1';
    const { InferenceSession, Tensor } = load('onnxruntime-node');
    const model = path.join(folder, 'models/pisa-compact-4x/model.onnx');
    const session = await InferenceSession.create(model);
    const input = new Tensor('float32', new Float32Array(3 * 8 * 12).fill(0.5), [1, 3, 8, 12]);
    const feeds = Object.fromEntries(session.inputNames.map((name) => [name, input]));
    const outputs = await session.run(feeds);
    return outputs[session.outputNames[0]].dims.join('x');
  },
};

async function main() {
  const answer = { platform: `${process.platform}-${process.arch}` };
  for (const name of process.argv.slice(3)) answer[name] = await USES[name]();
  console.log(JSON.stringify(answer));
}

void main();

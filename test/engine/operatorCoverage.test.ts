import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { ARCHITECTURES } from '../../src/engine/architectures/list';
import { buildNetwork } from '../../src/engine/architectures/buildNetwork';
import { StateDict } from '../../src/engine/architectures/stateDict';
import { readSafetensors } from '../../src/engine/checkpoint/safetensors';
import { floatForm } from '../../src/engine/graph/floatForm';
import { ModelProtoSchema } from '../../src/engine/graph/proto/onnx_pb';
import { unetTensors } from '../../src/engine/graph/sd21/adapterFiles';
import { tinyShape } from '../../src/engine/graph/sd21/tinyBlock';
import { buildTinyDecoder } from '../../src/engine/graph/sd21/tinyDecoder';
import { buildUNet } from '../../src/engine/graph/sd21/unet';
import { buildVae, VAE_PARTS } from '../../src/engine/graph/sd21/vae';
import { Weights } from '../../src/engine/graph/sd21/weights';
import { operatorGraph } from '../../src/engine/trust/operators/operatorCase';
import { OPERATORS } from '../../src/engine/trust/operators/operators';
import { referenceTensors, RECIPES, writeSafetensors } from '../harness/networks';
import { INSTALLABLE_MODELS } from '../../src/shared/installableModels';
import { tinyNetworks } from './pisaSupport';
import { EMBEDDED_MODELS } from './support';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A node's operator, with what chooses another kernel: attributes that are words, and axes. */
function formsOf(onnx: Uint8Array): Set<string> {
  const forms = new Set<string>();
  for (const { opType, domain, attribute } of fromBinary(ModelProtoSchema, onnx).graph!.node) {
    const words = attribute
      .filter(({ s }) => s.length > 0)
      .map(({ name, s }) => `${name}=${Buffer.from(s).toString()}`);
    forms.add([domain, opType, ...words.sort()].filter((word) => word !== '').join(' '));
  }
  return forms;
}

const probed = new Set(
  OPERATORS.flatMap((operator) => [
    ...formsOf(operatorGraph(operator, 'float32')),
    ...(operator.hasHalf ? formsOf(operatorGraph(operator, 'float16')) : []),
  ]),
);

function assertProbed(onnx: Uint8Array): void {
  const missing = [...formsOf(onnx)].filter((form) => !probed.has(form));
  assert.deepEqual(missing, [], 'the probe has no such operator');
}

describe('the probe of a device has every operator that a network has', () => {
  it('the embedded model, in 8 bits and in floats', () => {
    const graph = readFileSync(path.join(EMBEDDED_MODELS, 'pisa-compact-4x/model.onnx'));
    const floats = floatForm(graph);
    assert.ok(floats);
    for (const form of [graph, floats]) assertProbed(form);
  });

  for (const type of ['float32', 'float16'] as const) {
    for (const name of Object.keys(RECIPES))
      it(`${name} in ${type}`, async () => {
        const file = path.join(folder, `${name}.safetensors`);
        writeSafetensors(file, await referenceTensors(name));
        const dict = new StateDict(await readSafetensors(file));
        const architecture = ARCHITECTURES.find((each) => each.recognises(dict));
        assertProbed(buildNetwork(architecture!, dict, folder, type));
      });

    for (const kind of INSTALLABLE_MODELS)
      it(`networks of ${kind} in ${type}, as they are written for devices`, async () => {
        const { checkpoint } = await tinyNetworks(type, 'webgpu', undefined, kind);
        const {
          folder: root,
          vaeConfig,
          vae,
          unetConfig,
          unet,
          adapters,
          method,
          draft,
        } = checkpoint;
        const encoderLoras = adapters.vaeEncoder;
        for (const part of VAE_PARTS)
          for (const statistics of ['measure', 'given'] as const)
            assertProbed(
              buildVae(part, {
                config: vaeConfig,
                weights: new Weights(new Map([...vae, ...(encoderLoras?.tensors ?? [])]), root),
                type,
                statistics,
                attention: 'plain',
                encoderLoras,
              }).onnx,
            );
        assertProbed(
          buildTinyDecoder(new Weights(draft!, root), {
            ...tinyShape(draft!, vaeConfig.latentChannels),
            type,
          }),
        );
        assertProbed(
          buildUNet({
            config: unetConfig,
            weights: new Weights(unetTensors(unet, adapters), root),
            loras: adapters.unet,
            timestep: method.timestep,
            context: checkpoint.context,
            type,
            attention: 'plain',
          }).onnx,
        );
      });
  }

  it('names each operator once', () => {
    const names = OPERATORS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

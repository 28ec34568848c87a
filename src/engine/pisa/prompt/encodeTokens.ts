import path from 'node:path';
import type { Tensors } from '../../checkpoint/checkpoint';
import { buildClipText } from '../../graph/sd21/clipText';
import type { ClipTextConfig } from '../../graph/sd21/config';
import { Weights } from '../../graph/sd21/weights';
import { openNetwork } from '../../runtime/network';
import { need } from '../need';

/**
 * Runs a text encoder in place, once: what it makes of these tokens, [tokens, hiddenSize]. The
 * file's `tensors` are those that its header names.
 */
export async function encodedTokens(
  { file, tensors }: { readonly file: string; readonly tensors: Tensors },
  config: ClipTextConfig,
  tokens: readonly number[],
): Promise<Float32Array> {
  const folder = path.dirname(file);
  const onnx = buildClipText(config, new Weights(tensors, folder), tokens);
  const network = await openNetwork({ onnx, weightsFolder: folder, device: 'cpu', plan: 'once' });
  try {
    const { context } = await network.run({ shift: { data: new Float32Array(1), dims: [1] } });
    return need(context).data;
  } finally {
    await network.release();
  }
}

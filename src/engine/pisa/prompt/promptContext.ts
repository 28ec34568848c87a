import path from 'node:path';
import { readSafetensors } from '../../checkpoint/safetensors';
import { engineError } from '../../errors';
import { parseClipTextConfig } from '../../graph/sd21/config';
import type { DiffusionModel } from '../../models/kinds/diffusion';
import { readConfig } from '../pisaCheckpoint';
import { encodedTokens } from './encodeTokens';
import { readClipTokenizer } from './readTokenizer';
import { type Words, phrase } from '../../../shared/phrase';

/** A prompt as the UNet takes it. */
export type PromptContext = {
  /** The text encoder's output, [tokens, crossAttentionDim]. */
  readonly context: Float32Array;
  /** Tokens at the prompt's end that the text encoder has no place for. */
  readonly dropped: number;
  /** Tokens that it has a place for. */
  readonly places: number;
};

/** What is left of a prompt by which nothing is said; undefined where nothing is. */
export const wordsOf = (prompt: string | undefined): string | undefined =>
  prompt === undefined || prompt.trim() === '' ? undefined : prompt.trim();

/**
 * Encodes a prompt with an installed model's own text encoder, on the CPU. Rejects with
 * `model-not-installed` where that is not there.
 */
export async function promptContext(
  { manifest, folder }: DiffusionModel,
  prompt: string,
): Promise<PromptContext> {
  const { prompts, kind: model, name } = manifest;
  if (!prompts)
    throw engineError('model-not-installed', {
      message: phrase`${name} is installed without its text encoder, so it can't read a prompt.`,
      hint: phrase`Leave the prompt empty, or add what is missing (0.7 to 1.4 GB).`,
      remedies: [
        { kind: 'install-model', model, prompts: true },
        { kind: 'import-model', model, prompts: true },
      ],
    });
  const file = (part: keyof typeof prompts): string =>
    path.join(folder, ...prompts[part].path.split('/'));
  const config = await readConfig(file('textConfig'), parseClipTextConfig);
  const tokenizer = await readClipTokenizer(file('merges'));
  const { ids, dropped } = tokenizer.encode(prompt, config.positions);
  const encoder = file('textEncoder');
  const tensors = await readSafetensors(encoder);
  const context = await encodedTokens({ file: encoder, tensors }, config, ids);
  // Start and end take two places.
  return { context, dropped, places: config.positions - 2 };
}

/** What the person should know of a prompt that is too long; undefined of any other. */
export const droppedNote = ({ dropped, places }: PromptContext): Words | undefined =>
  dropped === 0
    ? undefined
    : dropped === 1
      ? phrase`The prompt is longer than the ${places} tokens that the text encoder reads: its last one was left out.`
      : phrase`The prompt is longer than the ${places} tokens that the text encoder reads: its last ${dropped} were left out.`;

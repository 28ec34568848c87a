import { Tokenizer } from '@huggingface/tokenizers';
import { quoted } from '../../checkpoint/limits';
import { phrase, WordedError } from '../../../shared/phrase';

const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** What the last letter of a word carries. */
const WORD_END = '</w>';
const HEADER = /^#version:[^\n]*\n/;
/**
 * What is a token of its own wherever it stands. SD-2 fills up with "!", token 0, so that this is one
 * of them.
 */
const SPECIAL = /(<\|startoftext\|>|<\|endoftext\|>|!)/;

/** What splits text into words, as CLIP's tokenizer has it. */
const WORDS =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** A prompt as numbers. */
export type PromptTokens = {
  /** Start, words, end, then padding: as many as the text encoder has positions. */
  readonly ids: readonly number[];
  /** How many tokens at the end of the prompt found no place. */
  readonly dropped: number;
};

/**
 * CLIP's byte-level BPE (Radford et al., 2021), as transformers' CLIPTokenizer has it with the
 * padding of SD-2: `merges.txt` alone decides it, since the vocabulary follows from the merges.
 */
export class ClipTokenizer {
  private readonly tokenizer: Tokenizer;
  private readonly start: number;

  /** `merges`: text of `merges.txt`. Throws an Error that says what is wrong with it. */
  constructor(merges: string) {
    const { vocabulary, pairs } = vocabularyOf(merges);
    this.start = vocabulary.length - 2;
    this.tokenizer = new Tokenizer(
      {
        version: '1.0',
        added_tokens: [],
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'NFC' },
            { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
            { type: 'Lowercase' },
          ],
        },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
            { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
          ],
        },
        post_processor: null,
        decoder: null,
        model: {
          type: 'BPE',
          unk_token: END,
          continuing_subword_prefix: '',
          end_of_word_suffix: WORD_END,
          fuse_unk: false,
          vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
          merges: pairs,
        },
      },
      {},
    );
  }

  /** Number of tokens, start and end included. */
  get size(): number {
    return this.start + 2;
  }

  /** The tokens of a prompt for a text encoder with so many positions. */
  encode(prompt: string, positions: number): PromptTokens {
    // Split here: the library takes for special what only looks so in lower case.
    const ids = prompt.split(SPECIAL).flatMap((part) => this.partIds(part));
    const kept = ids.slice(0, positions - 2);
    const padding = new Array<number>(positions - 2 - kept.length).fill(0);
    return {
      ids: [this.start, ...kept, this.start + 1, ...padding],
      dropped: ids.length - kept.length,
    };
  }

  private partIds(part: string): readonly number[] {
    if (part === '') return [];
    if (SPECIAL.test(part))
      return [part === START ? this.start : part === END ? this.start + 1 : 0];
    // The reference lowers letter by letter; JavaScript makes another letter of a Σ at a word's end.
    const text = part.replaceAll('Σ', 'σ');
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}

/** Bytes that are printed as themselves; the others get the letters from U+0100 on. */
const isPrinted = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** The letters that stand for the 256 bytes, in the order of the vocabulary. */
function byteLetters(): readonly string[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printed = bytes.filter(isPrinted).map((byte) => String.fromCharCode(byte));
  const others = Array.from({ length: 256 - printed.length }, (_, i) =>
    String.fromCharCode(256 + i),
  );
  return [...printed, ...others];
}

/** Bytes, bytes at a word's end, what the merges make, start and end. */
function vocabularyOf(merges: string): {
  readonly vocabulary: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
} {
  const pairs = merges
    .replace(HEADER, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [first, second, ...more] = line.trim().split(' ');
      if (first === undefined || second === undefined || more.length > 0)
        throw new WordedError(phrase`the line "${quoted(line)}" is not a pair of tokens`);
      return [first, second] as const;
    });
  const letters = byteLetters();
  const vocabulary = [
    ...letters,
    ...letters.map((letter) => letter + WORD_END),
    ...pairs.map(([first, second]) => first + second),
    START,
    END,
  ];
  const known = new Set(vocabulary);
  const strange = pairs.flat().find((token) => !known.has(token));
  if (strange !== undefined)
    throw new WordedError(phrase`nothing makes its token "${quoted(strange)}"`);
  return { vocabulary, pairs };
}

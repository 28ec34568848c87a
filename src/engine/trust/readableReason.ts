import { clause, phrase, type Words } from '../../shared/phrase';

/**
 * ONNX Runtime's messages begin with a source file and an expression; what a person can use comes
 * after them. One line, without a full stop. Words that can be told in a language stay what they are.
 */
export function readableReason(words: Words): Words {
  if (typeof words !== 'string') return clause(words);
  const line = words
    .split('\n')
    .find((candidate) => candidate.trim() !== '')
    ?.trim();
  if (line === undefined) return phrase`failed without a message`;
  return clause(
    line
      .replace(/^.* was false\. /, '')
      .replace(/^\S+\.(?:cc|cpp|h):\d+ \S+ /, '')
      .replace(/^\S+: /, ''),
  );
}

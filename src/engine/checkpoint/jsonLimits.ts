import { LIMITS } from './limits';
import { phrase, type Words } from '../../shared/phrase';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** A header's tensors are objects with lists in them. */
const DEEPEST = 8;

/**
 * Why a JSON text is not even parsed: it would make too many values, or values too deep in each
 * other for the stack. Undefined when it may be parsed; whether it is JSON the parser says.
 */
export function jsonProblem(text: Buffer): Words | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(text, at);
    } else if (byte === COMMA || OPENING.has(byte)) {
      if (++values > LIMITS.values) return phrase`has more than ${LIMITS.values} values`;
      if (byte !== COMMA && ++depth > DEEPEST) return phrase`has values too deep in each other`;
    } else if (CLOSING.has(byte)) depth--;
  }
  return undefined;
}

function endOfString(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const byte = text[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  return text.length;
}

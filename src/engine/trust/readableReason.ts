/**
 * ONNX Runtime's messages begin with a source file and an expression; what a person can use comes
 * after them. One line, without a full stop.
 */
export function readableReason(text: string): string {
  const line =
    text
      .split('\n')
      .find((candidate) => candidate.trim() !== '')
      ?.trim() ?? 'failed without a message';
  return line
    .replace(/^.* was false\. /, '')
    .replace(/^\S+\.(?:cc|cpp|h):\d+ \S+ /, '')
    .replace(/^\S+: /, '')
    .replace(/\.$/, '');
}

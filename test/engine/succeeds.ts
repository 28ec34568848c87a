import assert from 'node:assert/strict';

/** A run of the command line that ended well; one that did not says why. */
export function succeeds({
  status,
  stdout,
  stderr,
}: {
  readonly status: number | null;
  readonly stdout?: string | Buffer;
  readonly stderr: string | Buffer;
}): void {
  assert.equal(status, 0, `${String(stderr)}\n${String(stdout ?? '')}`);
}

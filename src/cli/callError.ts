/** A call that can't be carried out as it was written, such as an `--out` that can't be used. */
export class CallError extends Error {}

const WINDOW_MS = 5000;

/** Bytes a second of a download over the last seconds. */
export class Speed {
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];

  /** What a progress says of it, when `bytes` of so many are here. */
  at(bytes: number, totalBytes: number): { bytesPerSecond?: number; secondsLeft?: number } {
    const at = performance.now();
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > WINDOW_MS)
      this.samples.shift();
    const [first] = this.samples;
    if (!first || at - first.at < 200 || bytes <= first.bytes) return {};
    const bytesPerSecond = ((bytes - first.bytes) / (at - first.at)) * 1000;
    return { bytesPerSecond, secondsLeft: (totalBytes - bytes) / bytesPerSecond };
  }
}

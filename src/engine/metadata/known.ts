/** What was told of texts before: files repeat their names and values. */
const MOST_KNOWN = 2000;

/** The same function, which remembers what it told of the last texts that are no longer than `longest`. */
export function remembering(
  tell: (text: string) => boolean,
  longest: number,
): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    if (text.length > longest) return tell(text);
    const told = known.get(text);
    if (told !== undefined) return told;
    if (known.size >= MOST_KNOWN) known.clear();
    const now = tell(text);
    known.set(text, now);
    return now;
  };
}

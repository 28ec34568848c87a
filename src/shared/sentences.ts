/** Sentences one after another: with a space between them, but for those that end with a wide stop. */
export const sentences = (parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .join(' ')
    .replace(/([。！？]) /g, '$1');

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Whether a JSON text has at most so many levels and values, told without building anything: a text
 * of some megabytes can hold millions of either, each of which would take memory.
 */
export function isModestJson(
  text: string,
  { levels, values }: { readonly levels: number; readonly values: number },
): boolean {
  let level = 0;
  let count = 0;
  let isText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isText) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isText = false;
      continue;
    }
    switch (text.charAt(i)) {
      case '"':
        isText = true;
        break;
      case '{':
      case '[':
        if (++level > levels) return false;
        break;
      case '}':
      case ']':
        level--;
        break;
      case ',':
        if (++count > values) return false;
    }
  }
  return true;
}

const PARTS = /^\s*data:([^,]*),([\s\S]*)$/i;

/** The type that a `data:` address claims, in small letters; undefined for other addresses. */
export const dataType = (address: string): string | undefined =>
  PARTS.exec(address)?.[1]?.split(';')[0]?.trim().toLowerCase();

/** What a `data:` address says, as text in UTF-8; undefined for other addresses. */
export function dataText(address: string): string | undefined {
  const [, head, body = ''] = PARTS.exec(address) ?? [];
  if (head === undefined) return undefined;
  const bytes = percentDecoded(body);
  return /;\s*base64\s*$/i.test(head)
    ? Buffer.from(bytes.toString('latin1'), 'base64').toString('utf8')
    : bytes.toString('utf8');
}

/** What is no sound escape stays as it is. */
function percentDecoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    const escape = bytes[at] === 0x25 ? bytes.toString('latin1', at + 1, at + 3) : '';
    const isEscape = /^[\da-f]{2}$/i.test(escape);
    bytes[end++] = isEscape ? Number.parseInt(escape, 16) : (bytes[at] ?? 0);
    if (isEscape) at += 2;
  }
  return bytes.subarray(0, end);
}

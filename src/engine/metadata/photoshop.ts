/** What stands before Photoshop's resources in a JPEG. */
export const PHOTOSHOP = Buffer.from('Photoshop 3.0\0', 'latin1');
/** What each resource begins with. */
export const RESOURCE = '8BIM';
const [FIRST_PATH, LAST_PATH] = [2000, 2997];

/** One of Photoshop's image resources. (Adobe Photoshop File Formats, "Image Resources".) */
type Resource = { readonly id: number; readonly data: Buffer };

/**
 * Photoshop's image resources, up to one that is damaged; one by one, since a file may have millions.
 * @param block with or without what stands before them in a JPEG
 */
function* resourcesOf(block: Buffer): Generator<Resource> {
  let at = block.subarray(0, PHOTOSHOP.length).equals(PHOTOSHOP) ? PHOTOSHOP.length : 0;
  while (at + 12 <= block.length && block.toString('latin1', at, at + 4) === RESOURCE) {
    const name = 1 + (block[at + 6] ?? 0);
    const sizeAt = at + 6 + name + (name % 2);
    if (sizeAt + 4 > block.length) return;
    const size = block.readUInt32BE(sizeAt);
    const data = block.subarray(sizeAt + 4, sizeAt + 4 + size);
    if (data.length < size) return;
    yield { id: block.readUInt16BE(at + 4), data };
    at = sizeAt + 4 + size + (size % 2);
  }
}

/** The first resource with a number in a range. */
export function findResource(block: Buffer, first: number, last = first): Buffer | undefined {
  for (const { id, data } of resourcesOf(block)) if (id >= first && id <= last) return data;
  return undefined;
}

/** Whether there are paths: outlines that were drawn by hand, as for cutting a product out. */
export const hasPaths = (block: Buffer): boolean =>
  findResource(block, FIRST_PATH, LAST_PATH) !== undefined;

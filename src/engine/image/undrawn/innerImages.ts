import { RpcError } from '../../../shared/rpc';
import { escapedXml } from '../../metadata/xml';
import { drawings } from '../drawing';

/** Pictures that are asked for at once. */
const AT_ONCE = 256;

/**
 * Whether the drawer can read each of these pictures of a drawing, by its `data:` address. It is
 * asked to draw them: a filter fills the place of a picture that it has, however transparent that
 * is, and leaves the place of another one empty.
 */
export async function readsImages(
  addresses: readonly string[],
  name: string,
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (let first = 0; first < addresses.length; first += AT_ONCE)
    answers.push(...(await readsSome(addresses.slice(first, first + AT_ONCE), name, signal)));
  return answers;
}

async function readsSome(
  addresses: readonly string[],
  name: string,
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const images = addresses.map(
    (address, index) =>
      `<image x="${index}" width="1" height="1" preserveAspectRatio="none" filter="url(#fill)" href="${escapedXml(address)}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${addresses.length}" height="1">
<filter id="fill" x="0" y="0" width="1" height="1"><feFlood/></filter>
${images.join('\n')}
</svg>`;
  try {
    const { alpha } = await drawings.draw(name, { svg, asksAlpha: true }, signal);
    return addresses.map((_, index) => (alpha?.[index] ?? 0) > 0);
  } catch (error) {
    if (error instanceof RpcError) throw error;
    return addresses.map(() => false);
  }
}

import { byteText } from './byteText';
import type { FoundModel } from './modelProtocol';

/** "CC-BY-NC-SA-4.0 (pictures not for commercial use)", or "licence unknown". */
export function licenceText({ licence }: Pick<FoundModel, 'licence'>): string {
  return licence.terms === 'non-commercial'
    ? `${licence.name} (pictures not for commercial use)`
    : licence.name;
}

/** What a model in a file is, as lines of plain text. */
export function describeFound(model: FoundModel): string[] {
  const { name, author, file, architecture, size, scale, bytes, description, licence } = model;
  return [
    `${name}${author === undefined ? '' : ` by ${author}`}`,
    `  ${file} (${byteText(bytes)})`,
    `  ${architecture}, ${size}, ${scale === 1 ? 'restores at the same size' : `×${scale}`}`,
    ...(description.startsWith(`${architecture}, ${size}. `)
      ? [`  ${description.slice(architecture.length + size.length + 4)}`]
      : []),
    `  ${licenceText(model)}${licence.source === undefined ? '' : `, says ${licence.source}`}`,
  ];
}

import { byteText } from './byteText';
import type { FoundModel, ListedModelReport } from './modelProtocol';
import { say } from './phrase';

/** "CC-BY-NC-SA-4.0 (pictures not for commercial use)", or "licence unknown". */
export function licenceText({
  licence,
}: {
  readonly licence: Pick<FoundModel['licence'], 'name' | 'terms'>;
}): string {
  return licence.terms === 'non-commercial'
    ? say`${licence.name} (pictures not for commercial use)`
    : licence.name;
}

/** What a model in a file is, as lines of plain text. */
export function describeFound(model: FoundModel): string[] {
  const { name, author, file, architecture, size, scale, bytes, description, licence } = model;
  return [
    author === undefined ? name : say`${name} by ${author}`,
    `  ${file} (${byteText(bytes)})`,
    `  ${architecture}, ${size}, ${scale === 1 ? say`restores at the same size` : `×${scale}`}`,
    ...(description.startsWith(`${architecture}, ${size}. `)
      ? [`  ${description.slice(architecture.length + size.length + 4)}`]
      : []),
    `  ${licenceText(model)}${licence.source === undefined ? '' : say`, says ${licence.source}`}`,
  ];
}

/** What a model of the list is and what fetching it takes, as lines of plain text. */
export function describeListed(model: ListedModelReport): string[] {
  const { name, author, network, speed, scale, bytes, host, sha256, purpose } = model;
  return [
    say`${name} by ${author}`,
    `  ${network}, ${scale === 1 ? say`restores at the same size` : `×${scale}`}, ${speed}. ${purpose}.`,
    say`  ${byteText(bytes)} from ${host}, SHA-256 ${sha256}`,
    say`  License: ${licenceText(model)}`,
  ];
}

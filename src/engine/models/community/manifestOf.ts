import type { FoundModel } from '../../../shared/modelProtocol';
import type { FileManifest } from './fileManifest';
import { knownModel } from './knownModels';
import { termsOf } from './licences';
import { bareName, idFor } from './modelId';
import type { RecognisedFile } from './recognised';

const UNKNOWN_LICENCE = 'unknown';
/** Where licences are known from. */
export const DATABASE = 'OpenModelDB';

/** The manifest of a recognised file, with what is known about it by its SHA-256. */
export function manifestOf(found: RecognisedFile, id?: string): FileManifest {
  const known = knownModel(found.file.sha256);
  const name = known?.name ?? bareName(found.file.path);
  const what = `${found.architectureName}, ${found.size}`;
  return {
    ...found,
    id: id ?? idFor(name),
    name,
    description: known?.purpose === undefined ? `${what}.` : `${what}. ${known.purpose}`,
    branches: ['pixel'],
    licence: {
      spdx: known?.licence ?? UNKNOWN_LICENCE,
      source: known ? DATABASE : found.file.path,
    },
    ...(known?.author === undefined ? {} : { author: known.author }),
  };
}

/** What a person is told of a file before and after it is added. */
export function foundModel(manifest: FileManifest): FoundModel {
  const { id, name, description, scale, file, architectureName, size, speed } = manifest;
  const { licence, author } = manifest;
  const spdx = licence.spdx === UNKNOWN_LICENCE ? undefined : licence.spdx;
  return {
    id,
    name,
    description,
    file: file.path,
    bytes: file.bytes,
    sha256: file.sha256,
    architecture: architectureName,
    size,
    ...(speed === undefined ? {} : { speed }),
    scale,
    licence: {
      name: spdx ?? 'licence unknown',
      terms: termsOf(spdx),
      source: licence.source === DATABASE ? DATABASE : undefined,
    },
    ...(author === undefined ? {} : { author }),
    ...(manifest.kind === 'server' ? { unverified: true } : {}),
  };
}

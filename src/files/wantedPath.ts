import path from 'node:path';
import type { UpscaleRequest } from '../shared/engineProtocol';
import { splitName } from '../shared/nameParts';
import { expandNamePattern } from '../shared/naming';
import type { OutputFormat } from '../shared/settings';

/** What decides how a result is called, but for what the picture's header says. */
export type NamedCall = Pick<UpscaleRequest, 'input' | 'target' | 'model' | 'guidance'>;

/**
 * The path that a call asks for, before it is known whether the name is free: the same for those who
 * plan and for the engine. `format` is what is written, `scale` the true factor. Throws as
 * `expandNamePattern` does.
 */
export function wantedPath(
  { input, target, model, guidance }: NamedCall,
  { format, scale }: { readonly format: OutputFormat; readonly scale: number },
): string {
  if (target.kind === 'file') return target.path;
  const { stem, extension } = splitName(path.basename(input));
  const name = expandNamePattern(target.pattern, {
    name: stem,
    sourceExtension: extension,
    format,
    scale,
    model,
    pixel: guidance.pixel,
    semantic: guidance.semantic,
    ...(target.folder === undefined ? {} : { folder: target.folder }),
  });
  return path.join(target.directory, ...name.split('/'));
}

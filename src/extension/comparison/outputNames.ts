import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PanelChoice } from '../../shared/panelProtocol';
import { formatFromName } from '../../shared/extensions';
import { patternPlace } from '../../files/patternPlace';
import { expandNamePattern, numberedName } from '../../shared/naming';
import { splitName } from '../../shared/nameParts';
import type { UpscaleSettings } from '../../shared/settings';

const MOST_NAMES = 10_000;

/**
 * The absolute path that saving would write for a choice: name pattern and overwrite policy as the
 * engine applies them. `root`: the picture’s workspace folder, where a pattern with `{folder}`
 * begins. Throws an `Error` for a pattern that can't be used. Another program may take
 * the name meanwhile; then the engine takes the next.
 */
export function outputPath(
  source: string,
  { model, guidance, scale, format }: Pick<PanelChoice, 'model' | 'guidance' | 'scale' | 'format'>,
  { namePattern, overwrite }: Pick<UpscaleSettings, 'namePattern' | 'overwrite'>,
  root: string | undefined,
): string {
  const { stem, extension } = splitName(path.basename(source));
  const { directory, folder } = patternPlace(namePattern, source, root);
  const relative = expandNamePattern(namePattern, {
    name: stem,
    sourceExtension: extension,
    format: format === 'source' ? (formatFromName(source) ?? 'png') : format,
    scale,
    model,
    pixel: guidance.pixel,
    semantic: guidance.semantic,
    folder,
  });
  const wanted = path.join(directory, ...relative.split('/'));
  return overwrite === 'nextFreeName' ? nextFree(wanted) : wanted;
}

function nextFree(wanted: string): string {
  for (let n = 1; n <= MOST_NAMES; n++) {
    const candidate = path.join(path.dirname(wanted), numberedName(path.basename(wanted), n));
    if (!existsSync(candidate)) return candidate;
  }
  return wanted;
}

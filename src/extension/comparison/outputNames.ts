import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PanelChoice } from '../../shared/panelProtocol';
import { patternPlace } from '../../files/patternPlace';
import { wantedPath } from '../../files/wantedPath';
import { numberedName } from '../../shared/naming';
import type { OutputFormat, UpscaleSettings } from '../../shared/settings';
import { writtenFormat } from '../../shared/writtenFormat';

const MOST_NAMES = 10_000;

/**
 * The absolute path that saving would write for a choice: name pattern and overwrite policy as the
 * engine applies them. `original`: the source's format, by its bytes. `root`: the picture’s workspace
 * folder, where a pattern with `{folder}` begins. Throws an `Error` for a pattern that can't be used.
 * Another program may take the name meanwhile; then the engine takes the next.
 */
export function outputPath(
  source: string,
  { model, guidance, scale, format }: Pick<PanelChoice, 'model' | 'guidance' | 'scale' | 'format'>,
  { namePattern, overwrite }: Pick<UpscaleSettings, 'namePattern' | 'overwrite'>,
  original: OutputFormat | undefined,
  root: string | undefined,
): string {
  const wanted = wantedPath(
    {
      input: source,
      target: { kind: 'pattern', pattern: namePattern, ...patternPlace(namePattern, source, root) },
      model,
      guidance,
    },
    { format: writtenFormat(format, namePattern, original), scale },
  );
  return overwrite === 'nextFreeName' ? nextFree(wanted) : wanted;
}

function nextFree(wanted: string): string {
  for (let n = 1; n <= MOST_NAMES; n++) {
    const candidate = path.join(path.dirname(wanted), numberedName(path.basename(wanted), n));
    if (!existsSync(candidate)) return candidate;
  }
  return wanted;
}

import { wantedPath } from '../files/wantedPath';
import type { PictureFacts } from '../shared/engineProtocol';
import type { Size } from '../shared/geometry';
import { outputSize } from '../shared/outputSize';
import { restorersAmong } from '../shared/pairs';
import { DEFAULT_MODEL, type OutputFormat } from '../shared/settings';
import { writtenFormat } from '../shared/writtenFormat';
import type { EngineClient, UpscaleCall } from './engineClient';

/** What a call would write, before it is known whether the name is free. */
export type PlannedResult = {
  /** Absolute. */
  readonly path: string;
  readonly format: OutputFormat;
  readonly size: Size;
};

/**
 * What a call would write, told by the picture's header: its size, and its format, which is that of
 * the bytes whatever the file is called. Throws for a name or a size that can't be.
 */
export function plannedResult(
  call: UpscaleCall,
  { size: { width, height }, border, format: source }: PictureFacts & { readonly ok: true },
): PlannedResult {
  const { target } = call;
  const format = writtenFormat(
    call.format,
    target.kind === 'file' ? target.path : target.pattern,
    source,
  );
  const { size, scale } = outputSize({ width: width - border, height: height - border }, call);
  return {
    path: wantedPath(call, { format, scale }),
    format,
    size: { width: size.width + border, height: size.height + border },
  };
}

/** Whether a model only restores. The embedded one enlarges: for it nobody is asked. */
export const restoresOnly = async (
  client: Pick<EngineClient, 'models'>,
  model: string,
): Promise<boolean> =>
  model !== DEFAULT_MODEL && restorersAmong([model], await client.models()).has(model);

/** As the engine does it with a model that restores: the size is the picture's own, whatever is asked for. */
export function atOwnSize(call: UpscaleCall): UpscaleCall {
  const own = { ...call, scale: 1 };
  delete own.size;
  delete own.notBeyond;
  return own;
}

import * as l10n from '@vscode/l10n';
import type {
  PanelAdded,
  PanelHostApi,
  PanelInit,
  PanelPreview,
  PanelProgress,
  PanelSaved,
  PanelTile,
  SavedAction,
} from '../../shared/panelProtocol';
import { RpcError, type CallOptions, type RpcApi, type RpcEndpoint } from '../../shared/rpc';
import {
  isBytes,
  isOutputName,
  isPanelAdded,
  isPanelInit,
  isPanelPreview,
  isPanelProgress,
  isPanelSaved,
  isPanelTile,
} from './guards';

/** The connection to the extension. */
export type HostConnection = Pick<RpcEndpoint<RpcApi & PanelHostApi>, 'call'>;

type Params<M extends keyof PanelHostApi> = Parameters<PanelHostApi[M]>[0];
/** What is told while something runs. */
export type Watched = {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PanelProgress) => void;
};

/**
 * The extension as the panel uses it: answers are looked at before they count, progress that makes
 * no sense is left out.
 */
export class PanelHost {
  constructor(private readonly connection: HostConnection) {}

  async init(): Promise<PanelInit> {
    return this.checked(await this.connection.call('init', undefined), isPanelInit);
  }

  async preview(params: Params<'preview'>, watched: Watched): Promise<PanelPreview> {
    return this.checked(
      await this.connection.call('preview', params, watching(watched)),
      isPanelPreview,
    );
  }

  async exact(params: Params<'exact'>, signal: AbortSignal): Promise<PanelTile> {
    return this.checked(await this.connection.call('exact', params, { signal }), isPanelTile);
  }

  async outputName(params: Params<'outputName'>): ReturnType<PanelHostApi['outputName']> {
    return this.checked(await this.connection.call('outputName', params), isOutputName);
  }

  async outputBytes(params: Params<'outputBytes'>): Promise<number | null> {
    return this.checked(await this.connection.call('outputBytes', params), isBytes);
  }

  async save(params: Params<'save'>, watched: Watched): Promise<PanelSaved> {
    return this.checked(
      await this.connection.call('save', params, watching(watched)),
      isPanelSaved,
    );
  }

  async saving(watched: Watched): Promise<PanelSaved> {
    return this.checked(
      await this.connection.call('saving', undefined, watching(watched)),
      isPanelSaved,
    );
  }

  copySettings(params: Params<'copySettings'>): Promise<void> {
    return this.connection.call('copySettings', params);
  }

  useForWorkspace(params: Params<'useForWorkspace'>): Promise<void> {
    return this.connection.call('useForWorkspace', params);
  }

  applyToOthers(params: Params<'applyToOthers'>): Promise<void> {
    return this.connection.call('applyToOthers', params);
  }

  async dropped(params: Params<'dropped'>): Promise<PanelAdded | null> {
    return this.checked(await this.connection.call('dropped', params), isPanelAdded);
  }

  step(by: 1 | -1): Promise<void> {
    return this.connection.call('step', by);
  }

  showSaved(action: SavedAction): Promise<void> {
    return this.connection.call('showSaved', action);
  }

  unsaved(unsaved: boolean): Promise<void> {
    return this.connection.call('unsaved', unsaved);
  }

  async installMissing(): Promise<PanelAdded | null> {
    return this.checked(await this.connection.call('installMissing', undefined), isPanelAdded);
  }

  async installPrompts(model: string): Promise<PanelAdded | null> {
    return this.checked(await this.connection.call('installPrompts', { model }), isPanelAdded);
  }

  showLog(): Promise<void> {
    return this.connection.call('showLog', undefined);
  }

  private checked<T>(answer: unknown, is: (value: unknown) => value is T): T {
    if (!is(answer)) throw new RpcError({ code: 'internal', message: badAnswer() });
    return answer;
  }
}

/** What is said of an answer that makes no sense. */
export const badAnswer = (): string =>
  l10n.t('The extension sent something that the panel does not understand.');

const watching = ({ signal, onProgress }: Watched): CallOptions => ({
  signal,
  onProgress: (value) => isPanelProgress(value) && onProgress(value),
});

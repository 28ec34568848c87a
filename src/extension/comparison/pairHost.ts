import type * as vscode from 'vscode';
import type { PanelHostApi, PanelInit, PanelSideNames } from '../../shared/panelProtocol';
import { DEFAULT_GUIDANCE } from '../../shared/guidance';
import { RpcError } from '../../shared/rpc';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import type { PairComparison } from './comparison';
import type { PreviewServices } from './previewHost';
import { PanelRequests } from './panelRequests';
import { panelPicture } from './panelPictures';
import { phrase } from '../../shared/phrase';

/** Answers the webview of two finished pictures. It has no dials: it only says what is shown. */
export class PairHost {
  constructor(
    private comparison: PairComparison,
    private readonly webview: vscode.Webview,
    private readonly word: string | undefined,
    private readonly onShown: () => void,
    private readonly services: Pick<PreviewServices, 'log' | 'takeDropped'>,
    private readonly more: {
      /** What the pictures are called where they are no original and its result. */
      readonly names?: PanelSideNames | undefined;
      /** Shows the next pair of the series, or with −1 the one before. */
      readonly step: (by: 1 | -1) => Promise<void>;
    },
  ) {}

  get shown(): PairComparison {
    return this.comparison;
  }

  /** Another pair from now on. */
  show(comparison: PairComparison): Promise<PanelInit> {
    this.comparison = comparison;
    return this.init(undefined);
  }

  async init(params: unknown): Promise<PanelInit> {
    if (params !== undefined && params !== null)
      throw new RpcError({
        code: 'invalid-request',
        message: phrase`The panel asked for something else than what is shown. Nothing was changed.`,
      });
    const { original, result, facts, series } = this.comparison;
    const [left, right] = await Promise.all([
      panelPicture(original, this.webview),
      panelPicture(result, this.webview),
    ]);
    this.onShown();
    const { model, scale, format, quality } = DEFAULT_SETTINGS;
    return {
      kind: 'pair',
      session: this.word,
      original: left,
      result: right,
      facts,
      names: this.more.names,
      series:
        series && series.pairs.length > 1
          ? { at: series.at, count: series.pairs.length }
          : undefined,
      models: [],
      model,
      guidance: DEFAULT_GUIDANCE,
      output: { scale, format, quality, lossless: 'auto', pixelArt: 'auto', prompt: '' },
      leftAlone: '',
    };
  }

  showLog(): Promise<void> {
    this.services.log.show();
    return Promise.resolve();
  }

  /** A pair has no choice of models that could change. */
  async dropped(params: unknown): Promise<null> {
    await this.services.takeDropped(new PanelRequests(() => false).drop(params));
    return null;
  }

  /** What the endpoint serves. */
  api(): Pick<PanelHostApi, 'init' | 'dropped' | 'step' | 'showLog'> {
    return {
      init: (params) => this.init(params),
      dropped: (params) => this.dropped(params),
      step: (params) => this.more.step(new PanelRequests(() => false).step(params)),
      showLog: () => this.showLog(),
    };
  }
}

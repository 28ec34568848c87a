import type { UpscaleProgress } from '../../shared/engineProtocol';
import { formatSeconds, longRunSeconds } from '../../shared/longRun';
import { RpcError } from '../../shared/rpc';
import { DEFAULT_MODEL } from '../../shared/settings';
import { deviceName } from '../devices/deviceNames';
import type { Translate } from '../../shared/translate';
import type { UpscaleOverrides } from './upscaleJobs';

export type OfferPorts = {
  /** Shows the offer; resolves with the button that was clicked, once it is closed. */
  readonly show: (text: string, button: string) => Promise<string | undefined>;
  readonly t: Translate;
};

/** What the embedded model is asked for with. */
const FASTER: UpscaleOverrides = { model: DEFAULT_MODEL, restore: undefined };

/**
 * Says before a long run how long it will take, and offers the embedded model in its place: for the
 * picture that is at it, which begins anew, and for those that follow. Asks once a command.
 */
export class FasterOffer {
  private shown = false;
  private accepted = false;
  private running: AbortController | undefined;

  constructor(private readonly ports: OfferPorts) {}

  /** Runs `work`, and once more when the offer is accepted meanwhile. */
  async run<T>(
    name: string,
    overrides: UpscaleOverrides,
    models: { readonly model: string; readonly restore?: string | undefined },
    signal: AbortSignal,
    work: (
      overrides: UpscaleOverrides,
      signal: AbortSignal,
      see: (progress: UpscaleProgress) => void,
    ) => Promise<T>,
  ): Promise<T> {
    const again = (): Promise<T> => work({ ...overrides, ...FASTER }, signal, () => undefined);
    if (this.accepted) return again();
    const running = new AbortController();
    this.running = running;
    try {
      return await work(overrides, AbortSignal.any([signal, running.signal]), (progress) =>
        this.see(progress, name, models),
      );
    } catch (error) {
      const isOurs = running.signal.aborted && !signal.aborted;
      if (isOurs && RpcError.from(error).code === 'cancelled') return await again();
      throw error;
    } finally {
      this.running = undefined;
    }
  }

  private see(
    progress: UpscaleProgress,
    name: string,
    models: { readonly model: string; readonly restore?: string | undefined },
  ): void {
    const { show, t } = this.ports;
    const seconds = this.shown ? undefined : longRunSeconds(progress, models);
    if (seconds === undefined) return;
    this.shown = true;
    const button = t('Use the Embedded Model');
    const device = progress.device === undefined ? '' : deviceName(progress.device);
    const text = t(
      '{0} will take about {1} on {2}. The embedded model, PiSA Compact, is much faster.',
      name,
      formatSeconds(seconds),
      device,
    );
    void show(text, button).then(
      (answer) => {
        if (answer !== button) return;
        this.accepted = true;
        this.running?.abort();
      },
      () => undefined,
    );
  }
}

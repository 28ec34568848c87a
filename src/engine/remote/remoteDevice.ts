import type { Size } from '../../shared/geometry';
import type { RemoteFallback, RemoteSettings } from '../../shared/remoteSettings';
import { cancelled, engineError } from '../errors';
import type { TiledDescriptor } from '../models/manifest';
import type { TiledModel } from '../models/kinds/tiled';
import { modelKey } from '../models/modelKey';
import { servedName } from './checksum';
import { compareModel, Differs, type Found } from './compareModel';
import { RemoteFailure, type FailureKind } from './failure';
import { Gate } from './gate';
import type { ServerMetadata } from './oip/metadata';
import type { DataType, Layers } from './oip/tensors';
import { inferLayers, type ServedName, type Transport } from './oip/transport';
import { MOST_TRIES, withRetries, type RetryOptions } from './retries';
import { askContract } from './served';
import { clause, phrase, type Words } from '../../shared/phrase';

export type Verified = Found & { readonly at: number };

/** After so long a model is compared again, at the beginning of a picture. */
const VALID_MS = 5 * 60_000;
const SHORTEST_DEADLINE_MS = 30_000;
/** A tile may take so many times longer than the ones before. */
const PATIENCE = 10;

/** Of a tile: what is wanted, and how long it may take. */
export type TileQuestion = Size & {
  readonly image: Float32Array;
  readonly outputs: readonly string[];
  readonly secondsPerPixel: number | undefined;
  readonly signal: AbortSignal;
  readonly onSent: () => void;
};

/**
 * An inference server as a device. A model runs there only after it computed a tile as this machine
 * does, which is asked again after every broken connection: another server may be there by then.
 */
export class RemoteDevice {
  private readonly verified = new Map<string, Verified>();
  private readonly verifying = new Map<string, Promise<Verified>>();
  private readonly gate: Gate;
  private readonly closed = new AbortController();
  private metadata: ServerMetadata | undefined;
  /** The server was asked in vain again and again, so it is asked once until it answers. */
  private isGivenUp = false;

  constructor(
    private readonly settings: RemoteSettings,
    private readonly transport: Transport,
    private readonly host: string,
    private readonly retrying: Pick<RetryOptions, 'wait' | 'random'> = {},
  ) {
    this.gate = new Gate(settings.inFlight);
  }

  /** Its name and version, if it told them, and its host: the same in every language. */
  get label(): string {
    const { name = '', version = '' } = this.metadata ?? {};
    const known = [name, version].filter((part) => part !== '').join(' ');
    return known === '' ? this.host : `${known} @ ${this.host}`;
  }

  get fallback(): RemoteFallback {
    return this.settings.fallback;
  }

  /** What numbers are on the way. */
  get precision(): 'float32' | 'float16' {
    return this.settings.precision === 'fp16' ? 'float16' : 'float32';
  }

  get inFlight(): number {
    return this.settings.inFlight;
  }

  /** How tiles are cut for the server: it may take one size only. */
  descriptor(model: TiledModel): TiledDescriptor {
    const tile = this.verified.get(modelKey(model))?.tile;
    return tile ? { ...model.manifest, tile } : model.manifest;
  }

  /** Makes sure that the server has the model. `anew` believes nothing that is known. */
  async verify(model: TiledModel, signal: AbortSignal, anew = false): Promise<Verified> {
    const known = this.verified.get(modelKey(model));
    if (anew || (known && Date.now() - known.at > VALID_MS)) this.verified.delete(modelKey(model));
    return this.persistently(signal, () => this.ensure(model));
  }

  /** Whether anything answers there. Rejects with a `RemoteFailure`. */
  async greet(signal: AbortSignal): Promise<string> {
    this.metadata = await this.persistently(signal, () => this.transport.server(signal));
    return this.label;
  }

  /** Asks the server something else; again as the settings say. Rejects with a `RemoteFailure`. */
  ask<T>(
    signal: AbortSignal,
    question: (transport: Transport, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const either = AbortSignal.any([signal, this.closed.signal]);
    return this.persistently(either, () => question(this.transport, either));
  }

  /** Asks the server something that nobody waits for: not again, whatever it says. */
  once<T>(
    signal: AbortSignal,
    question: (transport: Transport, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return question(this.transport, AbortSignal.any([signal, this.closed.signal]));
  }

  /**
   * Runs the model on a tile there; asks again as the settings say. Of one that only the server has,
   * the layer `pixel` is what its contract says.
   */
  infer(model: TiledModel, question: TileQuestion): Promise<Layers> {
    const { width, height, outputs, image, secondsPerPixel = 0, onSent } = question;
    const signal = AbortSignal.any([question.signal, this.closed.signal]);
    const expected = secondsPerPixel * 1000 * width * height * this.settings.inFlight;
    return this.persistently(signal, async () => {
      await this.ensure(model);
      return this.gate.run(async () => {
        const options = {
          signal,
          deadlineMs: Math.max(SHORTEST_DEADLINE_MS, PATIENCE * expected),
          hasAnswered: true,
          onSent,
        };
        const tile = { image, width, height, scale: model.manifest.scale };
        if (model.contract)
          return new Map([
            ['pixel', await askContract(this.transport, model.contract, tile, options)],
          ]);
        const { datatype } = this;
        const asked = { ...tile, input: 'image', outputs, datatype };
        return inferLayers(this.transport, this.nameOf(model), asked, options);
      });
    });
  }

  close(): void {
    this.closed.abort(cancelled());
    this.transport.close();
  }

  private get datatype(): DataType {
    return this.settings.precision === 'fp16' ? 'FP16' : 'FP32';
  }

  private nameOf({ manifest, contract }: TiledModel): ServedName {
    const { model = servedName(manifest.id), version } = contract
      ? { model: contract.name, version: contract.version }
      : this.settings;
    return { name: model, ...(version === undefined ? {} : { version }) };
  }

  /** Rejects with a `RemoteFailure` whose message names the server, or with what `work` says. */
  private async persistently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    let asked = 0;
    try {
      const result = await withRetries(
        {
          ...this.retrying,
          signal,
          tries: (kind) => this.patienceFor(kind),
          onFailure: ({ kind }) => {
            asked++;
            if (kind === 'busy') this.gate.narrow();
            else if (kind !== 'too-large') this.verified.clear();
          },
        },
        work,
      );
      this.isGivenUp = false;
      return result;
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      if (asked > 1) this.isGivenUp = true;
      const words = clause(error.words);
      throw new RemoteFailure(
        error.kind,
        asked > 1
          ? phrase`${this.label}: ${words}, asked ${asked} times`
          : phrase`${this.label}: ${words}`,
      );
    }
  }

  /** The first connection is not tried again and again: its address may be wrong. */
  private patienceFor(kind: FailureKind): number {
    if (this.fallback === 'fail' || this.isGivenUp) return 1;
    switch (kind) {
      case 'busy':
        return MOST_TRIES;
      case 'lost':
      case 'gone':
        return this.metadata ? MOST_TRIES : 1;
      case 'late':
        return 2;
      case 'denied':
        // The file may hold a new token by now.
        return this.settings.secrets.tokenFile === undefined ? 1 : 2;
      case 'too-large':
      case 'refused':
      case 'nonsense':
        return 1;
    }
  }

  private ensure(model: TiledModel): Promise<Verified> {
    const key = modelKey(model);
    const known = this.verified.get(key);
    if (known) return Promise.resolve(known);
    const running = this.verifying.get(key);
    if (running) return running;
    const asking = this.compare(model)
      .then((found) => {
        this.verified.set(key, found);
        return found;
      })
      .finally(() => this.verifying.delete(key));
    this.verifying.set(key, asking);
    return asking;
  }

  private async compare(model: TiledModel): Promise<Verified> {
    const { transport, datatype } = this;
    const { signal } = this.closed;
    const hasAnswered = this.metadata !== undefined;
    const server = await transport.server(signal);
    try {
      const found = await compareModel(model, {
        transport,
        name: this.nameOf(model),
        datatype,
        signal,
        hasAnswered,
        deadlineMs: SHORTEST_DEADLINE_MS,
        onKnown: () => (this.metadata = server),
      });
      return { ...found, at: Date.now() };
    } catch (error) {
      if (!(error instanceof Differs)) throw error;
      throw this.refused(model, error.words);
    }
  }

  /** It is another model than the one of this machine. No retry and no fallback hides that. */
  private refused({ manifest, contract }: TiledModel, what: Words): Error {
    return engineError('device-unavailable', {
      message: phrase`The device "remote" (${this.label}) can't be used for the model "${manifest.id}": ${what}.`,
      hint: contract ? phrase`Add it again.` : phrase`Put the same model on the server.`,
    });
  }
}

import type { Agreement } from '../../shared/engineProtocol';
import type { Size } from '../../shared/geometry';
import type { TiledModel } from '../models/kinds/tiled';
import type { ServerContract } from '../models/community/serverContract';
import { relativeL2 } from '../trust/agreement';
import { judged } from '../trust/probe';
import { modelChecksum } from './checksum';
import { compareLayers, fingerprintTile, REMOTE_BOUNDS } from './fingerprintTile';
import { noiseTile } from './noise';
import type { DataType } from './oip/tensors';
import { inferLayers, type ServedName, type Transport } from './oip/transport';
import { askContract, sampleOf } from './served';
import { contractSuits, suits } from './suits';
import { phrase, WordedError, type Words } from '../../shared/phrase';

/** What was found of a model on the server. */
export type Found = {
  readonly checks: readonly Agreement<Words>[];
  /** The only size of a tile that the server takes. */
  readonly tile: Size | undefined;
};

export type Comparison = {
  readonly transport: Transport;
  readonly name: ServedName;
  readonly datatype: DataType;
  readonly signal: AbortSignal;
  /** Whether the server answered before. */
  readonly hasAnswered: boolean;
  readonly deadlineMs: number;
  /** Called when the server told what it has under that name. */
  readonly onKnown: () => void;
};

/** It is another model there. The message completes "… can't be used for the model: ". */
export class Differs extends WordedError {}

/**
 * Compares a model on a server with what is known of it here: its metadata, a checksum where the
 * server tells one, and a tile of noise. Rejects with `Differs`, or a `RemoteFailure`.
 */
export const compareModel = (model: TiledModel, comparison: Comparison): Promise<Found> =>
  model.contract
    ? compareWithContract(model, model.contract, comparison)
    : compareWithLocal(model, comparison);

async function compareWithLocal(
  model: TiledModel,
  { transport, name, datatype, signal, hasAnswered, deadlineMs, onKnown }: Comparison,
): Promise<Found> {
  const { manifest } = model;
  const metadata = await transport.model(name, { signal, hasAnswered });
  onKnown();
  const suited = suits(manifest, metadata, datatype);
  if ('differs' in suited) throw new Differs(phrase`there ${suited.differs}`);
  const written = await transport.checksum(name, signal);
  if (written !== undefined && written !== modelChecksum(model))
    throw new Differs(
      phrase`it is another one there: its configuration names the SHA-256 ${written.slice(0, 16)}…`,
    );
  const tile = await fingerprintTile(model, suited.tile);
  const layers = await inferLayers(
    transport,
    name,
    { ...tile, input: 'image', outputs: manifest.branches, scale: manifest.scale, datatype },
    { signal, deadlineMs, hasAnswered },
  );
  const checks = compareLayers(tile, layers, datatype === 'FP16' ? 'fp16' : 'fp32');
  const wrong = checks.find(({ agrees }) => !agrees);
  if (wrong)
    throw new Differs(
      phrase`it is another one there: of a tile the layer "${wrong.layer}" ${wrong.reason}`,
    );
  return { checks, tile: suited.tile };
}

/** Of a model that only the server has, it is known what it made of noise when it was added. */
async function compareWithContract(
  { manifest }: TiledModel,
  contract: ServerContract,
  { transport, name, signal, hasAnswered, deadlineMs, onKnown }: Comparison,
): Promise<Found> {
  const metadata = await transport.model(name, { signal, hasAnswered });
  onKnown();
  const differs = contractSuits(contract, manifest.tile, metadata);
  if (differs !== undefined) throw new Differs(phrase`since it was added, ${differs}`);
  const layer = await askContract(
    transport,
    contract,
    { ...noiseTile(manifest), scale: manifest.scale },
    { signal, deadlineMs, hasAnswered },
  );
  const bound = REMOTE_BOUNDS[contract.type === 'FP16' ? 'fp16' : 'fp32'];
  const distance = relativeL2(
    Float32Array.from(sampleOf(layer)),
    Float32Array.from(contract.sample),
  );
  const check: Agreement<Words> = {
    what: phrase`network, as when it was added`,
    precision: contract.type === 'FP16' ? 'float16' : 'float32',
    bound,
    ...judged(distance, bound),
  };
  if (!check.agrees)
    throw new Differs(phrase`it has changed since it was added: a tile ${check.reason}`);
  return { checks: [check], tile: manifest.tile };
}

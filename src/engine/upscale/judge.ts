import { AssetCatalogs, whyNotSource } from '../../files/assetCatalogs';
import type { Place } from '../../files/place';
import type {
  JudgedCall,
  Judgement,
  PictureHeader,
  UpscaleRequest,
} from '../../shared/engineProtocol';
import type { Rect, Size } from '../../shared/geometry';
import { inParallel } from '../../shared/inParallel';
import { phrase, type Words } from '../../shared/phrase';
import { RpcError } from '../../shared/rpc';
import type { OutputFormat } from '../../shared/settings';
import { throwIfCancelled } from '../errors';
import { checkFormatHolds } from '../image/formats';
import type { Model } from '../models/model';
import { checkNinePatch, checkRegion, checkRequest } from './checkRequest';
import { checkTarget, findPlace, outputFormat } from './outputFile';
import { planAsset, type PartsPlan } from './planAsset';
import { requireInt8 } from './placeModel';
import { atOwnSize, findRestorer } from './restored';
import type { UpscaleServices } from './services';

/** What is known of a picture by its header; `size` is that of what is enlarged. */
export type JudgedSource = PictureHeader & {
  readonly frames: number;
  /** Of its sides, pixels that are not enlarged: a nine-patch's frame. */
  readonly border: number;
};

/** What is to be made of a picture, and by what. */
export type Judged = {
  readonly model: Model;
  readonly restorer: Model | undefined;
  readonly format: OutputFormat;
  readonly plan: PartsPlan;
  readonly region: Rect | undefined;
  /** Of the file without a nine-patch's frame: of the region, where one is asked for. */
  readonly size: Size;
} & (
  | { readonly place: Place; readonly leftAlone?: undefined }
  | {
      readonly place?: Place;
      readonly leftAlone: { readonly kind: 'in-set' | 'exists'; readonly why: Words };
    }
);

/** So that a slow disk of the network does not answer one question after another. */
const AT_A_TIME = 8;

type JudgeServices = Pick<UpscaleServices, 'findModel' | 'checkDevice'>;

/**
 * The one judgement of a picture, by its header and what is asked for: what will be made of it, or why
 * nothing. Plans ask it as much as the run itself, before it decodes or writes anything; so neither can
 * refuse what the other takes. Rejects with an `RpcError`. Writes nothing.
 */
export async function judge(
  request: UpscaleRequest,
  source: JudgedSource,
  services: JudgeServices,
  catalogs = new AssetCatalogs(),
): Promise<Judged> {
  const model = await services.findModel(request.model);
  const restorer = await findRestorer(request, services);
  for (const each of restorer ? [model, restorer] : [model])
    services.checkDevice(request.device, each);
  if (request.precision === 'int8') requireInt8(model, request.device);
  const format = outputFormat(request, source.format);
  const plan = planAsset(atOwnSize(request, model), source, format);
  const region = request.region === undefined ? undefined : checkRegion(request.region, plan.size);
  const size = region ?? plan.size;
  checkFormatHolds(format, size);
  const judged = { model, restorer, format, plan, region, size };
  const inSet = await whyLeftAlone(request, catalogs);
  if (inSet !== undefined) return { ...judged, leftAlone: { kind: 'in-set', why: inSet } };
  const place = await findPlace({ ...request, scale: plan.scale }, format);
  if (source.border > 0) checkNinePatch(request, place);
  if ((await checkTarget(place, request)) === 'skip')
    return {
      ...judged,
      place,
      leftAlone: { kind: 'exists', why: phrase`The output exists already.` },
    };
  await place.checkNames();
  await place.checkWritable(request.overwrite !== 'nextFreeName');
  return { ...judged, place };
}

/** Why a file is left alone unless it is asked for expressly: it is an enlargement of another one. */
const whyLeftAlone = async (
  { input, target, asset }: UpscaleRequest,
  catalogs: AssetCatalogs,
): Promise<Words | undefined> =>
  target.kind === 'file' || asset?.again === true ? undefined : whyNotSource(input, catalogs);

/** Judges many pictures, in their order; each model is looked for once. */
export async function judgeAll(
  calls: readonly JudgedCall[],
  services: JudgeServices,
  signal: AbortSignal,
): Promise<Judgement<Words>[]> {
  const models = new Map<string, Promise<Model>>();
  const findModel = (id: string): Promise<Model> => {
    const known = models.get(id) ?? services.findModel(id);
    models.set(id, known);
    return known;
  };
  const checkDevice: JudgeServices['checkDevice'] = (choice, model) =>
    services.checkDevice(choice, model);
  const catalogs = new AssetCatalogs(signal);
  return inParallel(calls, AT_A_TIME, async ({ call, facts }): Promise<Judgement<Words>> => {
    throwIfCancelled(signal);
    const { size, border } = facts;
    const source = {
      ...facts,
      size: { width: size.width - border, height: size.height - border },
    };
    // What a job has of its own is no part of what is asked for.
    const request = { ...call, jobId: 'judged', scratchDirectory: call.input };
    try {
      checkRequest(request);
      const judged = await judge(request, source, { findModel, checkDevice }, catalogs);
      return {
        ok: true,
        size: { width: judged.size.width + border, height: judged.size.height + border },
        ...(judged.leftAlone ? { leftAlone: judged.leftAlone } : {}),
      };
    } catch (error) {
      throwIfCancelled(signal);
      return { ok: false, ...RpcError.from(error).toValue() };
    }
  });
}

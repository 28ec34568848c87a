import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { RemoteSettings } from '../../../shared/remoteSettings';
import { retryAfterMs } from '../../download/httpClient';
import { below } from '../address';
import { authHeaders, withoutSecrets } from '../credentials';
import { exchange, type Exchange } from '../exchange';
import { failureOf, RemoteFailure } from '../failure';
import { binaryOutputs, binaryRequest, JSON_LENGTH_HEADER, MOST_JSON } from './binaryExtension';
import { readModelMetadata, readServerMetadata } from './metadata';
import { isAskable, readModelIndex } from './modelIndex';
import { nonsense } from './tensors';
import type { ServedName, Transport } from './transport';
import { clause, mended, phrase } from '../../../shared/phrase';
import { fieldsOf } from '../../../shared/json';

/** Longest for a question that nothing is computed for. */
const SHORT_MS = 20_000;
const MOST_METADATA = 1024 * 1024;
/** Idle connections are closed before servers and gateways do so. */
const IDLE_MS = 15_000;

type Call = {
  readonly path: string;
  readonly question?: { readonly json: Buffer; readonly tensor: Uint8Array };
  readonly maxBytes: number;
  readonly deadlineMs: number;
  readonly hasAnswered: boolean;
  readonly signal: AbortSignal;
  readonly onSent?: () => void;
};

/**
 * The protocol over HTTP with the extension for binary tensors: JSON would be many times slower.
 * Redirects are not followed and nothing is compressed.
 */
export class RestTransport implements Transport {
  private readonly agent: http.Agent;

  constructor(
    private readonly address: URL,
    private readonly settings: RemoteSettings,
  ) {
    const { authority: ca, certificate: cert, key } = settings.secrets;
    const options = { keepAlive: true, maxSockets: settings.inFlight + 1, timeout: IDLE_MS };
    this.agent =
      address.protocol === 'https:'
        ? new https.Agent({
            ...options,
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert, key }),
          })
        : new http.Agent(options);
  }

  async server(signal: AbortSignal): ReturnType<Transport['server']> {
    return readServerMetadata(await this.json('v2', false, signal));
  }

  async model(
    model: ServedName,
    { signal, hasAnswered }: Parameters<Transport['model']>[1],
  ): ReturnType<Transport['model']> {
    return readModelMetadata(await this.json(pathOf(model), hasAnswered, signal));
  }

  async checksum(model: ServedName, signal: AbortSignal): ReturnType<Transport['checksum']> {
    // Triton's own; others do not know it, and it may be restricted.
    const config = await this.json(`${pathOf(model)}/config`, false, signal).catch(
      (error: unknown) => {
        if (error instanceof RemoteFailure && error.kind !== 'lost') return undefined;
        throw error;
      },
    );
    const hash = fieldOf(fieldOf(fieldOf(config, 'parameters'), 'sha256'), 'string_value');
    return typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash)
      ? hash.toLowerCase()
      : undefined;
  }

  async index(signal: AbortSignal): ReturnType<Transport['index']> {
    const asked = { json: Buffer.from('{"ready":true}'), tensor: new Uint8Array() };
    const list = await this.json('v2/repository/index', false, signal, asked).catch(hasNone);
    if (list !== undefined) return readModelIndex(list);
    // KServe's own server.
    const names = fieldOf(await this.json('v2/models', false, signal).catch(hasNone), 'models');
    return names === undefined ? undefined : readModelIndex(names);
  }

  async infer(
    model: ServedName,
    question: Parameters<Transport['infer']>[1],
    options: Parameters<Transport['infer']>[2],
  ): ReturnType<Transport['infer']> {
    const answer = await this.call({
      path: `${pathOf(model)}/infer`,
      question: binaryRequest(question, randomUUID()),
      ...options,
      maxBytes: question.maxBytes + MOST_JSON,
    }).catch((error: unknown) => {
      throw options.hasAnswered ? error : withoutBinary(error);
    });
    const length = answer.header(JSON_LENGTH_HEADER);
    if (length === undefined)
      throw new RemoteFailure(
        'refused',
        phrase`it sends no binary tensors over HTTP, but it may do so over gRPC (grpcs://…)`,
      );
    return binaryOutputs(answer.body, Number(length));
  }

  close(): void {
    this.agent.destroy();
  }

  private async json(
    path: string,
    hasAnswered: boolean,
    signal: AbortSignal,
    question?: Call['question'],
  ): Promise<unknown> {
    const { body } = await this.call({
      path,
      ...(question ? { question } : {}),
      maxBytes: MOST_METADATA,
      deadlineMs: SHORT_MS,
      hasAnswered,
      signal,
    });
    try {
      return JSON.parse(body.toString('utf8')) as unknown;
    } catch {
      throw nonsense(phrase`is not JSON; this may not be a server of the Open Inference Protocol`);
    }
  }

  /** The answer of status 200. */
  private async call(call: Call): Promise<Exchange> {
    const { path, question, hasAnswered, ...rest } = call;
    const own = await authHeaders(this.settings);
    const json = question?.json ?? Buffer.alloc(0);
    const tensor = question?.tensor ?? new Uint8Array();
    try {
      const answer = await exchange(below(this.address, path), {
        ...rest,
        method: question ? 'POST' : 'GET',
        agent: this.agent,
        headers: {
          'user-agent': 'pisa-upscale',
          ...own,
          'accept-encoding': 'identity',
          ...(question && {
            'content-type': tensor.byteLength > 0 ? 'application/octet-stream' : 'application/json',
            'content-length': json.length + tensor.byteLength,
            ...(tensor.byteLength > 0 ? { [JSON_LENGTH_HEADER]: json.length } : {}),
          }),
        },
        body: question ? [json, tensor] : [],
      });
      if (answer.status !== 200)
        throw failureOf(
          answer.status,
          answer.body,
          retryAfterMs(answer.header('retry-after')),
          hasAnswered,
        );
      if ((answer.header('content-encoding') ?? 'identity') !== 'identity')
        throw nonsense(phrase`is compressed, which was not asked for`);
      return answer;
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      const { kind, retryAfterMs: wait } = error;
      const token = (own.authorization ?? '').replace('Bearer ', '');
      throw new RemoteFailure(
        kind,
        mended(error.words, (text) => withoutSecrets(text, this.settings, token)),
        wait,
      );
    }
  }
}

/** Servers that know no binary tensors over HTTP answer the first with an error of any kind. */
function withoutBinary(error: unknown): unknown {
  if (!(error instanceof RemoteFailure) || !/answered (415|422|500)/.test(error.message))
    return error;
  return new RemoteFailure(
    error.kind,
    phrase`${clause(error.words)}; one that sends no binary tensors over HTTP may do so over gRPC`,
  );
}

/** A server without an index answers in one of many ways. */
function hasNone(error: unknown): undefined {
  if (error instanceof RemoteFailure && /answered (400|404|405|501)/.test(error.message))
    return undefined;
  throw error;
}

/** Where a model lies below the server's address. Throws a `RemoteFailure` for what has no place. */
function pathOf({ name, version }: ServedName): string {
  const wrong = [name, version].find((one) => one !== undefined && !isAskable(one));
  if (wrong !== undefined)
    throw new RemoteFailure('refused', phrase`no model or version can have that name`);
  return (
    `v2/models/${encodeURIComponent(name)}` +
    (version === undefined ? '' : `/versions/${encodeURIComponent(version)}`)
  );
}

const fieldOf = (value: unknown, name: string): unknown => fieldsOf(value)[name];

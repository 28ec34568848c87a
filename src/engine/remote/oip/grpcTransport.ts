import { randomUUID } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import type { Client, ServiceError } from '@grpc/grpc-js';
import type { RemoteSettings } from '../../../shared/remoteSettings';
import { reasonOf } from '../../download/watched';
import { authHeaders, withoutSecrets } from '../credentials';
import { RemoteFailure, type FailureKind } from '../failure';
import {
  inferOutputs,
  inferRequest,
  MODEL_INFER,
  MODEL_METADATA,
  REPOSITORY_INDEX,
  SERVER_METADATA,
  type Method,
} from './grpcMessages';
import {
  ModelMetadataRequestSchema,
  RepositoryIndexRequestSchema,
  ServerMetadataRequestSchema,
} from './inference_pb';
import { loadGrpc, type Grpc } from './loadGrpc';
import { readModelMetadata, readServerMetadata } from './metadata';
import { readModelIndex } from './modelIndex';
import type { Transport } from './transport';
import { phrase } from '../../../shared/phrase';

/** Longest for a question that nothing is computed for. */
const SHORT_MS = 20_000;
/** No tile has more, and nothing larger is read. */
const MOST_BYTES = 512 * 2 ** 20;
/** The default lets a server send 64 KiB for each round trip. */
const WINDOW_BYTES = 16 * 2 ** 20;

type Opened = { readonly grpc: Grpc; readonly client: Client };

type Call = {
  readonly deadlineMs: number;
  readonly hasAnswered: boolean;
  readonly signal: AbortSignal;
};

/**
 * The protocol over gRPC: for servers that send no binary tensors over HTTP, and where a cancel must
 * reach the server.
 */
export class GrpcTransport implements Transport {
  private opening: Promise<Opened> | undefined;

  constructor(
    private readonly address: URL,
    private readonly settings: RemoteSettings,
  ) {}

  private async open(): Promise<Opened> {
    const { address, settings } = this;
    const grpc = await loadGrpc();
    const { authority: ca, certificate: cert, key } = settings.secrets;
    const pem = (text: string | undefined): Buffer | null =>
      text === undefined ? null : Buffer.from(text);
    const credentials =
      address.protocol === 'grpcs:'
        ? grpc.credentials.createSsl(pem(ca), pem(key), pem(cert))
        : grpc.credentials.createInsecure();
    const host = hostHeader(settings);
    const client = new grpc.Client(address.host, credentials, {
      'grpc.max_receive_message_length': MOST_BYTES,
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      // Tries are the device's business; nothing is looked up but the name.
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.enable_http_proxy': 0,
      ...(host === undefined
        ? {}
        : {
            'grpc.default_authority': host,
            'grpc.ssl_target_name_override': host.replace(/:\d+$/, ''),
          }),
    });
    return { grpc, client };
  }

  async server(signal: AbortSignal): ReturnType<Transport['server']> {
    const call = { deadlineMs: SHORT_MS, hasAnswered: false, signal };
    const answer = await this.call(SERVER_METADATA, create(ServerMetadataRequestSchema), call);
    return readServerMetadata(answer);
  }

  async model(
    { name, version = '' }: Parameters<Transport['model']>[0],
    options: Parameters<Transport['model']>[1],
  ): ReturnType<Transport['model']> {
    const asked = create(ModelMetadataRequestSchema, { name, version });
    return readModelMetadata(
      await this.call(MODEL_METADATA, asked, { ...options, deadlineMs: SHORT_MS }),
    );
  }

  /** Only Triton's REST tells it. */
  checksum(): ReturnType<Transport['checksum']> {
    return Promise.resolve(undefined);
  }

  async index(signal: AbortSignal): ReturnType<Transport['index']> {
    const call = { deadlineMs: SHORT_MS, hasAnswered: false, signal };
    const asked = create(RepositoryIndexRequestSchema, { ready: true });
    const answer = await this.call(REPOSITORY_INDEX, asked, call).catch((error: unknown) => {
      if (error instanceof RemoteFailure && /answered UNIMPLEMENTED/.test(error.message))
        return undefined;
      throw error;
    });
    return answer && readModelIndex(answer.models);
  }

  async infer(
    model: Parameters<Transport['infer']>[0],
    question: Parameters<Transport['infer']>[1],
    options: Parameters<Transport['infer']>[2],
  ): ReturnType<Transport['infer']> {
    const asking = this.call(MODEL_INFER, inferRequest(model, question, randomUUID()), options);
    options.onSent?.();
    return inferOutputs(await asking);
  }

  close(): void {
    void this.opening?.then(({ client }) => client.close());
  }

  private async call<I extends DescMessage, O extends DescMessage>(
    { path, serialize, deserialize }: Method<I, O>,
    message: Parameters<Method<I, O>['serialize']>[0] & MessageInitShape<I>,
    { deadlineMs, hasAnswered, signal }: Call,
  ): Promise<ReturnType<Method<I, O>['deserialize']>> {
    const { grpc, client } = await (this.opening ??= this.open());
    const own = await authHeaders(this.settings);
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(own))
      if (name.toLowerCase() !== 'host') metadata.set(name.toLowerCase(), String(value));
    const deadline = Date.now() + deadlineMs;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const sent = client.makeUnaryRequest(
        path,
        serialize,
        deserialize,
        message,
        metadata,
        { deadline },
        (error, answer) => {
          signal.removeEventListener('abort', cancel);
          if (signal.aborted) reject(reasonOf(signal));
          else if (error)
            reject(this.failure(error, grpc.status[error.code], hasAnswered, own.authorization));
          else if (answer === undefined)
            reject(new RemoteFailure('nonsense', phrase`its answer is empty`));
          else resolve(answer);
        },
      );
      const cancel = (): void => sent.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  private failure(
    { details }: ServiceError,
    name: string,
    hasAnswered: boolean,
    authorization: string | undefined,
  ): RemoteFailure {
    const token = (authorization ?? '').replace('Bearer ', '');
    const said = withoutSecrets(details, this.settings, token)
      .replace(/ \(\d{4}-[^)]*\)|\.? Resolution note:.*/gs, '')
      .replace(/\s+/g, ' ')
      .slice(0, 160);
    return new RemoteFailure(
      kindOf(name, details, hasAnswered),
      phrase`it answered ${name}${said === '' ? '' : phrase`: ${said}`}`,
    );
  }
}

/** What a status of gRPC means; servers say more in its words than in its number. */
export function kindOf(status: string, details: string, hasAnswered: boolean): FailureKind {
  if (/larger than max|status: 413/i.test(details)) return 'too-large';
  switch (status) {
    case 'UNAVAILABLE':
      if (/is restricted/i.test(details)) return 'denied';
      if (/certificate|self-signed|SSL|TLS/i.test(details)) return 'refused';
      return /maximum queue size|overload/i.test(details) ? 'busy' : 'lost';
    case 'RESOURCE_EXHAUSTED':
      return 'busy';
    case 'DEADLINE_EXCEEDED':
      return 'late';
    case 'NOT_FOUND':
      return hasAnswered ? 'gone' : 'refused';
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return 'denied';
    case 'CANCELLED':
      return 'lost';
    default:
      return /RST_STREAM|GOAWAY|ECONNRESET/.test(details) ? 'lost' : 'refused';
  }
}

/** The name by which a gateway finds the service; in gRPC it is no header. */
const hostHeader = ({ headers }: RemoteSettings): string | undefined =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'host')?.[1];

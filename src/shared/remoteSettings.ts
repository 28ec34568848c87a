import type { Precision } from './modelProtocol';

/** What happens when a server fails under a picture. */
export const REMOTE_FALLBACKS = ['retry', 'cpu', 'fail'] as const;
/**
 * `retry`: the server is asked again for a while, then the picture fails. `cpu`: the same, then this
 * machine's CPU computes it. `fail`: the picture fails at once.
 */
export type RemoteFallback = (typeof REMOTE_FALLBACKS)[number];

export const REMOTE_IN_FLIGHT_RANGE = { minimum: 1, maximum: 8 } as const;

/** What proves to a server who asks. Never written to a disk, a log or a result. */
export type RemoteSecrets = {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Absolute path of a file with the token, read for every request: such tokens expire. */
  readonly tokenFile?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM: a client's certificate with its key, and who must have signed the server's. */
  readonly certificate?: string;
  readonly key?: string;
  readonly authority?: string;
};

/**
 * A server of the Open Inference Protocol, and how it is spoken to. It comes from the person alone:
 * no workspace, recipe or lock can name one, since pictures are sent there.
 */
export type RemoteSettings = {
  readonly url: string;
  /** The model's name there; its own id unless given. */
  readonly model?: string;
  /** The server's own choice unless given. */
  readonly version?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What numbers are on the way: `fp16` halves the bytes and needs a network that takes it. */
  readonly precision: Precision;
  /** Tiles on their way at once. */
  readonly inFlight: number;
  readonly fallback: RemoteFallback;
  /** Whether pictures may travel unencrypted to another machine. */
  readonly allowHttp: boolean;
  readonly secrets: RemoteSecrets;
};

/** All of `RemoteSettings` but what only a person can know. */
export const REMOTE_DEFAULTS = {
  headers: {},
  precision: 'fp32',
  inFlight: 2,
  fallback: 'retry',
  allowHttp: false,
  secrets: {},
} as const satisfies Omit<RemoteSettings, 'url'>;

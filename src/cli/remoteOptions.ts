import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { readSmallText } from '../files/readSmall';
import { named } from '../files/systemError';
import { inWords } from '../shared/phrase';
import { REMOTE_VARIABLES } from '../client/engineProcess';
import { PRECISIONS, type Precision } from '../shared/modelProtocol';
import {
  REMOTE_DEFAULTS,
  REMOTE_FALLBACKS,
  REMOTE_IN_FLIGHT_RANGE,
  type RemoteFallback,
  type RemoteSecrets,
  type RemoteSettings,
} from '../shared/remoteSettings';
import { RpcError, wordsOf } from '../shared/rpc';
import type { DeviceChoice } from '../shared/settings';

/** What the command line says about an inference server. */
export type RemoteOptions = {
  readonly remote?: string;
  readonly remoteModel?: string;
  readonly remoteVersion?: string;
  readonly remoteHeader: Readonly<Record<string, string>>;
  readonly remotePrecision: Precision;
  readonly remoteInFlight: number;
  readonly remoteFallback: RemoteFallback;
  readonly remoteAllowHttp: boolean;
};

/** A certificate is no longer than that. */
const PEM_LIMIT = 1024 * 1024;

/** Adds the options; they hold for every command. Secrets have none: others could read them. */
export function addRemoteOptions(program: Command): Command {
  const { minimum, maximum } = REMOTE_IN_FLIGHT_RANGE;
  return program
    .optionsGroup('Inference server (tokens and certificates: see docs/remote.md):')
    .option(
      '--remote <url>',
      'a server of the Open Inference Protocol; pictures are sent there and computed on it',
    )
    .option('--remote-model <name>', 'the model’s name there (default: its id)')
    .option(
      '--remote-version <version>',
      'the model’s version there (default: the server’s choice)',
    )
    .option('--remote-header <name:value>', 'one more header; may be repeated', header, {})
    .addOption(
      new Option('--remote-precision <precision>', 'numbers on the way')
        .choices(PRECISIONS)
        .default(REMOTE_DEFAULTS.precision),
    )
    .addOption(
      new Option('--remote-in-flight <number>', 'tiles on their way at once')
        .argParser((text: string) => {
          const value = Number(text);
          if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
          throw new InvalidArgumentError(`It must be a whole number, ${minimum}–${maximum}.`);
        })
        .default(REMOTE_DEFAULTS.inFlight),
    )
    .addOption(
      new Option(
        '--remote-fallback <how>',
        'when the server fails: ask again for a while, then fail; or compute here; or fail at once',
      )
        .choices(REMOTE_FALLBACKS)
        .default(REMOTE_DEFAULTS.fallback),
    )
    .option('--remote-allow-http', 'also unencrypted to another machine', false);
}

/** "Name: value"; the name and the value are checked by the engine. */
function header(text: string, all: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf(':');
  if (at < 1) throw new InvalidArgumentError('It must be a name and a value, such as Host:name.');
  return { ...all, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

/**
 * The options with the server as their device where one was named and no other device. Throws
 * `bad-setting` where both were.
 */
export function withServer<T extends { readonly device: DeviceChoice }>(
  options: T,
  { remote }: Pick<RemoteOptions, 'remote'>,
  given: ReadonlySet<string>,
): T {
  if (remote === undefined || options.device === 'remote') return options;
  if (!given.has('device')) return { ...options, device: 'remote' };
  throw new RpcError({
    code: 'bad-setting',
    message: `--remote names a server, and --device ${options.device} another device.`,
    hint: 'Give only one of them.',
  });
}

/** The server that was named, with the secrets of the environment; undefined for none. */
export async function readRemote(
  options: RemoteOptions,
  env: NodeJS.ProcessEnv,
): Promise<RemoteSettings | undefined> {
  const url = options.remote ?? env[`${REMOTE_VARIABLES}URL`];
  if (url === undefined || url === '') return undefined;
  return {
    url,
    ...(options.remoteModel === undefined ? {} : { model: options.remoteModel }),
    ...(options.remoteVersion === undefined ? {} : { version: options.remoteVersion }),
    headers: options.remoteHeader,
    precision: options.remotePrecision,
    inFlight: options.remoteInFlight,
    fallback: options.remoteFallback,
    allowHttp: options.remoteAllowHttp,
    secrets: await readSecrets(env),
  };
}

async function readSecrets(env: NodeJS.ProcessEnv): Promise<RemoteSecrets> {
  const value = (name: string): string | undefined => {
    const text = env[REMOTE_VARIABLES + name]?.trim();
    return text === '' ? undefined : text;
  };
  const pem = async (name: string): Promise<string | undefined> => {
    const file = value(name);
    if (file === undefined) return undefined;
    return readSmallText(file, { limit: PEM_LIMIT, followLinks: true }).catch((error: unknown) => {
      throw new RpcError({
        code: 'bad-setting',
        message: `${REMOTE_VARIABLES}${name}: ${inWords(wordsOf(named(error, file)))}`,
      });
    });
  };
  const headers = Object.fromEntries(
    (value('HEADERS') ?? '')
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')).trim(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  );
  return withoutMissing({
    token: value('TOKEN'),
    tokenFile: value('TOKEN_FILE'),
    certificate: await pem('CERT'),
    key: await pem('KEY'),
    authority: await pem('CA'),
    headers: Object.keys(headers).length > 0 ? headers : undefined,
  });
}

const withoutMissing = (secrets: {
  [K in keyof RemoteSecrets]: RemoteSecrets[K] | undefined;
}): RemoteSecrets =>
  Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== undefined));

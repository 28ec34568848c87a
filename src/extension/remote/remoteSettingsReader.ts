import { isOneOf } from '../../shared/oneOf';
import { PRECISIONS } from '../../shared/modelProtocol';
import {
  REMOTE_DEFAULTS,
  REMOTE_FALLBACKS,
  REMOTE_IN_FLIGHT_RANGE,
  type RemoteSettings,
} from '../../shared/remoteSettings';
import type { SettingLookup } from '../settingsReader';

/** Everything of a server but its secrets, which no settings file holds. */
export type ServerSettings = Omit<RemoteSettings, 'secrets'>;

/**
 * The inference server of the settings, whose keys begin with `remote.`; undefined when none is
 * named. A value of the wrong type becomes the default.
 */
export function readServerSettings(lookup: SettingLookup): ServerSettings | undefined {
  const read = (key: string): unknown => lookup(`remote.${key}`);
  const url = text(read('url'));
  const model = text(read('model'));
  const version = text(read('version'));
  const headers = read('headers');
  const precision = read('precision');
  const inFlight = read('inFlight');
  const fallback = read('fallback');
  const allowHttp = read('allowHttp');
  if (url === undefined) return undefined;
  const { minimum, maximum } = REMOTE_IN_FLIGHT_RANGE;
  return {
    url,
    ...(model === undefined ? {} : { model }),
    ...(version === undefined ? {} : { version }),
    headers: textsOf(headers),
    precision: isOneOf(PRECISIONS, precision) ? precision : REMOTE_DEFAULTS.precision,
    inFlight:
      typeof inFlight === 'number' && Number.isFinite(inFlight)
        ? Math.round(Math.min(maximum, Math.max(minimum, inFlight)))
        : REMOTE_DEFAULTS.inFlight,
    fallback: isOneOf(REMOTE_FALLBACKS, fallback) ? fallback : REMOTE_DEFAULTS.fallback,
    allowHttp: allowHttp === true,
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

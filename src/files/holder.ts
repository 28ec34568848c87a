import os from 'node:os';
import { bootName, exists, processStart, startedAt } from './processStart';

/** Who is at something: a process, told from a later one with the same number. */
export type Holder = {
  readonly pid: number;
  readonly host: string;
  /** What `processStart` says of it; empty where the system has no such thing. */
  readonly started: string;
  /** What `bootName` says; empty where the system has no such thing. */
  readonly boot: string;
  /** When it began, ISO 8601. */
  readonly since: string;
  /** Unlike any other holder's, also of the same process. */
  readonly token: string;
};

/** How the system is asked; others stand in for it in tests. */
export type ProcessLook = {
  readonly exists: (pid: number) => boolean;
  readonly processStart: (pid: number) => string;
  readonly bootName: () => string;
  readonly startedAt: (pid: number) => Promise<number | undefined>;
  /** When the machine was started, in milliseconds since 1970. */
  readonly bootTime: () => number;
};

const SYSTEM: ProcessLook = {
  exists,
  processStart,
  bootName,
  startedAt,
  bootTime: () => Date.now() - os.uptime() * 1000,
};

/** Clocks that tell of a start and of "now" differ by less. */
const CLOCKS_MS = 5000;

/**
 * Tokens of this process. After a crash another process may have been given the same number, and
 * after a bug the same process may find what it forgot.
 */
const held = new Set<string>();

/** This process, as a holder. Until `release` says otherwise, the token counts as held. */
export function holdAs(token: string): Holder {
  held.add(token);
  return {
    pid: process.pid,
    host: os.hostname(),
    started: processStart(process.pid),
    boot: bootName(),
    since: new Date().toISOString(),
    token,
  };
}

/** The token is no longer held by this process. */
export function release(token: string): void {
  held.delete(token);
}

/** Reads a holder from JSON; undefined when it is none. Those of earlier versions say less. */
export function holderFrom(value: unknown): Holder | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, started = '', boot = '', since, token } = value as Record<string, unknown>;
  return typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    typeof host === 'string' &&
    typeof started === 'string' &&
    typeof boot === 'string' &&
    typeof since === 'string' &&
    typeof token === 'string'
    ? { pid, host, started, boot, since, token }
    : undefined;
}

/**
 * Whether a holder's process is gone for certain: ended, or its number is another's by now, or the
 * machine was started again. Of another machine nobody here can know, so it is not.
 */
export async function isGone(
  { pid, host, started, boot, since, token }: Holder,
  look: ProcessLook = SYSTEM,
): Promise<boolean> {
  if (host !== os.hostname()) return false;
  const now = look.bootName();
  if (boot !== '' && now !== '' && boot !== now) return true;
  if (pid === process.pid) return !held.has(token);
  if (!look.exists(pid)) return true;
  const start = look.processStart(pid);
  if (started !== '' && start !== '') return start !== started;
  // No number tells the two apart, but a process that began later than the hold is another one.
  const began = Date.parse(since);
  if (Number.isNaN(began)) return false;
  return (
    look.bootTime() > began + CLOCKS_MS || ((await look.startedAt(pid)) ?? 0) > began + CLOCKS_MS
  );
}

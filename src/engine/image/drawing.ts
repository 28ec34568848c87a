import { fork, type ChildProcess } from 'node:child_process';
import type { Size } from '../../shared/geometry';
import { cancelled, engineError, messageOf } from '../errors';
import { loadSharp } from './sharpLoader';
import { phrase, WordedError } from '../../shared/phrase';

/** First argument of a process that draws. */
export const DRAW_ARGUMENT = '--draw';
/**
 * Any drawing takes so much of the processor at most, since filters can make one endless; a busy
 * machine takes longer for it. Whoever says nothing for as long has stopped.
 */
const MOST_SECONDS = 30;
const BEAT_MS = 1000;
const IDLE_MS = 10_000;

/** Pixels per inch at which all keeps its size. */
export const PLAIN_DENSITY = 72;

/** An SVG as text, to be measured, drawn into a libvips file, or drawn to see where it is opaque. */
export type DrawingRequest = {
  readonly svg: string;
  readonly output?: string;
  readonly asksAlpha?: boolean;
  /** Pixels per inch; `PLAIN_DENSITY` unless given. */
  readonly density?: number;
};
/** What was drawn; alpha, where it was asked for, is a byte a pixel, row by row. */
export type Drawn = Size & { readonly alpha?: Uint8Array };
type Answer = { readonly drawn: Drawn } | { readonly error: string };
/** Seconds of the processor that a drawing has taken so far. */
type Beat = { readonly seconds: number };

/** Draws, or measures, in this process. */
export async function draw(request: DrawingRequest): Promise<Drawn> {
  const { svg, output, asksAlpha, density = PLAIN_DENSITY } = request;
  const picture = loadSharp()(Buffer.from(svg), {
    density,
    limitInputPixels: false,
    failOn: 'error',
    unlimited: false,
  });
  if (asksAlpha) {
    const { data, info } = await picture
      .ensureAlpha()
      .extractChannel('alpha')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, alpha: data };
  }
  if (output === undefined) {
    const { width, height } = await picture.metadata();
    return { width, height };
  }
  const { width, height } = await picture.ensureAlpha().toColourspace('srgb').toFile(output);
  return { width, height };
}

/** The process that draws for its parent, one SVG after the other. */
export function serveDrawings(): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (request: DrawingRequest) => {
    const before = process.cpuUsage();
    const beat = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      process.send?.({ seconds: (user + system) / 1e6 } satisfies Beat);
    }, BEAT_MS);
    void draw(request)
      .finally(() => clearInterval(beat))
      .then(
        (drawn): Answer => ({ drawn }),
        (error: unknown): Answer => ({ error: messageOf(error) }),
      )
      .then((answer) => process.send?.(answer));
  });
}

/**
 * Draws in a process of its own, which is ended when it takes too long or is no longer wanted: a
 * drawing can't be interrupted from inside.
 */
export class Drawings {
  private child: ChildProcess | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;

  /** `entry` is the script that runs `serveDrawings` when its argument is `DRAW_ARGUMENT`. */
  constructor(
    private readonly entry: string,
    private readonly mostSeconds = MOST_SECONDS,
  ) {}

  /** Rejects with what the drawer says, with `input-too-slow`, or as cancelled. */
  draw(name: string, request: DrawingRequest, signal: AbortSignal): Promise<Drawn> {
    const done = this.tail.then(() => this.next(name, request, signal));
    this.tail = done.catch(() => undefined);
    return done;
  }

  private next(name: string, request: DrawingRequest, signal: AbortSignal): Promise<Drawn> {
    if (signal.aborted) return Promise.reject(cancelled());
    clearTimeout(this.idle);
    const child = (this.child ??= this.start());
    return new Promise<Drawn>((resolve, reject) => {
      const end = (): void => {
        child.kill('SIGKILL');
        this.child = undefined;
      };
      const onAbort = (): void => {
        end();
        settle(() => reject(cancelled()));
      };
      const onMessage = (answer: Answer | Beat): void => {
        if ('seconds' in answer) {
          if (answer.seconds < this.mostSeconds) timer.refresh();
          else tooSlow();
          return;
        }
        settle(() => {
          if ('drawn' in answer) resolve(answer.drawn);
          else reject(new Error(answer.error));
        });
      };
      const onClose = (): void => {
        if (this.child === child) this.child = undefined;
        settle(() => reject(new WordedError(phrase`the process that draws it ended early`)));
      };
      const tooSlow = (): void => {
        end();
        settle(() =>
          reject(
            engineError('input-too-slow', {
              message: phrase`${name} was not drawn within ${this.mostSeconds} seconds: its filters or its size ask for too much.`,
              hint: phrase`Simplify the drawing, choose a smaller size, or export it as PNG and upscale that.`,
            }),
          ),
        );
      };
      const timer = setTimeout(tooSlow, this.mostSeconds * 1000);
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('close', onClose);
        this.idle = setTimeout(() => this.stop(), IDLE_MS).unref();
        finish();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).on('close', onClose);
      child.send(request, (error) => {
        if (error) settle(() => reject(error));
      });
    });
  }

  private start(): ChildProcess {
    const child = fork(this.entry, [DRAW_ARGUMENT], {
      execArgv: process.execArgv,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    child.on('error', () => undefined);
    return child;
  }

  private stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }
}

/** Of this engine: its own script, started again. */
export const drawings = new Drawings(process.argv[1] ?? __filename);

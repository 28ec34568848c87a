import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a bad way does with a part of an answer; one that is cut or lost ends the connection. */
export type Mishap = 'passes' | 'is cut' | 'is lost';

export type Way = {
  /** Of the round trip on the connection of this number, in milliseconds. */
  readonly delay: (connection: number) => number;
  /** For a part of an answer, of so many bytes, the `part`th of all. */
  readonly mishap?: (part: number, bytes: number) => Mishap;
};

/** Passes connections on, each way later by half of a round trip, and as badly as it is told to. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private connections = 0;
  private parts = 0;

  private constructor(target: URL, { delay, mishap }: Way) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
      }
      const half = delay(++this.connections) / 2;
      pass(near, far, half);
      pass(far, near, half, ({ length }) => mishap?.(++this.parts, length) ?? 'passes');
    });
  }

  static async open(target: URL, way: number | Way): Promise<Relay> {
    const relay = new Relay(target, typeof way === 'number' ? { delay: () => way } : way);
    relay.server.listen(0, '127.0.0.1');
    await once(relay.server, 'listening');
    return relay;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function pass(
  from: Socket,
  to: Socket,
  milliseconds: number,
  mishapOf: (chunk: Buffer) => Mishap = () => 'passes',
): void {
  const later = (work: () => void): void => void setTimeout(work, milliseconds);
  from.on('data', (chunk) => {
    const mishap = mishapOf(chunk);
    later(() => {
      if (mishap === 'passes') {
        if (to.writable) to.write(chunk);
        return;
      }
      if (mishap === 'is cut' && to.writable) to.end(chunk.subarray(0, chunk.length / 2));
      else to.destroy();
      from.destroy();
    });
  });
  from.on('close', () => later(() => to.destroy()));
}

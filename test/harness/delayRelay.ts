import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Passes a connection on, each way later by half of a round trip, in order. */
export class DelayRelay {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(target: URL, milliseconds: number) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
      }
      pass(near, far, milliseconds / 2);
      pass(far, near, milliseconds / 2);
    });
  }

  static async open(target: URL, milliseconds: number): Promise<DelayRelay> {
    const relay = new DelayRelay(target, milliseconds);
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

function pass(from: Socket, to: Socket, milliseconds: number): void {
  const later = (work: () => void): void => void setTimeout(work, milliseconds);
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.on('close', () => later(() => to.destroy()));
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { monotonicMs } from './consumer-process.ts';

/** Clients of a broker over sockets of their own: no HTTP library, so that they cost less than what they measure. */
export interface Senders {
  /**
   * Closed loop: each client sends its next event when the last one was acknowledged.
   * @returns events acknowledged per second
   */
  saturate(seconds: number): Promise<number>;
  /** Open loop: an event is due every 1/rate seconds, whether or not earlier ones were acknowledged. */
  arrive(rate: number, seconds: number): Promise<Sent[]>;
  /** Sends `count` events in batches of 100. */
  fill(count: number): Promise<void>;
  close(): void;
}

/** Times in ms of the monotonic clock. */
export interface Sent {
  id: string;
  due: number;
  acknowledged: number;
}

const data = JSON.stringify({
  post: { id: 17, title: 'Of mice', category: 'Animals', status: 'published' },
  text: 'x'.repeat(200),
});
let number = 0;
const newId = () => `e${process.pid}-${++number}`;

const request = (headers: string, body: string) =>
  `POST /dormouse/default HTTP/1.1\r\nhost: broker\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
const single = (id: string) =>
  request(
    `ce-specversion: 1.0\r\nce-id: ${id}\r\nce-source: /bench\r\nce-type: dev.dormouse.bench.v1\r\nce-subject: ${id}\r\nce-time: 2026-01-01T00:00:00Z\r\ncontent-type: application/json\r\n`,
    data,
  );
const batch = (ids: readonly string[]) =>
  request(
    'content-type: application/cloudevents-batch+json\r\n',
    `[${ids.map((id) => `{"specversion":"1.0","id":"${id}","source":"/bench","type":"dev.dormouse.bench.v1","data":${data}}`).join(',')}]`,
  );

/** Opens `clients` connections to a broker on this machine. */
export async function senders(port: number, clients: number): Promise<Senders> {
  const all = await Promise.all(Array.from({ length: clients }, () => Client.open(port)));
  return {
    async saturate(seconds) {
      const until = monotonicMs() + seconds * 1_000;
      let sent = 0;
      await Promise.all(
        all.map(async (client) => {
          for (; monotonicMs() < until; sent++) await client.post(single(newId()));
        }),
      );
      return sent / seconds;
    },
    arrive: (rate, seconds) => arrive(all, rate, seconds),
    async fill(count) {
      let left = count;
      await Promise.all(
        all.map(async (client) => {
          while (left > 0) {
            const ids = Array.from({ length: Math.min(100, left) }, newId);
            left -= ids.length;
            await client.post(batch(ids));
          }
        }),
      );
    },
    close: () => {
      for (const client of all) client.close();
    },
  };
}

async function arrive(all: readonly Client[], rate: number, seconds: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const free = [...all];
  const waiting: Sent[] = [];
  const send = async (client: Client, event: Sent) => {
    await client.post(single(event.id));
    event.acknowledged = monotonicMs();
    const next = waiting.shift();
    if (next) await send(client, next);
    else free.push(client);
  };
  const start = monotonicMs();
  const under: Promise<void>[] = [];
  while (sent.length < rate * seconds) {
    for (
      let due = start;
      (due = start + (sent.length * 1_000) / rate) <= monotonicMs() && sent.length < rate * seconds;
    ) {
      const event = { id: newId(), due, acknowledged: Number.NaN };
      sent.push(event);
      const client = free.shift(); // in turn: a server ends connections that idle for seconds
      if (client) under.push(send(client, event));
      else waiting.push(event);
    }
    await new Promise((resolve) => setTimeout(resolve, 1)); // no spinning: the cores are the broker's
  }
  await Promise.all(under);
  return sent;
}

/** One connection, one request at a time; every answer has to be 202, without a body. */
class Client {
  #socket: Socket;
  #answered: ((error?: Error) => void) | undefined;

  static async open(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Client(socket);
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    let head = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      head += text;
      if (!head.endsWith('\r\n\r\n')) return;
      this.#answered?.(
        head.startsWith('HTTP/1.1 202 ')
          ? undefined
          : new Error(`the broker answered ${head.slice(0, head.indexOf('\r'))}`),
      );
      head = '';
    });
    socket.on('close', () => this.#answered?.(new Error('the broker closed the connection')));
  }

  post(bytes: string): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#socket.destroyed) failed(new Error('the broker had closed the connection'));
      this.#answered = (error) => (error ? failed(error) : done());
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }
}

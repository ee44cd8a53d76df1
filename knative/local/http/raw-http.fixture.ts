import { connect, type Socket } from 'node:net';

/** A raw TCP connection: sends exact bytes and keeps everything it receives. */
export interface RawConnection {
  socket: Socket;
  send(text: string | Buffer): void;
  /** What came so far. */
  text(): string;
  /** Settles when what came matches; rejects after 5 s with what came instead. */
  until(pattern: RegExp): Promise<string>;
  /** Settles when the other side has closed. */
  closed: Promise<void>;
  end(): void;
}

export function rawConnection(port: number): Promise<RawConnection> {
  return new Promise((done, failed) => {
    let came = '';
    let look = () => {};
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => done(connection));
    const closed = new Promise<void>((end) => socket.once('close', () => end()));
    socket.setEncoding('latin1').on('data', (text) => {
      came += text;
      look();
    });
    socket.once('error', failed).on('error', () => {});
    const connection: RawConnection = {
      socket,
      send: (text) => socket.write(text),
      text: () => came,
      until: (pattern) =>
        new Promise((found, late) => {
          const timer = setTimeout(() => late(new Error(`no ${pattern} in ${JSON.stringify(came)}`)), 5_000);
          look = () => {
            if (!pattern.test(came)) return;
            clearTimeout(timer);
            found(came);
          };
          look();
        }),
      closed,
      end: () => socket.destroy(),
    };
  });
}

import type { Duplex } from 'node:stream';

/** The response to one request, in the protocol of its connection. Fields are name, value, name, value … */
export interface ClientResponse {
  /** Answers `Expect: 100-continue`. */
  continue(): void;
  /**
   * @param early the request is not complete: the connection ends after the response
   * @param ended neither body nor trailers follow: a gRPC client expects its status with the end of the stream
   * @throws for a field that HTTP does not allow
   */
  head(status: number, reason: string, fields: string[], early: boolean, ended: boolean): void;
  /** @returns false when the next part should wait until the client has drained those before */
  write(bytes: Buffer): boolean;
  /** Bytes that wait for the client. */
  readonly unsent: number;
  end(trailers: string[]): void;
  /** Ends the connection, or the stream, so that the client sees that the response is not complete. */
  abort(): void;
  /** Answers 101 and joins the client with `socket`. */
  upgrade(fields: string[], socket: Duplex): void;
}

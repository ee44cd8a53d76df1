import type { Duplex, Readable } from 'node:stream';

/** The protocol that a container speaks on its port (name of the port in Knative's runtime contract). */
export type InstanceProtocol = 'http1' | 'h2c';

/** Why a request to an instance failed. */
export interface ConnectionFailure {
  code: string;
  /** The instance may have seen the request. */
  sent: boolean;
}

/** A request to an instance. */
export interface InstanceRequest {
  method: string;
  path: string;
  /** Name, value, name, value …; no fields of the connection and none about the body's length. */
  fields: string[];
  body: Buffer | Readable | undefined;
  /** Length of the body in bytes; -1 when only its end will tell. */
  length: number;
  /** Value of `Upgrade`, or ''. */
  upgrade: string;
}

/** Callbacks of a request to an instance. After `onResponseEnd`, `onUpgrade` or `onResponseFailed` none follows. */
export interface ResponseHandler {
  /**
   * @param fields name, value, name, value …; names in lower case
   * @param ended known to have no body and no trailers (HTTP/2 only)
   */
  onResponseHead(status: number, reason: string, fields: string[], ended?: boolean): void;
  /** @returns false to get no more until `resume` */
  onResponseBody(bytes: Buffer): boolean;
  onResponseEnd(trailers: string[]): void;
  /** The instance has changed the protocol as the request asked. */
  onUpgrade(fields: string[], socket: Duplex): void;
  onResponseFailed(failure: ConnectionFailure): void;
}

/** A request in progress. */
export interface InstanceExchange {
  /** Cancels the request; no callback follows. */
  abandon(): void;
  /** The client takes more of the body. */
  resume(): void;
}

/** The connections to one instance. */
export interface InstanceConnections {
  /** The handler is called after this has returned. */
  send(request: InstanceRequest, handler: ResponseHandler): InstanceExchange;
  /** Closes every connection; requests in progress fail. */
  destroy(): void;
}

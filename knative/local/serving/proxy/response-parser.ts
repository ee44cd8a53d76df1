import { ERROR, TYPE } from 'undici/lib/llhttp/constants.js';
import wasm from 'undici/lib/llhttp/llhttp_simd-wasm.js';

/** What follows a response's head. */
export const after = { body: 0, nothing: 1, otherProtocol: 2, refused: -1 } as const;

/** Callbacks of a parser, in the order of the bytes. Fields are name, value, name, value …; names in lower case. */
export interface ResponseEvents {
  /** @returns false when no response is expected */
  onResponse(): boolean;
  /**
   * @param keepAlive another response may follow on this connection
   * @param upgrade the connection has changed to another protocol
   * @returns one of `after`
   */
  onHead(status: number, reason: string, fields: string[], keepAlive: boolean, upgrade: boolean): number;
  onBody(bytes: Buffer): void;
  onEnd(trailers: string[]): void;
}

/** llhttp's interface in WebAssembly (undici, lib/dispatcher/client-h1.js). Addresses are in `memory`. */
interface Llhttp {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, address: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_get_error_pos(parser: number): number;
}

/** Largest head of a response, bytes. */
const headLimit = 65_536;

/** What is parsed now: one parser at a time, since parsing never waits. */
let current: ResponseParser;
let chunk: Buffer;
let view = new Uint8Array();
let address = 0;

const text = (at: number, length: number) => chunk.toString('latin1', at - address, at - address + length);
const bytes = (at: number, length: number) => chunk.subarray(at - address, at - address + length);
const llhttp = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
  env: {
    wasm_on_url: () => 0, // of requests
    wasm_on_message_begin: () => current.begin(),
    wasm_on_status: (_: number, at: number, length: number) => current.addReason(text(at, length)),
    wasm_on_header_field: (_: number, at: number, length: number) => current.addName(text(at, length)),
    wasm_on_header_value: (_: number, at: number, length: number) => current.addValue(text(at, length)),
    wasm_on_headers_complete: (_: number, status: number, upgrade: number, keepAlive: number) =>
      current.head(status, upgrade === 1, keepAlive === 1),
    wasm_on_body: (_: number, at: number, length: number) => current.body(bytes(at, length)),
    wasm_on_message_complete: () => current.complete(),
  },
}).exports as unknown as Llhttp;

const failure = (code: string) => Object.assign(new Error(code), { code });

/**
 * Parses the HTTP/1.x responses of one connection by llhttp, strictly. The callbacks of a chunk are called while it is parsed;
 * what they throw ends the parsing, and the parser must not be used any more.
 */
export class ResponseParser {
  readonly #events: ResponseEvents;
  readonly #parser = llhttp.llhttp_alloc(TYPE.RESPONSE!);
  #reason = '';
  #fields: string[] = [];
  #headBytes = 0;
  /** Neither a response that is awaited, nor the end of one: an interim response, or a change of protocol. */
  #interim = false;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  /**
   * @returns what came after a change of protocol; `undefined` when there was none
   * @throws Error with a `code` such as HPE_INVALID_CONSTANT when it is no HTTP
   */
  execute(received: Buffer): Buffer | undefined {
    if (received.length > view.length) {
      if (address !== 0) llhttp.free(address);
      address = llhttp.malloc(Math.max(received.length, 65_536));
    }
    if (view.buffer !== llhttp.memory.buffer || received.length > view.length)
      view = new Uint8Array(llhttp.memory.buffer, address, Math.max(received.length, 65_536));
    view.set(received);
    chunk = received;
    current = this;
    const result = llhttp.llhttp_execute(this.#parser, address, received.length);
    if (result === ERROR.OK) return;
    if (result === ERROR.PAUSED_UPGRADE) return received.subarray(llhttp.llhttp_get_error_pos(this.#parser) - address);
    if (this.#headBytes > headLimit) throw failure('HPE_HEADER_OVERFLOW');
    throw failure(`HPE_${Object.entries(ERROR).find(([, code]) => code === result)?.[0]}`);
  }

  /** The connection has ended: so has a response of which neither a length nor chunks tell the end. */
  finish(): void {
    current = this;
    llhttp.llhttp_finish(this.#parser);
  }

  free(): void {
    llhttp.llhttp_free(this.#parser);
  }

  // --- called by llhttp; 0 goes on, -1 ends it

  begin(): number {
    this.#reason = '';
    this.#fields = [];
    this.#headBytes = 0;
    return this.#events.onResponse() ? 0 : -1;
  }

  addReason(part: string): number {
    this.#reason += part;
    return this.#count(part);
  }

  /** A name or a value comes in parts when it comes in several chunks. */
  addName(part: string): number {
    const { length } = this.#fields;
    if (length % 2 === 0) this.#fields.push(part.toLowerCase());
    else this.#fields[length - 1] += part.toLowerCase();
    return this.#count(part);
  }

  addValue(part: string): number {
    const { length } = this.#fields;
    if (length % 2 === 1) this.#fields.push(part);
    else this.#fields[length - 1] += part;
    return this.#count(part);
  }

  #count(part: string): number {
    this.#headBytes += part.length;
    return this.#headBytes > headLimit ? -1 : 0;
  }

  head(status: number, upgrade: boolean, keepAlive: boolean): number {
    const fields = this.#takeFields();
    // A body in another coding would be handed on without the field that says so.
    if (fields.some((name, at) => at % 2 === 0 && name === 'transfer-encoding' && !/^chunked$/i.test(fields[at + 1]!)))
      return after.refused;
    this.#interim = status < 200;
    if (this.#interim && !upgrade) return status === 101 ? after.refused : after.nothing;
    return this.#events.onHead(status, this.#reason, fields, keepAlive, upgrade);
  }

  body(part: Buffer): number {
    this.#events.onBody(part);
    return 0;
  }

  complete(): number {
    if (!this.#interim) this.#events.onEnd(this.#takeFields());
    return 0;
  }

  /** llhttp leaves the white space after a value (RFC 9112 section 5.1). */
  #takeFields(): string[] {
    const fields = this.#fields;
    this.#fields = [];
    for (let at = 1; at < fields.length; at += 2) {
      const value = fields[at]!;
      let end = value.length;
      while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--;
      if (end < value.length) fields[at] = value.slice(0, end);
    }
    return fields;
  }
}

import { ProblemError } from '@dormouse/http/problem-error';
import { reasonPhrase } from '@dormouse/http/reason-phrase';
import { fieldOf } from '@dormouse/http/request-fields';
import { LRUCache } from 'lru-cache';
import type { ClientRequest } from '../proxy/client-request.ts';
import type { CacheResult, ReplacedHead, ResponseCapture } from '../proxy/response-capture.ts';
import { asksForFreshness, asksForStoredOnly, isUnsafe, mayBeShared } from './sharing-rules.ts';
import {
  isUnmodified,
  matches,
  maySubstitute,
  type StorableHead,
  type StoredResponse,
  satisfies,
  storableHead,
  storedResponse,
} from './stored-response.ts';

export interface CacheFigures {
  requests: Readonly<Record<CacheResult, number>>;
  /** Answers that were purged. */
  purged: number;
  /** Answers in memory, and their size in bytes, about. */
  entries: number;
  bytes: number;
}

/** What the ingress would do with a request without a cache. */
export interface Forwarding {
  /** Target of the request as the client wrote it, in origin form. */
  asked: string;
  /** @see StoredResponse.scope */
  scope: string;
  /** Passes it on; without the client's conditions when the whole answer is wanted. */
  forward(whole: boolean): void;
  /** Sends the same request once more, whole, without a client. */
  refresh(capture: ResponseCapture): void;
}

const keyOf = (host: string, target: string) => `${host} ${target}`;

const maxEntries = 10_000;
/** Answers of one address that differ by what `Vary` names. */
const maxVariants = 8;
/** For so long nobody waits for an answer of an address whose last one was not for everybody, ms. */
const unsharedMs = 60_000;
const errors: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** A shared cache in memory (RFC 9111) between clients and functions, which is told what to forget by tags. */
export class SharedCache {
  readonly #stored: LRUCache<string, StoredResponse[]>;
  readonly #unshared = new LRUCache<string, true>({ max: maxEntries, ttl: unsharedMs });
  readonly #flights = new Map<string, Fill>();
  readonly #fills = new Set<Fill>();
  readonly #requests = { hit: 0, stale: 0, collapsed: 0, miss: 0, bypass: 0 };
  #purged = 0;
  #begun = 0;
  /** Longest body that is kept. */
  readonly maxBody: number;

  /** @param maxBytes of all answers together */
  constructor(maxBytes: number) {
    this.maxBody = Math.min(Math.floor(maxBytes / 16), 2 ** 20);
    this.#stored = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: (variants) => variants.reduce((sum, { bytes }) => sum + bytes, 1),
    });
  }

  get figures(): CacheFigures {
    const { size: entries, calculatedSize: bytes } = this.#stored;
    return { requests: { ...this.#requests }, purged: this.#purged, entries, bytes };
  }

  /** Answers from memory, or has the request passed on and keeps the answer if that is allowed. @throws ProblemError 504 for `only-if-cached` */
  serve(request: ClientRequest, forwarding: Forwarding): void {
    const key = keyOf(request.host, forwarding.asked);
    if (!mayBeShared(request)) {
      if (isUnsafe(request.method))
        request.capture = new Invalidation(request.host, forwarding.asked, (gone) => this.#invalidate(gone));
      this.#pass(request, forwarding, 'bypass');
      return;
    }
    const { found, state, stale } = this.#find(key, forwarding.scope, request);
    if (found && state) {
      this.#reply(request, found, state === 'fresh' ? 'hit' : 'stale');
      if (state === 'stale') this.#refresh(key, request, forwarding);
      return;
    }
    if (asksForStoredOnly(request)) throw new ProblemError(504, 'timeout', 'No stored answer satisfies the request.');
    if (request.method === 'HEAD') this.#pass(request, forwarding, 'miss');
    else this.#join(key, request, forwarding, stale);
  }

  /** Waits for the answer that another request has asked for, or asks for it. */
  #join(key: string, request: ClientRequest, forwarding: Forwarding, stale: StoredResponse | undefined): void {
    const flight = this.#flightOf(key, request, forwarding);
    const running = this.#flights.get(flight);
    const isShared = !this.#unshared.has(flight);
    if (running && isShared && !asksForFreshness(request)) {
      running.wait(request, forwarding);
      return;
    }
    const fill = new Fill(this, { key, flight, request, scope: forwarding.scope, stale });
    request.capture = fill;
    this.#start(fill);
    this.#note(request, 'miss', stale ? 'fwd=stale' : 'fwd=uri-miss');
    // What is not for everybody keeps its conditions: the function's 304 is cheaper.
    forwarding.forward(isShared);
  }

  /** Forgets answers that have one of the tags, and those that are being fetched; `all` is everything. @returns how many */
  purge(tags: Iterable<string>): number {
    const gone = new Set(tags);
    for (const fill of this.#fills) fill.outdate();
    this.#flights.clear();
    let count = 0;
    for (const [key, variants] of [...this.#stored.entries()]) {
      const left = gone.has('all') ? [] : variants.filter((each) => !each.tags.some((tag) => gone.has(tag)));
      count += variants.length - left.length;
      if (left.length < variants.length) this.#put(key, left);
    }
    this.#purged += count;
    return count;
  }

  /** Counts a request that is over. */
  count(result: CacheResult): void {
    this.#requests[result]++;
  }

  /** Forgets everything: routes or functions are others. */
  clear(): void {
    this.purge(['all']);
    this.#unshared.clear();
  }

  // --- called by its fills

  /** Number of a request that is sent now. */
  begin(): number {
    return ++this.#begun;
  }

  /** Keeps an answer in place of what would satisfy the same requests. */
  keep(key: string, stored: StoredResponse, request: ClientRequest): void {
    const known = this.#stored.peek(key) ?? [];
    const same = known.filter((each) => each.scope === stored.scope && matches(each, request));
    // A request that was sent later may have been answered first.
    if (same.some(({ begun }) => begun > stored.begun)) return;
    this.#put(key, [stored, ...known.filter((each) => !same.includes(each))].slice(0, maxVariants));
  }

  ended(fill: Fill, flight: string): void {
    this.#fills.delete(fill);
    if (this.#flights.get(flight) === fill) this.#flights.delete(flight);
  }

  markUnshared(flight: string): void {
    this.#unshared.set(flight, true);
  }

  /** Answers one who waited, or passes the request on. */
  release(request: ClientRequest, forwarding: Forwarding, stored: StoredResponse | undefined): void {
    if (request.finished) return;
    if (stored && satisfies(stored, request)) this.#reply(request, stored, 'collapsed');
    else request.delay(0, () => this.#pass(request, forwarding, 'miss'));
  }

  /** Begins anew with one who waited for somebody who is gone. */
  again(request: ClientRequest, forwarding: Forwarding): void {
    request.delay(0, () => this.serve(request, forwarding));
  }

  /** In place of the error that a function gave. */
  substitute(request: ClientRequest, stored: StoredResponse): void {
    this.#reply(request, stored, 'stale');
  }

  // ---

  #find(key: string, scope: string, request: ClientRequest) {
    let stale: StoredResponse | undefined;
    for (const found of this.#stored.get(key) ?? []) {
      if (found.scope !== scope) continue;
      const state = satisfies(found, request);
      if (state) return { found, state, stale: undefined };
      if (maySubstitute(found, request)) stale ??= found;
    }
    return { found: undefined, state: undefined, stale };
  }

  #flightOf(key: string, request: ClientRequest, { scope }: Forwarding): string {
    return `${key} ${scope} ${request.field('accept-encoding') ?? ''}`;
  }

  #start(fill: Fill): void {
    this.#fills.add(fill);
    this.#flights.set(fill.flight, fill);
  }

  #refresh(key: string, request: ClientRequest, forwarding: Forwarding): void {
    const flight = this.#flightOf(key, request, forwarding);
    if (this.#flights.has(flight)) return;
    const fill = new Fill(this, { key, flight, request, scope: forwarding.scope, stale: undefined });
    this.#start(fill);
    forwarding.refresh(fill);
  }

  #invalidate(key: string): void {
    this.#stored.delete(key);
    for (const fill of this.#fills) if (fill.key === key) fill.outdate();
    for (const [flight, fill] of this.#flights) if (fill.key === key) this.#flights.delete(flight);
  }

  #put(key: string, variants: StoredResponse[]): void {
    if (variants.length === 0) this.#stored.delete(key);
    else this.#stored.set(key, variants);
  }

  #pass(request: ClientRequest, { forward }: Forwarding, result: 'miss' | 'bypass'): void {
    this.#note(request, result, result === 'bypass' ? 'fwd=bypass' : 'fwd=uri-miss');
    forward(false);
  }

  #reply(request: ClientRequest, stored: StoredResponse, result: 'hit' | 'stale' | 'collapsed'): void {
    const { policy, status, fields, unmodifiedFields, body } = stored;
    const age = Math.max(0, Math.floor(policy.age()));
    const isGone = isUnmodified(stored, request);
    this.#note(
      request,
      result,
      result === 'collapsed' ? 'fwd=uri-miss; collapsed' : `hit; ttl=${Math.floor(policy.maxAge()) - age}`,
    );
    request.replyStored(isGone ? 304 : status, [...(isGone ? unmodifiedFields : fields), 'age', String(age)], body);
  }

  /** `Cache-Status` (RFC 9211). */
  #note(request: ClientRequest, result: CacheResult, status: string): void {
    request.cacheResult = result;
    request.cacheStatus = `dormouse; ${status}`;
  }
}

interface FillOptions {
  key: string;
  flight: string;
  request: ClientRequest;
  scope: string;
  /** What stands for an error. */
  stale: StoredResponse | undefined;
}

/** Keeps the answer to one request while it comes, and gives it to all that wait for it. */
class Fill implements ResponseCapture {
  readonly key: string;
  readonly flight: string;
  readonly #cache: SharedCache;
  readonly #request: ClientRequest;
  readonly #scope: string;
  readonly #stale: StoredResponse | undefined;
  readonly #begun: number;
  #waiting: { request: ClientRequest; forwarding: Forwarding }[] = [];
  #head: StorableHead | undefined;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isOutdated = false;
  #isOver = false;

  constructor(cache: SharedCache, { key, flight, request, scope, stale }: FillOptions) {
    this.#cache = cache;
    this.#begun = cache.begin();
    this.key = key;
    this.flight = flight;
    this.#request = request;
    this.#scope = scope;
    this.#stale = stale;
  }

  wait(request: ClientRequest, forwarding: Forwarding): void {
    this.#waiting.push({ request, forwarding });
  }

  /** Something was purged since it was begun: it may show what was before. */
  outdate(): void {
    this.#isOutdated = true;
  }

  head(status: number, fields: readonly string[]): ReplacedHead | 'answered' | undefined {
    if (errors.has(status)) return this.rejected(status) ? 'answered' : undefined;
    this.#head = storableHead(this.#request, this.#scope, status, fields);
    if (!this.#head) {
      this.#cache.markUnshared(this.flight);
      this.#settle(undefined);
      return undefined;
    }
    this.#request.cacheStatus += '; stored';
    if (!isUnmodified(this.#head, this.#request)) return undefined;
    return { status: 304, reason: reasonPhrase(304), fields: [...this.#head.unmodifiedFields] };
  }

  body(bytes: Buffer): void {
    if (!this.#head) return;
    this.#bytes += bytes.length;
    this.#parts.push(bytes);
    if (this.#bytes <= this.#cache.maxBody) return;
    this.#cache.markUnshared(this.flight);
    this.#giveUp();
  }

  /** Nobody waits for a slow client, and no memory. */
  held(): void {
    this.#giveUp();
  }

  #giveUp(): void {
    this.#head = undefined;
    this.#parts = [];
    this.#settle(undefined);
  }

  end(trailers: readonly string[]): void {
    if (!this.#head || trailers.length > 0) {
      this.#settle(undefined);
      return;
    }
    const stored = storedResponse(this.#head, { body: Buffer.concat(this.#parts), begun: this.#begun });
    if (!this.#isOutdated) this.#cache.keep(this.key, stored, this.#request);
    this.#settle(stored);
  }

  aborted(byClient: boolean): void {
    if (this.#isOver) return;
    if (!byClient) this.#giveUp();
    else for (const { request, forwarding } of this.#over()) this.#cache.again(request, forwarding);
  }

  rejected(status: number): boolean {
    if (this.#isOver) return false;
    const stale = errors.has(status) && !this.#isOutdated ? this.#stale : undefined;
    for (const { request, forwarding } of this.#over())
      if (stale && !request.finished && maySubstitute(stale, request)) this.#cache.substitute(request, stale);
      else this.#cache.release(request, forwarding, undefined);
    if (stale) this.#cache.substitute(this.#request, stale);
    return stale !== undefined;
  }

  #settle(stored: StoredResponse | undefined): void {
    for (const { request, forwarding } of this.#over()) this.#cache.release(request, forwarding, stored);
  }

  #over() {
    this.#isOver = true;
    this.#cache.ended(this, this.flight);
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}

/** What a success of an unsafe method makes invalid: its address, and those that it names on the same host (RFC 9111 section 4.4). */
class Invalidation implements ResponseCapture {
  readonly #host: string;
  readonly #asked: string;
  readonly #invalidate: (key: string) => void;

  constructor(host: string, asked: string, invalidate: (key: string) => void) {
    this.#host = host;
    this.#asked = asked;
    this.#invalidate = invalidate;
  }

  head(status: number, fields: readonly string[]): undefined {
    if (status < 200 || status >= 400) return;
    this.#invalidate(keyOf(this.#host, this.#asked));
    const base = `http://${this.#host}${this.#asked}`;
    for (const name of ['location', 'content-location']) {
      const named = URL.parse(fieldOf(fields, name) ?? '', base);
      if (named?.host === URL.parse(base)?.host) this.#invalidate(keyOf(this.#host, named!.pathname + named!.search));
    }
  }

  body(): void {}

  held(): void {}

  end(): void {}

  aborted(): void {}

  rejected(): boolean {
    return false;
  }
}

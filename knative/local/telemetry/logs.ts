import { Senders } from './senders.ts';

export interface LogLine {
  timeMs: number;
  service: string;
  instance: string;
  level: string;
  message: string;
  traceId?: string;
  spanId?: string;
  fields?: Record<string, unknown>;
}

export interface LogQuery {
  trace?: string;
  service?: string;
  level?: string;
  /** Part of the message, case-insensitive. */
  text?: string;
  /** Default: 200. */
  limit?: number;
}

interface Kept {
  /** None any more once it has made room. */
  line: LogLine | undefined;
  bytes: number;
  sender: string;
  /** The next line of the same sender. */
  next: Kept | undefined;
}

/** The newest log lines within a budget of bytes; a service that holds more than half of it makes room by its own oldest. */
export class LogStore {
  #kept: Kept[] = [];
  #first = 0;
  /** How many of `#kept` have made room. */
  #gone = 0;
  #bytes = 0;
  readonly #senders = new Senders();
  /** Of each sender its oldest line and its newest. */
  readonly #ends = new Map<string, { oldest: Kept; newest: Kept }>();
  readonly #budget: number;
  readonly #evicted: (sender: string) => void;

  /** @param evicted is told whose line gave way to another of the same sender */
  constructor(budgetBytes = 6 * 1024 * 1024, evicted: (sender: string) => void = () => {}) {
    this.#budget = budgetBytes;
    this.#evicted = evicted;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(line: LogLine): void {
    const kept: Kept = {
      line,
      bytes: sizeOf(line),
      sender: this.#senders.nameOf(line.service),
      next: undefined,
    };
    this.#kept.push(kept);
    const ends = this.#ends.get(kept.sender);
    if (ends) ends.newest = ends.newest.next = kept;
    else this.#ends.set(kept.sender, { oldest: kept, newest: kept });
    this.#bytes += kept.bytes;
    this.#senders.add(kept.sender, kept.bytes);
    while (this.#bytes > this.#budget && this.#evict(kept));
    if (this.#gone > 4_096 && this.#gone * 2 > this.#kept.length) this.#compact();
  }

  /** Newest last. */
  search(query: LogQuery = {}): LogLine[] {
    const found: LogLine[] = [];
    const text = query.text?.toLowerCase();
    for (let i = this.#kept.length - 1; i >= this.#first && found.length < (query.limit ?? 200); i--) {
      const line = this.#kept[i]?.line;
      if (line && fits(line, query, text)) found.push(line);
    }
    return found.reverse();
  }

  /** Drops one line, which is not the newest. */
  #evict(newest: Kept): boolean {
    const greedy = this.#senders.holding(this.#budget / 2);
    const oldest = greedy === undefined ? this.#oldest() : this.#ends.get(greedy)?.oldest;
    if (!oldest || oldest === newest) return false;
    oldest.line = undefined;
    this.#gone++;
    this.#bytes -= oldest.bytes;
    this.#senders.add(oldest.sender, -oldest.bytes);
    if (oldest.next) (this.#ends.get(oldest.sender) as { oldest: Kept }).oldest = oldest.next;
    else this.#ends.delete(oldest.sender);
    if (greedy !== undefined) this.#evicted(greedy);
    return true;
  }

  #oldest(): Kept | undefined {
    while (this.#first < this.#kept.length && !this.#kept[this.#first]?.line) this.#first++;
    return this.#kept[this.#first];
  }

  #compact(): void {
    this.#kept = this.#kept.filter(({ line }) => line);
    [this.#first, this.#gone] = [0, 0];
  }
}

const fits = (line: LogLine, query: LogQuery, text: string | undefined) =>
  (query.trace === undefined || line.traceId === query.trace) &&
  (query.service === undefined || line.service === query.service) &&
  (query.level === undefined || line.level === query.level) &&
  (text === undefined || line.message.toLowerCase().includes(text));

const maxMessageCharacters = 16 * 1024;

/** Approximate memory of a line in V8, bytes. */
function sizeOf(line: LogLine): number {
  if (line.message.length > maxMessageCharacters)
    line.message = `${line.message.slice(0, maxMessageCharacters)}… (cut)`;
  let bytes = 200 + line.message.length;
  for (const name in line.fields) bytes += 64 + name.length + String(line.fields[name]).length;
  return bytes;
}

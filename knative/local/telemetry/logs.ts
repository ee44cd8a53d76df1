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

/** The newest log lines within a budget of bytes. */
export class LogStore {
  #lines: (LogLine | undefined)[] = [];
  #sizes: number[] = [];
  #first = 0;
  #bytes = 0;
  #budget: number;

  constructor(budgetBytes = 6 * 1024 * 1024) {
    this.#budget = budgetBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(line: LogLine): void {
    const size = sizeOf(line);
    this.#lines.push(line);
    this.#sizes.push(size);
    this.#bytes += size;
    while (this.#bytes > this.#budget && this.#first < this.#lines.length - 1) this.#dropOldest();
    if (this.#first > 4_096 && this.#first * 2 > this.#lines.length) this.#compact();
  }

  /** Newest last. */
  search(query: LogQuery = {}): LogLine[] {
    const found: LogLine[] = [];
    const text = query.text?.toLowerCase();
    for (let i = this.#lines.length - 1; i >= this.#first && found.length < (query.limit ?? 200); i--) {
      const line = this.#lines[i];
      if (line && fits(line, query, text)) found.push(line);
    }
    return found.reverse();
  }

  #dropOldest(): void {
    this.#bytes -= this.#sizes[this.#first] ?? 0;
    this.#lines[this.#first++] = undefined;
  }

  #compact(): void {
    this.#lines = this.#lines.slice(this.#first);
    this.#sizes = this.#sizes.slice(this.#first);
    this.#first = 0;
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

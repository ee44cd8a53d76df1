/** More senders than this are one: whoever makes names up gains nothing by it. */
const maxSenders = 100;
const others = 'others';

/** What each sender of telemetry holds of a store's budget. A sender is a service's name, as it says itself. */
export class Senders {
  readonly #bytes = new Map<string, number>();

  /** The name that a sender is known by here. */
  nameOf(service: string): string {
    return this.#bytes.has(service) || this.#bytes.size < maxSenders ? service : others;
  }

  add(name: string, bytes: number): void {
    const left = (this.#bytes.get(name) ?? 0) + bytes;
    if (left > 0) this.#bytes.set(name, left);
    else this.#bytes.delete(name);
  }

  /** Who holds more than `bytes`; asked for half of a budget, there is one at most. */
  holding(bytes: number): string | undefined {
    for (const [name, held] of this.#bytes) if (held > bytes) return name;
    return undefined;
  }
}

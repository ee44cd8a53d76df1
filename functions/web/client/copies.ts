import type { Kept } from './draft.ts';
import { blank } from './fields.ts';

/** What was typed in one tab and is not saved. */
export interface Copy extends Kept {
  tab: string;
  /** Milliseconds since 1970. */
  time: number;
}

/** As the browser's localStorage, which several tabs share. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Copies are kept for so many days. */
export const copyDays = 30;
const maxAge = copyDays * 86_400_000;

const anybodys = 'dormouse copy ';

/** Copies of what one account types in this browser, by post and tab. */
export class Copies {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #mark: (isAny: boolean) => void;

  /** @param mark notes whether there are copies, of whatever account */
  constructor(store: Store, account: string, mark: (isAny: boolean) => void = () => {}) {
    this.#store = store;
    this.#prefix = `${anybodys}${account} `;
    this.#mark = mark;
  }

  #key = (id: number, tab: string): string => `${this.#prefix}${id} ${tab}`;

  /** @returns false when the browser keeps nothing, as in private windows or when its store is full */
  put(copy: Copy): boolean {
    try {
      this.#store.setItem(this.#key(copy.base.id, copy.tab), JSON.stringify(copy));
      this.#mark(true);
      return true;
    } catch {
      return false;
    }
  }

  remove(id: number, tab: string): void {
    try {
      this.#store.removeItem(this.#key(id, tab));
      this.#mark(keysOf(this.#store).length > 0);
    } catch {
      // It holds nothing then.
    }
  }

  /** Gives a copy to another tab, so that what is typed in its own takes nothing away. */
  move(copy: Copy, tab: string): Copy {
    const moved = { ...copy, tab };
    // The store may have no room for both.
    this.remove(copy.base.id, copy.tab);
    this.put(moved);
    return moved;
  }

  /** Those of a post, the newest first; 0 is a post that was never saved. */
  of(id: number, now: number): Copy[] {
    return this.#all(now)
      .filter(({ base }) => base.id === id)
      .sort((a, b) => b.time - a.time);
  }

  /** Those of all its posts, the newest first. */
  all(now: number): Copy[] {
    return this.#all(now).sort((a, b) => b.time - a.time);
  }

  #all(now: number): Copy[] {
    const copies: Copy[] = [];
    try {
      for (const key of keysOf(this.#store).filter((each) => each.startsWith(this.#prefix))) {
        const copy = read(this.#store.getItem(key));
        if (copy && now - copy.time < maxAge) copies.push(copy);
        else this.#store.removeItem(key);
      }
    } catch {
      // As above.
    }
    return copies;
  }
}

/** Takes the copies of every account out of this browser. */
export function removeAll(store: Store): void {
  for (const key of keysOf(store)) store.removeItem(key);
}

/** How many copies there are, of every account. */
export const countAll = (store: Store): number => keysOf(store).length;

const keysOf = (store: Store): string[] =>
  Array.from({ length: store.length }, (_, n) => store.key(n) ?? '').filter((key) => key.startsWith(anybodys));

function read(text: string | null): Copy | undefined {
  try {
    const copy = JSON.parse(text ?? '') as Copy;
    const { base, fields } = copy;
    // An earlier editor had fewer fields.
    for (const each of [copy, base, copy.pending]) if (each) each.fields = { ...blank, ...each.fields };
    return typeof base.id === 'number' && typeof base.fields.content === 'string' && typeof fields.content === 'string'
      ? copy
      : undefined;
  } catch {
    return undefined;
  }
}

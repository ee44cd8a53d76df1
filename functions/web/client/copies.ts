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

/** Copies of what one account types in this browser, by post and tab. */
export class Copies {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, account: string) {
    this.#store = store;
    this.#prefix = `dormouse copy ${account} `;
  }

  #key = (id: number, tab: string): string => `${this.#prefix}${id} ${tab}`;

  /** @returns false when the browser keeps nothing, as in private windows or when its store is full */
  put(copy: Copy): boolean {
    try {
      this.#store.setItem(this.#key(copy.base.id, copy.tab), JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  }

  remove(id: number, tab: string): void {
    try {
      this.#store.removeItem(this.#key(id, tab));
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

  #all(now: number): Copy[] {
    const copies: Copy[] = [];
    try {
      const keys = Array.from({ length: this.#store.length }, (_, n) => this.#store.key(n) ?? '');
      for (const key of keys.filter((each) => each.startsWith(this.#prefix))) {
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

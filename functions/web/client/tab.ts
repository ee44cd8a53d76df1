/** This tab, as other tabs of the browser know it. */
export interface Tab {
  /** The same after a reload. */
  id: string;
  /** Ids of the tabs that are open, as far as the browser tells. */
  open(): Promise<ReadonlySet<string>>;
}

const name = 'dormouse tab ';
const maxWaitMs = 400;

/** A tab that was duplicated has the id of the other one: whoever holds the lock of an id keeps it. */
export async function openTab(): Promise<Tab> {
  const known = remembered();
  const id = known && (await isOurs(known)) ? known : newTabId();
  if (id !== known) {
    remember(id);
    await isOurs(id);
  }
  return {
    id,
    async open() {
      const held = (await navigator.locks?.query())?.held ?? [];
      return new Set(held.map((lock) => lock.name?.slice(name.length) ?? ''));
    },
  };
}

export const newTabId = (): string => crypto.getRandomValues(new Uint32Array(2)).join('-');

/** Takes the lock for as long as the page lives. Where there are no locks, as without https, nobody else is known. */
function isOurs(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  navigator.locks
    .request(name + id, { signal: AbortSignal.timeout(maxWaitMs) }, () => {
      resolve(true);
      return new Promise(() => {});
    })
    .catch(() => resolve(false));
  return promise;
}

function remembered(): string | undefined {
  try {
    return sessionStorage.getItem('dormouse tab') ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(id: string): void {
  try {
    sessionStorage.setItem('dormouse tab', id);
  } catch {
    // The next page of this tab is another tab, then.
  }
}

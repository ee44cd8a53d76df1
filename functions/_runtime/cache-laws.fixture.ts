import { hash } from 'node:crypto';

/** Values of a request header that an answer may depend on; undefined for a request without it. */
export type Axes = Readonly<Record<string, readonly (string | undefined)[]>>;

/** Headers that say who asks. */
const personal = new Set(['cookie', 'authorization']);

interface Asked {
  headers: Record<string, string>;
  answer: Response;
  /** Status, headers and bytes, as far as a reader can tell answers apart. */
  shown: string;
}

/**
 * What answers to GET `address` say wrongly to caches (RFC 9111), for every combination of the axes' values:
 * every answer has a Cache-Control; one that a cache may keep names in Vary what it depends on; one that depends on who asks, or
 * sets a cookie, is for no shared cache; no coding is sent that was not asked for.
 */
export async function cacheFaults(
  ask: (address: string, headers: Record<string, string>) => Response | Promise<Response>,
  address: string,
  axes: Axes,
): Promise<string[]> {
  const faults = new Set<string>();
  const asked: Asked[] = [];
  for (const headers of combinations(axes)) {
    const answer = await ask(address, headers);
    asked.push({ headers, answer, shown: await shownOf(answer) });
    const fault = (text: string) => faults.add(`${address} ${JSON.stringify(headers)}: ${text}`);
    if (!answer.headers.has('cache-control')) fault('no Cache-Control');
    if (answer.headers.has('set-cookie') && isShared(answer)) fault('a shared cache may keep its Set-Cookie');
    const coding = answer.headers.get('content-encoding');
    if (coding && !accepted(headers['accept-encoding']).includes(coding)) fault('a coding that was not asked for');
    if (coding && answer.headers.get('content-length') === null) fault('a compressed answer without its length');
  }
  for (const name of Object.keys(axes))
    for (const one of asked)
      for (const other of asked) {
        if (one.shown === other.shown || !differOnlyIn(axes, name, one, other)) continue;
        const fault = (text: string) => faults.add(`${address} ${JSON.stringify(one.headers)}: ${text}`);
        if (isStorable(one.answer) && !varyOf(one.answer).includes(name)) fault(`depends on ${name} without Vary`);
        if (personal.has(name) && other.headers[name] === undefined && isShared(one.answer))
          fault(`depends on ${name}, and a shared cache may keep it`);
      }
  return [...faults];
}

function combinations(axes: Axes): Record<string, string>[] {
  return Object.entries(axes).reduce<Record<string, string>[]>(
    (all, [name, values]) =>
      all.flatMap((headers) => values.map((value) => (value === undefined ? headers : { ...headers, [name]: value }))),
    [{}],
  );
}

/** Codings that a client takes. */
const accepted = (header = ''): string[] =>
  header
    .split(', ')
    .filter((each) => !/;q=0$/.test(each))
    .map((each) => each.replace(/;.*/, ''));

const isStorable = ({ headers }: Response): boolean => !/no-store/.test(headers.get('cache-control') ?? '');
const isShared = (answer: Response): boolean =>
  isStorable(answer) && !/private/.test(answer.headers.get('cache-control') ?? '');
const varyOf = ({ headers }: Response): string[] => (headers.get('vary') ?? '').toLowerCase().split(/\s*,\s*/);

const differOnlyIn = (axes: Axes, name: string, one: Asked, other: Asked): boolean =>
  Object.keys(axes).every((each) => (each === name) !== (one.headers[each] === other.headers[each]));

async function shownOf(answer: Response): Promise<string> {
  const { headers, status } = answer;
  const told = ['content-type', 'content-encoding', 'location', 'etag', 'set-cookie'].map((name) => headers.get(name));
  return JSON.stringify([status, ...told, hash('sha256', new Uint8Array(await answer.clone().arrayBuffer()))]);
}

/** Header fields that are not forwarded: lower-case names, with a table of their initials so that most lines cost one look-up. */
export interface Dropped {
  names: ReadonlySet<string>;
  firsts: Uint8Array;
}

export function dropped(...lists: readonly Iterable<string>[]): Dropped {
  const names = new Set(lists.flatMap((list) => [...list].map((name) => name.toLowerCase())));
  const firsts = new Uint8Array(256);
  for (const name of names) firsts[name.charCodeAt(0) | 32] = 1;
  return { names, firsts };
}

/**
 * The field lines of a head that pass, each with its CRLF.
 * @param text a head without its empty line
 * @param from where its fields begin
 * @param hop further names that do not pass (those in `Connection`)
 */
export function keptFields(
  text: string,
  from: number,
  { names, firsts }: Dropped,
  hop: readonly string[] = [],
): string {
  let kept = '';
  let start = from;
  for (let at = from, next = 0; at < text.length; at = next) {
    next = text.indexOf('\r\n', at) + 2;
    if (firsts[text.charCodeAt(at) | 32] === 0 && hop.length === 0) continue;
    const name = text.slice(at, text.indexOf(':', at)).toLowerCase();
    if (!names.has(name) && !hop.includes(name)) continue;
    if (at > start) kept += text.slice(start, at);
    start = next;
  }
  return start === from ? text.slice(from) : kept + text.slice(start);
}

import { fail } from './errors.ts';

const maxDepth = 32;

/**
 * JSON.parse for bodies of strangers: 400 also for a key given twice, for `__proto__`, and for nesting deeper than 32.
 * JSON.parse alone would keep the last of two keys, so that two readers could see two different documents (RFC 8259, section 4).
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('malformed', 'The body is not JSON.');
  }
  if (typeof value === 'object' && value !== null) inspect(text);
  return value;
}

/** Walks over text that is known to be JSON, looking at keys and depth only. */
function inspect(text: string): void {
  /** One entry per open bracket: the keys seen in an object, null in an array. */
  const open: (Set<string> | null)[] = [];
  let atKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = closingQuote(text, i + 1);
        if (atKey) noteKey(open[open.length - 1] as Set<string>, text.slice(i + 1, end));
        atKey = false;
        i = end;
        break;
      }
      case 0x7b:
        open.push(new Set());
        atKey = true;
        break;
      case 0x5b:
        open.push(null);
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        atKey = false;
        break;
      case 0x2c:
        atKey = open[open.length - 1] !== null;
    }
    if (open.length > maxDepth) fail('malformed', `The body is nested deeper than ${maxDepth}.`);
  }
}

function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function noteKey(seen: Set<string>, raw: string): void {
  const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  if (key === '__proto__') fail('malformed', 'The body has a field that is not allowed.');
  if (seen.has(key)) fail('malformed', 'The body has the same field twice.');
  seen.add(key);
}

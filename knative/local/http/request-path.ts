import { ProblemError } from './problem-error.ts';

/** Matches a path that needs normalisation: percent, backslash, fragment, dot segment, non-printable byte. */
const unusual = /[%\\#]|\/\.|[^\x21-\x7e]/;
const unreserved = /[A-Za-z0-9\-._~]/;
const malformed = (detail: string) => new ProblemError(400, 'malformed', detail);

/**
 * Normalises the path once for routing and function, so that both see the same: as Istio does by default (`BASE`; RFC 3986
 * section 6.2.2: unreserved characters decoded, dot segments resolved, backslashes become slashes). Empty segments and
 * `%2F` stay: a VirtualService may refuse them. Rejects malformed percent encoding: receivers interpret it differently.
 *
 * @param path of the request target, without the query
 * @throws ProblemError 400
 */
export function normalizePath(path: string): string {
  if (!unusual.test(path)) return path;
  if (path.includes('#')) throw malformed('A request target has no fragment.');
  const decoded = path.replace(/%(..?)?|[^\x21-\x7e]/g, (found, digits: string | undefined) =>
    found[0] === '%' ? decodeByte(digits) : escapeByte(found),
  );
  return resolveDots(decoded.replaceAll('\\', '/'));
}

function decodeByte(digits: string | undefined): string {
  if (digits === undefined || !/^[0-9A-Fa-f]{2}$/.test(digits))
    throw malformed('The path has a malformed percent encoding.');
  const character = String.fromCharCode(Number.parseInt(digits, 16));
  return unreserved.test(character) ? character : `%${digits.toUpperCase()}`;
}

const escapeByte = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** RFC 3986 section 5.2.4. */
function resolveDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  if (/^\.{1,2}$/.test(segments.at(-1)!)) kept.push('');
  return `/${kept.join('/')}`;
}

import { ProblemError } from './problem-error.ts';

/** Nothing to do: no percent, no backslash, no empty or dot segment, nothing outside of printable ASCII. */
const unusual = /[%\\#]|\/[./]|[^\x21-\x7e]/;
const unreserved = /[A-Za-z0-9\-._~]/;
const malformed = (detail: string) => new ProblemError(400, 'malformed', detail);

/**
 * The path that both routing and the function see, so that they never disagree: like Istio's path normalisation
 * (RFC 3986 section 6.2.2: unreserved characters decoded, dot segments resolved; backslashes become slashes, slashes are
 * merged). An encoded slash or backslash and broken percent encoding are refused, because receivers differ about them.
 *
 * @param path of the request target, without the query
 * @throws Refusal 400
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
  if (character === '/' || character === '\\') throw malformed('The path has an encoded slash.');
  return unreserved.test(character) ? character : `%${digits.toUpperCase()}`;
}

const escapeByte = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

function resolveDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  const last = segments.at(-1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const folder = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${folder && kept.length > 0 ? '/' : ''}`;
}

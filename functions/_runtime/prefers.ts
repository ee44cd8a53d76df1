import { parseAccept } from 'hono/utils/accept';

/**
 * Whether a client that sends this Accept-Encoding (RFC 9110, 12.5.3) likes a coding at least as much as none.
 * hono/accepts reads the header from a whole Headers, which would be made for every page that is read.
 */
export function prefers(coding: 'br' | 'gzip', acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding) return false;
  const accepted = parseAccept(acceptEncoding.toLowerCase());
  const qualityOf = (name: string) => accepted.find(({ type }) => type === name)?.q;
  const quality = qualityOf(coding) ?? qualityOf('*') ?? 0;
  return quality > 0 && quality >= (qualityOf('identity') ?? 0);
}

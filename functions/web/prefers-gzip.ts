import { parseAccept } from 'hono/utils/accept';

/**
 * Whether a client that sends this Accept-Encoding (RFC 9110, 12.5.3) likes gzip at least as much as no coding.
 * hono/accepts reads the header from a whole Headers, which would be made for every page that is read.
 */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding) return false;
  const accepted = parseAccept(acceptEncoding.toLowerCase());
  const qualityOf = (coding: string) => accepted.find(({ type }) => type === coding)?.q;
  const gzip = qualityOf('gzip') ?? qualityOf('*') ?? 0;
  return gzip > 0 && gzip >= (qualityOf('identity') ?? 0);
}

/** An event as stored in an outbox and sent: data is JSON text, time RFC 3339. */
export interface StoredEvent {
  id: string;
  type: string;
  source: string;
  subject: string;
  time: string;
  data: string;
  /** Trace that the event began in; an extension attribute, never changed on the way. */
  traceparent?: string | null;
  tracestate?: string | null;
  /** The producer's signature, see dsse.ts. */
  dssematerial?: string | null;
}

/** `datacontenttype` of every event that functions send. */
export const jsonData = 'application/json';

/**
 * Attributes that are URIs. All that a URI may hold may stand in a header: SDKs and Brokers neither encode nor decode it, and
 * with `%20` decoded it would be no URI.
 */
const uris = new Set(['source', 'dataschema']);

/** An attribute as a header. */
export const attributeHeader = (name: string, value: string): string => (uris.has(name) ? value : encodeHeader(value));

/** An attribute from its header; undefined when the percent-encoding does not give UTF-8. */
export const headerAttribute = (name: string, value: string): string | undefined =>
  uris.has(name) ? value : decodeHeader(value);

/** Percent-encodes a text for a header, as the CloudEvents HTTP binding 1.0.2 says: space, quote, percent, and all beyond printable ASCII. */
export const encodeHeader = (value: string): string =>
  /^[\x21\x23\x24\x26-\x7e]*$/.test(value)
    ? value
    : value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => {
        let encoded = '';
        for (const byte of Buffer.from(character, 'utf8'))
          encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        return encoded;
      });

/** Reads a text from a header; undefined when the percent-encoding does not give UTF-8. */
export function decodeHeader(value: string): string | undefined {
  const bare =
    value.length >= 2 && value.startsWith('"') && value.endsWith('"')
      ? value.slice(1, -1).replace(/\\(.)/g, '$1')
      : value;
  if (!bare.includes('%')) return bare;
  try {
    return bare.replace(/(?:%[0-9A-Fa-f]{2})+/g, decodeURIComponent);
  } catch {
    return undefined;
  }
}

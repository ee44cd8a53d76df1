import { hash } from 'node:crypto';

/** Name of the extension attribute that carries the signature. */
export const signatureAttribute = 'dssematerial';
/** Extension attribute that lists, separated by commas, which further extensions the signature covers. */
export const signedExtensionsAttribute = 'signedextattrs';
/** Version of the extension; part of what is signed. */
export const payloadType = 'https://cloudevents.io/verifiability/dsse/v0.1';

/** What a signature covers. Attributes that an event does not have are undefined. */
export interface SignableEvent {
  id: string;
  source: string;
  type: string;
  subject?: string | undefined;
  /** RFC 3339. Signed to the second, since intermediaries write fractions and zones as they like. */
  time?: string | undefined;
  datacontenttype?: string | undefined;
  dataschema?: string | undefined;
  /** As it is sent. */
  data?: string | Buffer | undefined;
}

/**
 * The digest that is signed, 32 bytes: SHA-256 over the digests of specversion 1.0's attributes, of the data, and of the names and
 * values of signed extensions.
 *
 * Source: CloudEvents, extensions/verifiability.md, "Signature".
 */
export function verificationMaterial(event: SignableEvent, extensions: readonly [string, string][] = []): Buffer {
  const parts = [
    event.id,
    event.source,
    '1.0',
    event.type,
    event.datacontenttype ?? '',
    event.dataschema ?? '',
    event.subject ?? '',
    event.time === undefined ? '' : toSecond(event.time),
    event.data ?? '',
    ...extensions.flat(),
  ];
  return sha256(Buffer.concat(parts.map(sha256)));
}

/** DSSE's pre-authentication encoding of a body of this payload type (DSSE 1.0.2, protocol.md, "Signature Definition"). */
export const preAuthenticationEncoding = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);

const sha256 = (bytes: string | Buffer): Buffer => hash('sha256', bytes, 'buffer');

const toSecond = (time: string): string => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(0, 19)}Z`;
};

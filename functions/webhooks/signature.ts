import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new secret, as Standard Webhooks writes it: 32 random bytes. */
export const newSecret = (): string => prefix + randomBytes(32).toString('base64');

export interface SignedMessage {
  /** The same each time that it is sent. */
  id: string;
  /** Of this attempt: receivers refuse what is old. */
  sentAt: Date;
  body: string;
}

/**
 * Headers of a message by Standard Webhooks 1.0.0: `v1` signatures (HMAC-SHA256) of id, time and body, one for each secret that is valid.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signedHeaders({ id, sentAt, body }: SignedMessage, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signature = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signature(secret)}`).join(' '),
  };
}

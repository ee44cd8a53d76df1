import { createHash, timingSafeEqual } from 'node:crypto';

/** Header in which the ingress proves that it, and no stranger inside of the cluster, said who the client is. */
export const proofHeader = 'x-client-proof';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares what a request says with the secret (CLIENT_PROOF), in a time that tells nothing; without a secret everybody is believed. */
export function proofOf(secret: string | undefined): (said: string | undefined) => boolean {
  if (secret === undefined) return () => true;
  const expected = digest(secret);
  return (said) => said !== undefined && timingSafeEqual(digest(said), expected);
}

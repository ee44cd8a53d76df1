import { randomBytes } from 'node:crypto';

const prepared = 10_000;

/** Says one `traceparent` after the other, made ahead; this share of them is sampled. */
export function traceparents(share: number): () => string {
  const every = Math.round(1 / share);
  const made: string[] = [];
  let next = 0;
  return () => {
    const n = next++;
    made[n % prepared] ??=
      `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${n % every === 0 ? '01' : '00'}`;
    return made[n % prepared] as string;
  };
}

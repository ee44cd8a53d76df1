import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(4096);
let offset = pool.length;

/** `bytes` random bytes as lower-case hex; drawn from a pool, because one system call per id costs more than the id. */
function hex(bytes: number): string {
  if (offset + bytes > pool.length) {
    randomFillSync(pool);
    offset = 0;
  }
  const text = pool.toString('hex', offset, offset + bytes);
  offset += bytes;
  return text;
}

const notZero = (bytes: number): string => {
  for (;;) {
    const id = hex(bytes);
    if (!/^0+$/.test(id)) return id;
  }
};

/** W3C trace id: 16 random bytes, never all zero. */
export const traceId = (): string => notZero(16);

/** W3C span id: 8 random bytes, never all zero. */
export const spanId = (): string => notZero(8);

/** UUIDv7 (RFC 9562): 48 bits of milliseconds, 74 random bits; sorts by time of making. */
export function uuidv7(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  const random = hex(10);
  const variant = ((Number.parseInt(random[3] as string, 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(8, 20)}`;
}

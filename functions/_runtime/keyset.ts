import { failField } from './errors.ts';

/** Where a page ended: the sort key of its last row. */
export type Position = readonly (string | number)[];

/** An opaque, URL-safe cursor for `Link: rel="next"`. */
export const encodeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * Reads a cursor that must have the given shape; 422 naming `field` otherwise. Texts must not contain NUL.
 * @example const [createdAt, id] = decodeCursor(after, ['string', 'number']);
 */
export function decodeCursor<const S extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: S,
  field = 'after',
): { -readonly [I in keyof S]: S[I] extends 'string' ? string : number } {
  const invalidCursor = () => failField(field, 'is not a cursor of this list');
  if (!/^[A-Za-z0-9_-]{2,512}$/.test(cursor)) invalidCursor();
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    invalidCursor();
  }
  if (!Array.isArray(position) || position.length !== shape.length) return invalidCursor();
  const fits = shape.every((type, i) => {
    const part: unknown = position[i];
    return type === 'number' ? Number.isSafeInteger(part) : typeof part === 'string' && !part.includes('\u0000');
  });
  return fits ? (position as never) : invalidCursor();
}

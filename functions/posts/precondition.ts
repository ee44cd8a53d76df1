import { fail } from '@dormouse/runtime/errors';

const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** Whether If-None-Match names the tag (RFC 9110, 13.1.2: weak comparison), so that 304 is the answer. */
export function unchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(tag)].some(([, , opaque]) => `"${opaque}"` === etag);
}

/** 412 unless If-Match is absent or names the tag (RFC 9110, 13.1.1: strong comparison). */
export function demandMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const matches = [...ifMatch.matchAll(tag)].some(([, weak, opaque]) => !weak && `"${opaque}"` === etag);
  if (!matches) fail('precondition_failed', 'The post was changed since you read it.', { headers: { etag } });
}

import type { Context } from 'hono';
import { readCookie, writeCookie } from './cookies.ts';

/** As long as comments can be changed, in seconds. */
const lifetime = 15 * 60;
const maxTokens = 5;

/** Tokens of what a guest has just written, by comment. */
export function commentTokens(c: Context): Map<number, string> {
  const entries = (readCookie(c, 'comments') ?? '').split('~').map((each) => each.split('.'));
  return new Map(
    entries
      .filter(([id, token]) => /^\d{1,15}$/.test(id ?? '') && token)
      .map(([id, token]) => [Number(id), token as string]),
  );
}

/** Remembers the token in this browser, with those of the last few comments. */
export function keepCommentToken(c: Context, id: number, token: string): void {
  const kept = [...commentTokens(c)].slice(1 - maxTokens);
  writeCookie(c, 'comments', [...kept, [id, token]].map((each) => each.join('.')).join('~'), lifetime);
}

import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';

/** The language that a browser names first, without region: `de` for `de-AT, en;q=0.5`; `en` where it names none. */
export const firstLanguage = (c: Context): string =>
  /^\s*([a-z]{2,3})\b/i.exec(header(c, 'accept-language') ?? '')?.[1]?.toLowerCase() ?? 'en';

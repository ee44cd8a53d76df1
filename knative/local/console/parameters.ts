import type { Context } from 'hono';

/** The parameters after `?`. */
export const parametersOf = (c: Context): URLSearchParams => new URL(c.req.url).searchParams;

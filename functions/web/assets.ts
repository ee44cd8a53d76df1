import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { prefers } from '@dormouse/runtime/prefers';
import { header } from '@dormouse/runtime/request';
import type { Context, Hono } from 'hono';
import { accentSheet } from './accent.ts';
import { colorSheet } from './colors.ts';
import { favicon } from './dormouse.ts';
import { foreverHeaders, safeHeaders } from './headers.ts';
import { originOf } from './origin.ts';
import { editorScript } from './script/editor-script.ts';
import { editorScriptPath } from './script-path.ts';
import { stylesheet } from './stylesheet.ts';
import { stylesheetPath } from './stylesheet-path.ts';

const css = 'text/css; charset=utf-8';
const daily = { ...safeHeaders, 'cache-control': 'public, max-age=86400' };

/** What pages are drawn with. */
export function assets(app: Hono<Env>): void {
  // A page of the release before may still ask for its own style sheet: today's is better than none, but is not to be kept under that name.
  app.get('/assets/:name{style-[0-9a-f]{12}\\.css}', (c) => {
    const headers = c.req.path === stylesheetPath() ? foreverHeaders : { ...safeHeaders, 'cache-control': 'no-store' };
    return compressed(c, stylesheet, { ...headers, 'content-type': css });
  });
  app.get('/assets/:name{editor-[0-9a-f]{12}\\.js}', (c) => {
    const headers =
      c.req.path === editorScriptPath() ? foreverHeaders : { ...safeHeaders, 'cache-control': 'no-store' };
    return compressed(c, editorScript, { ...headers, 'content-type': 'text/javascript; charset=utf-8' });
  });
  app.get('/assets/colors/:name', (c) => {
    const sheet = colorSheet(c.req.param('name')) ?? fail('not_found', 'There is no such style sheet.');
    return new Response(sheet, { headers: { ...foreverHeaders, 'content-type': css } });
  });
  app.get('/assets/accent/:name', (c) => {
    const sheet = accentSheet(c.req.param('name')) ?? fail('not_found', 'There is no such style sheet.');
    return new Response(sheet, { headers: { ...foreverHeaders, 'content-type': css } });
  });
  for (const path of ['/favicon.svg', '/favicon.ico'])
    app.get(path, () => new Response(favicon, { headers: { ...daily, 'content-type': 'image/svg+xml' } }));
  app.get('/robots.txt', (c) => {
    const lines = [
      'User-agent: *',
      'Disallow: /blog/login',
      'Disallow: /blog/signup',
      'Disallow: /blog/new',
      'Disallow: /claim',
      'Disallow: /setup',
      `Sitemap: ${originOf(c)}/sitemap.xml`,
    ];
    return new Response(`${lines.join('\n')}\n`, {
      headers: { ...safeHeaders, 'cache-control': 'public, max-age=3600', 'content-type': 'text/plain; charset=utf-8' },
    });
  });
}

const codings = {
  br: (text: string) => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (text: string) => promisify(gzip)(text, { level: 9 }),
};
const made = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** A text that is one of few, compressed once for each coding. */
async function compressed(c: Context, text: string, fields: Record<string, string>): Promise<Response> {
  const headers: Record<string, string> = { ...fields, vary: 'Accept-Encoding' };
  const accepted = header(c, 'accept-encoding');
  for (const coding of ['br', 'gzip'] as const) {
    if (!prefers(coding, accepted)) continue;
    const key = `${coding} ${text}`;
    if (!made.has(key)) made.set(key, codings[coding](text) as Promise<Uint8Array<ArrayBuffer>>);
    return new Response(await made.get(key), { headers: { ...headers, 'content-encoding': coding } });
  }
  return new Response(text, { headers });
}

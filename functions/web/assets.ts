import type { Env } from '@dormouse/runtime/app';
import { type Coding, codingFor } from '@dormouse/runtime/coding';
import { fail } from '@dormouse/runtime/errors';
import { originOf } from '@dormouse/runtime/origin';
import { header } from '@dormouse/runtime/request';
import type { Context, Hono } from 'hono';
import { accentSheet } from './accent.ts';
import { editorScriptPath, fontSheetPath, passkeyScriptPath, stylesheetPath } from './assets/addresses.ts';
import { colorSheet } from './colors.ts';
import { favicon } from './dormouse.ts';
import { foreverHeaders, safeHeaders } from './headers.ts';

const css = 'text/css; charset=utf-8';
const daily = { ...safeHeaders, 'cache-control': 'public, max-age=86400' };

/** What pages are drawn with. */
export function assets(app: Hono<Env>): void {
  // A page of the release before may still ask for its own style sheet: today's is better than none, but is not to be kept under that name.
  const headersOf = (c: Context, path: string, type: string) => ({
    ...(c.req.path === path ? foreverHeaders : { ...safeHeaders, 'cache-control': 'no-store' }),
    'content-type': type,
  });
  app.get('/assets/:name{style-[0-9a-f]{12}\\.css}', async (c) =>
    precompressed(c, await import('./assets/style.ts'), headersOf(c, stylesheetPath, css)),
  );
  app.get('/assets/:name{editor-[0-9a-f]{12}\\.js}', async (c) => {
    const headers = headersOf(c, editorScriptPath, 'text/javascript; charset=utf-8');
    return precompressed(c, await import('./assets/editor.ts'), headers);
  });
  app.get('/assets/:name{passkey-[0-9a-f]{12}\\.js}', async (c) => {
    const headers = headersOf(c, passkeyScriptPath, 'text/javascript; charset=utf-8');
    return precompressed(c, await import('./assets/passkey.ts'), headers);
  });
  app.get('/assets/:name{fonts-[0-9a-f]{12}\\.css}', async (c) =>
    precompressed(c, await import('./assets/fonts.ts'), headersOf(c, fontSheetPath, css)),
  );
  app.get('/assets/:name{font-[a-z-]+-[0-9a-f]{12}\\.woff2}', async (c) => {
    const { files } = await import('./assets/fonts.ts');
    const load = files[c.req.path] ?? fail('not_found', 'There is no such font.');
    const bytes = Buffer.from((await load()).woff2, 'base64');
    return new Response(bytes, { headers: { ...foreverHeaders, 'content-type': 'font/woff2' } });
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
      'Disallow: /blog/comment-mails',
      'Disallow: /blog/login-link',
      'Disallow: /blog/newsletter',
      'Disallow: /blog/password-reset',
      'Disallow: /blog/verify-email',
      'Disallow: /claim',
      'Disallow: /setup',
      // Nobody's pages, and each costs a search.
      'Disallow: /search',
      'Disallow: /blog/search',
      'Disallow: /blog/appearance',
      `Sitemap: ${originOf(c)}/sitemap.xml`,
    ];
    return new Response(`${lines.join('\n')}\n`, {
      headers: { ...safeHeaders, 'cache-control': 'public, max-age=3600', 'content-type': 'text/plain; charset=utf-8' },
    });
  });
}

/** A text as `npm run generate` wrote it: compressed, then base64. */
interface Precompressed {
  readonly br: string;
  readonly zstd: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** In the order of what they leave. */
const offered = ['br', 'zstd', 'gzip'] as const satisfies readonly Coding[];
const identity = 'identity';
const made = new WeakMap<Precompressed, Map<Coding | typeof identity, Promise<Bytes>>>();

async function precompressed(c: Context, text: Precompressed, fields: Record<string, string>): Promise<Response> {
  const coding = codingFor(header(c, 'accept-encoding'), offered);
  const bytes = await bytesOf(text, coding ?? identity);
  const headers = {
    ...fields,
    vary: 'Accept-Encoding',
    ...(coding && { 'content-encoding': coding }),
    'content-length': String(bytes.length),
  };
  return new Response(bytes, { headers });
}

/** Made by who asks first. */
function bytesOf(text: Precompressed, coding: Coding | typeof identity): Promise<Bytes> {
  let known = made.get(text);
  if (!known) made.set(text, (known = new Map()));
  let bytes = known.get(coding);
  if (!bytes) known.set(coding, (bytes = make(text, coding)));
  return bytes;
}

/** What few clients want is made of what is there. */
async function make(text: Precompressed, coding: Coding | typeof identity): Promise<Bytes> {
  if (coding === 'br' || coding === 'zstd') return Buffer.from(text[coding], 'base64');
  const { brotliDecompressSync, gzipSync } = process.getBuiltinModule('node:zlib');
  const plain = brotliDecompressSync(Buffer.from(text.br, 'base64'));
  return coding === 'gzip' ? gzipSync(plain, { level: 9 }) : plain;
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { pictureType } from '@dormouse/runtime/picture-type';
import { bodyBytes, header } from '@dormouse/runtime/request';
import type { Hono } from 'hono';
import type { Media, Web } from './dependencies.ts';
import { foreverHeaders, safeHeaders } from './headers.ts';
/** Largest picture, in bytes. */
export const mediaLimit = 10 * 1024 * 1024;

/** An SVG file may hold scripts and load things. Shown by itself it is shut into a sandbox where it can do neither. */
const svgPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/** Pictures of articles; a picture's address is its hash, so that it never changes. */
export function mediaFiles(app: Hono<Env>, { media, tokens }: Web): void {
  app.get('/blog/media/:hash', async (c) => {
    const hash = hashOf(c.req.param('hash'));
    const headers: Record<string, string> = {
      ...foreverHeaders,
      etag: `"${hash}"`,
      'cross-origin-resource-policy': 'cross-origin',
    };
    if (header(c, 'if-none-match')?.includes(`"${hash}"`)) return new Response(null, { status: 304, headers });
    const bytes = (await media.read(hash)) ?? fail('not_found', 'There is no such picture.');
    const type = pictureType(bytes) ?? 'application/octet-stream';
    if (type === 'image/svg+xml') headers['content-security-policy'] = svgPolicy;
    return new Response(bytes, { headers: { ...headers, 'content-type': type } });
  });

  app.put('/blog/media/:hash', authenticate(tokens), async (c) => {
    if (!required(c).scopes.includes('import')) fail('forbidden', 'Storing pictures needs the scope import.');
    const hash = hashOf(c.req.param('hash'));
    const bytes = await bodyBytes(c, mediaLimit);
    if (createHash('sha256').update(bytes).digest('hex') !== hash)
      fail('invalid', 'The address is not the SHA-256 of the body.');
    if (!pictureType(bytes))
      fail('unsupported_media_type', 'The body must be a PNG, JPEG, GIF, WebP, AVIF or SVG picture.');
    if (await media.has(hash)) return new Response(null, { status: 204, headers: safeHeaders });
    await media.write(hash, bytes);
    return new Response(null, { status: 201, headers: { ...safeHeaders, location: `/blog/media/${hash}` } });
  });
}

const hashOf = (text: string): string =>
  /^[0-9a-f]{64}$/.test(text) ? text : fail('not_found', 'There is no such picture.');

/** Media in a folder, which is made when the first file is written. */
export function mediaIn(folder: string): Media {
  // Two letters a folder: no folder grows large.
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);
  const missing = (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error));
  return {
    read: (hash) => readFile(pathOf(hash)).catch(missing),
    has: async (hash) => (await stat(pathOf(hash)).catch(missing)) !== undefined,
    /** Atomic: the file is written under another name, synced, then renamed. */
    async write(hash, bytes) {
      const path = pathOf(hash);
      await mkdir(join(path, '..'), { recursive: true });
      const beside = `${path}.${randomUUID()}.part`;
      try {
        const file = await open(beside, 'wx', 0o644);
        await file
          .writeFile(bytes)
          .then(() => file.sync())
          .finally(() => file.close());
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
  };
}

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pictureType } from '@dormouse/runtime/picture-type';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { world } from './app.fixture.ts';
import { mediaIn, mediaLimit } from './media.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const svg = Buffer.from(
  '<?xml version="1.0"?>\n<!-- drawn by hand --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('pictures', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'media-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => {
    const { app } = world({ media: mediaIn(join(folder, 'media')) });
    const put = (hash: string, body: Uint8Array<ArrayBuffer>, token = 'importer') =>
      app.request(`/blog/media/${hash}`, { method: 'PUT', body, headers: { authorization: `Bearer ${token}` } });
    return { app, put };
  };

  it('are stored under their hash, and served for ever with the type of their bytes', async () => {
    const { app, put } = open();
    expect((await put(sha(png), png)).status).toBe(201);
    expect((await put(sha(png), png)).status).toBe(204);
    const response = await app.request(`/blog/media/${sha(png)}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      etag: `"${sha(png)}"`,
    });
    expect(
      (await app.request(`/blog/media/${sha(png)}`, { headers: { 'if-none-match': `"${sha(png)}"` } })).status,
    ).toBe(304);
  });

  it('as SVG are shut into a sandbox that loads and runs nothing', async () => {
    const { app, put } = open();
    await put(sha(svg), svg);
    const response = await app.request(`/blog/media/${sha(svg)}`);
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toMatch(/; sandbox$/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('allow-scripts');
  });

  it('are there as a whole or not at all', async () => {
    const { put } = open();
    await Promise.all([put(sha(png), png), put(sha(png), png), put(sha(svg), svg)]);
    const files = (await readdir(join(folder, 'media'), { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name).sort()).toEqual([sha(png), sha(svg)].sort());
    for (const { parentPath, name } of files) expect(sha(await readFile(join(parentPath, name)))).toBe(name);
  });

  it('are taken from importers only, and only if they are what the address says', async () => {
    const { put } = open();
    expect((await put(sha(png), png, 'ada')).status).toBe(403);
    expect((await put(sha(png), png, 'nobody')).status).toBe(401);
    expect((await put(sha(svg), png)).status).toBe(422);
    const page = Buffer.from('<!doctype html><script>alert(1)</script>');
    expect((await put(sha(page), page)).status).toBe(415);
    const large = Buffer.alloc(mediaLimit + 1);
    png.copy(large);
    expect((await put(sha(large), large)).status).toBe(413);
    expect(await readdir(folder)).toEqual([]);
  });

  it('answer problem+json when they are refused', async () => {
    const response = await open().put(sha(png), png, 'ada');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'forbidden' });
  });

  it('have no address outside of their folder', async () => {
    const { app } = open();
    for (const path of ['x', '..%2f..%2fetc%2fpasswd', 'A'.repeat(64), `${'a'.repeat(63)}.`, 'a'.repeat(64)])
      expect((await app.request(`/blog/media/${path}`)).status).toBe(404);
  });
});

describe('the type of a picture', () => {
  it.each([
    ['image/png', png],
    ['image/jpeg', Buffer.from('ffd8ffe0', 'hex')],
    ['image/gif', Buffer.from('GIF89a..')],
    ['image/webp', Buffer.from('RIFF\x01\x02\x03\x04WEBPVP8 ', 'latin1')],
    ['image/avif', Buffer.from('\0\0\0\x20ftypavif', 'latin1')],
    ['image/svg+xml', svg],
    ['image/svg+xml', Buffer.from('\ufeff<svg width="1"/>')],
    [
      'image/svg+xml',
      Buffer.from(
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<!-- c -->\n<svg>',
      ),
    ],
  ])('is %s', (type, bytes) => expect(pictureType(bytes)).toBe(type));
  it.each(['', '<', '<html><svg>', '<!-- <svg>', 'text <svg>', '<svgx>', 'RIFFxxxxWAVE', 'PK\x03\x04', '%PDF-1.7'])(
    'is unknown for %j',
    (text) => expect(pictureType(Buffer.from(text, 'latin1'))).toBeUndefined(),
  );
});

import type { api } from '@dormouse/media/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { type PostCard, postCardPath } from '@dormouse/runtime/post-card';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import type { Author } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';

type Picture = ResponseOf<typeof api.get, 200>;

// A cluster keeps pictures where its overlay says.
describeOn({ ...everyTarget, targetNames: ['in process', 'local'] }, 'pictures', (target) => {
  let author: Author;
  beforeAll(async () => void (author = await target().blog.register()));

  const upload = async (bytes: Buffer) => {
    const body = new FormData();
    body.set('file', new File([new Uint8Array(bytes)], 'photograph'));
    const headers = { authorization: `Bearer ${author.token}` };
    const response = await fetch(`${target().url}/blog/api/media`, { method: 'POST', headers, body });
    return { status: response.status, picture: (await response.json()) as Picture };
  };
  const settled = (hash: string) =>
    target().eventually(
      async () => (await author.call<Picture>('GET', `/blog/api/media/${hash}`)).body,
      ({ state }) => state !== 'uploaded',
    );
  const drawn = (width: number, height: number) => {
    const { r, g, b } = { r: Math.random() * 255, g: Math.random() * 255, b: Math.random() * 255 };
    return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
  };

  it('are uploaded by authors, and served to everybody as something else, without what the file said of its place', async () => {
    const original = await drawn(660, 400)
      .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' } })
      .jpeg()
      .toBuffer();
    const { status, picture } = await upload(original);
    expect([status, picture.state]).toEqual([201, 'uploaded']);
    const ready = await settled(picture.hash);
    expect(ready).toMatchObject({ state: 'ready', width: 660, height: 400, animated: false });
    expect(ready.variants).toHaveLength(6);
    for (const { address, type, width } of ready.variants) {
      const response = await fetch(target().url + address);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      const about = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect([about.width, about.exif]).toEqual([width, undefined]);
    }
    const named = await fetch(target().url + picture.address, { headers: { range: 'bytes=0-1' } });
    expect([named.status, Buffer.from(await named.arrayBuffer()).toString('hex')]).toEqual([206, 'ffd8']);
    expect((await upload(original)).status).toBe(200);
  });

  it('that are none are refused with the reason', async () => {
    const original = await drawn(300, 200).png().toBuffer();
    const { picture } = await upload(original.subarray(0, original.length - 40));
    expect(await settled(picture.hash)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('cannot be decoded'),
    });
    expect((await fetch(target().url + picture.address)).status).toBe(404);
  });

  it('stand for posts on cards of links, drawn when somebody asks, as long as they show what is so', async () => {
    const { title: blog, accent } = (await target().blog.call<Omit<PostCard, 'blog'>>('GET', '/api/settings')).body;
    const body = { title: 'A card', content: 'Text.', category_name: 'General' };
    const { id } = (await author.call<{ id: number }>('POST', '/blog/api/posts', { body })).body;
    const ask = (title: string) => fetch(target().url + postCardPath(id, { title, blog, accent }));
    const [first, second] = await Promise.all([ask('A card'), ask('A card')]);
    expect([first.status, second.status, (await ask('Another card')).status]).toEqual([200, 200, 404]);
    const bytes = Buffer.from(await first.arrayBuffer());
    expect(bytes.equals(Buffer.from(await second.arrayBuffer()))).toBe(true);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1200, height: 630 });
    await author.call('PATCH', `/blog/api/posts/${id}`, { body: { status: 'draft' } });
    expect((await ask('A card')).status).toBe(404);
  });

  it('are gone for everybody once they are deleted', async () => {
    const { picture } = await upload(await drawn(200, 100).webp().toBuffer());
    await settled(picture.hash);
    expect((await author.call('DELETE', `/blog/api/media/${picture.hash}`)).status).toBe(204);
    expect((await fetch(target().url + picture.address)).status).toBe(404);
    expect((await author.call('GET', `/blog/api/media/${picture.hash}`)).status).toBe(404);
  });
});

import { AppError } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { browser, world } from './app.fixture.ts';
import { withPicture } from './picture-field.ts';
import type { Pictures } from './pictures.ts';

const address = `/blog/media/pictures/${'a'.repeat(64)}-1280.jpg`;
const typed = { title: 'A title', category_name: 'C#', content: 'Some text.' };

/** Ada in front of an empty editor, with a file that she chose. */
async function atTheEditor(upload: Pictures['upload'] = async () => ({ address }) as never) {
  const uploads: unknown[][] = [];
  const show: Pictures['show'] = async (html) => ({ html, colors: [], complete: true, named: [], pending: false });
  const { app, did } = world({
    pictures: {
      show,
      ready: async () => ({ pictures: new Map(), complete: true }),
      upload: async (...given) => {
        uploads.push(given);
        return upload(...given);
      },
    },
  });
  const ada = browser(app);
  await ada.logIn();
  await ada.get('/blog/new');
  const insert = (fields: Record<string, string>, file: Blob | null = new Blob(['bytes'])) =>
    ada.submitFile('/blog/new', { ...typed, action: 'picture', ...fields }, file ? { picture: file } : {});
  return { ada, insert, uploads, did };
}

describe('a picture in the editor', () => {
  it('is uploaded, and stands at the end of the text, with what it shows', async () => {
    const { ada, insert, uploads, did } = await atTheEditor();
    expect((await insert({ picture_alt: ' A cat\n [asleep] ' })).status).toBe(200);
    expect(ada.value('content')).toBe(`Some text.\n\n![A cat \\[asleep\\]](${address})\n`);
    expect([ada.value('title'), ada.value('category_name')]).toEqual([typed.title, typed.category_name]);
    expect(uploads).toEqual([[Buffer.from('bytes'), ada.cookies.get('dormouse_access')]]);
    expect(did('create')).toEqual([]);
  });

  it('has to be chosen first', async () => {
    const { ada, insert, uploads } = await atTheEditor();
    for (const file of [null, new Blob([])]) {
      expect((await insert({}, file)).status).toBe(422);
      expect(ada.text()).toContain('Choose a file.');
      expect(ada.value('content')).toBe(typed.content);
    }
    expect(uploads).toEqual([]);
  });

  it('comes along with every other button, too', async () => {
    const { insert, did, uploads } = await atTheEditor();
    expect((await insert({ action: 'published', picture_alt: 'A cat', category_name: '' })).status).toBe(303);
    expect(did('create')[0]?.[1]).toMatchObject({
      content: `Some text.\n\n![A cat](${address})\n`,
      category_name: 'General',
    });
    expect(uploads.length).toBe(1);
  });

  it('that is refused is not left out of what is published: nothing is', async () => {
    const { ada, insert, did } = await atTheEditor(async () => {
      throw new AppError('unsupported_media_type', 'SVG is not taken.');
    });
    expect((await insert({ action: 'published' })).status).toBe(415);
    expect([ada.value('content'), did('create')]).toEqual([typed.content, []]);
  });

  it('that is refused leaves the text, and the reason', async () => {
    const { ada, insert } = await atTheEditor(async () => {
      throw new AppError('unsupported_media_type', 'SVG is not taken.');
    });
    expect((await insert({})).status).toBe(415);
    expect(ada.text()).toContain('SVG is not taken.');
    expect(ada.value('content')).toBe(typed.content);
  });

  it('of another site’s form is not taken', async () => {
    const { ada, uploads } = await atTheEditor();
    const response = await ada.submitFile(
      '/blog/new',
      { ...typed, action: 'picture' },
      { picture: new Blob(['x']) },
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    );
    expect(response.status).toBe(403);
    expect(uploads).toEqual([]);
  });
});

it('an empty text begins with its picture', () => {
  expect(withPicture('  \n', '', address)).toBe(`![](${address})\n`);
});

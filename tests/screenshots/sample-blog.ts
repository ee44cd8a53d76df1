import sharp from 'sharp';

const password = 'a long pass phrase';

/** Who may do everything in the sample blog. */
export const owner = { username: 'ines', password } as const;

/** Hills below a sky, of so many pixels. @param hue of the sky, degrees */
const landscape = (width: number, height: number, hue: number): Promise<Buffer> =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 160 100" preserveAspectRatio="none"><defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue},55%,38%)"/><stop offset="1" stop-color="hsl(${hue + 25},80%,86%)"/></linearGradient></defs><rect width="160" height="100" fill="url(#sky)"/><circle cx="118" cy="34" r="9" fill="hsl(${hue + 30},90%,92%)"/><path d="M0 72 Q30 44 62 66 T120 58 T160 70 V100 H0Z" fill="hsl(${hue},24%,44%)"/><path d="M0 84 Q40 62 84 80 T160 78 V100 H0Z" fill="hsl(${hue - 10},30%,26%)"/></svg>`,
    ),
  )
    .jpeg({ quality: 88 })
    .toBuffer();

const logo = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="160" viewBox="0 0 180 40"><circle cx="20" cy="20" r="16" fill="#c2571a"/><path d="M6 26 Q16 14 24 22 T36 20 A16 16 0 0 1 6 26Z" fill="#5b2408"/><text x="46" y="28" font-family="serif" font-weight="700" font-size="24" fill="#b0561f">Late light</text></svg>',
    ),
  )
    .png()
    .toBuffer();

const face = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="800" viewBox="0 0 40 40"><rect width="40" height="40" fill="#d9b48f"/><path d="M6 40 Q8 28 20 28 T34 40Z" fill="#5b2408"/><circle cx="20" cy="18" r="9" fill="#f3dcc3"/><path d="M10 17 Q12 6 20 7 T30 17 Q24 11 20 12 T10 17Z" fill="#3a1f10"/></svg>',
    ),
  )
    .png()
    .toBuffer();

const code = '```ts\nconst lamp = (hour: number): boolean => hour >= 18; // lit until midnight\n```';

/** Posts that show what an article can hold, oldest first. */
const posts = (pictures: readonly string[], covers: readonly string[]) => [
  {
    title: 'Where the path ends',
    category_name: 'Walks',
    cover: covers[1],
    cover_alt: 'The valley at noon',
    tags: ['Hills'],
    content: `The last farm has a gate that nobody closes.\n\n![The valley at noon](${pictures[2]})\n\nWe left it as it was.`,
  },
  {
    title: '저녁 빛을 기다리며',
    category_name: '산책',
    tags: ['빛'],
    lang: 'ko',
    content: `해가 기울면 언덕의 색이 먼저 바뀝니다. 사진으로는 **다 담기지 않는** 색입니다.\n\n![해 질 녘의 언덕](${pictures[1]})\n\n## 준비물\n\n- 따뜻한 차\n- 여벌의 양말\n\n> 서두르지 않는 사람이 가장 먼저 봅니다.`,
  },
  {
    title: 'A lamp that knows the hour',
    featured: true,
    category_name: 'Workshop',
    tags: ['Code', 'Light'],
    content: `It took an evening, and less code than solder.\n\n${code}\n\n| part | price |\n|---|---:|\n| lamp | 12.00 |\n| clock | 3.50 |\n\n> [!TIP]\n> Begin with the clock.`,
  },
  {
    title: 'Notes on a slow Sunday',
    category_name: 'Walks',
    summary: 'What an afternoon holds when nobody has planned it.',
    tags: ['Hills', 'Light'],
    content: 'Nothing happened, at length. The *kettle* was on twice.[^1]\n\n[^1]: Three times, says the neighbour.',
  },
  {
    title: 'Three hills before supper',
    category_name: 'Walks',
    tags: ['Hills', 'Light'],
    cover: covers[0],
    cover_alt: 'The first hill, an hour before sunset',
    content: `From the station it is an hour to the first hill, and the light is on time.\n\n## The way\n\nKeep the stream to your left until the bridge; it is narrower than the map says. Then up, through beeches, on a path that was a road once.\n\n1. station\n2. bridge\n3. chapel\n\n> We have never been late for something we had not planned.\n\n### What to bring\n\nA lamp, see [the other post](/blog/posts/a-lamp-that-knows-the-hour).\n\n![The second hill](${pictures[1]} "The second hill, half an hour later")`,
  },
];

/** A blog as somebody might have it after a few weeks, made by its API. @param link of the set-up page, as the start prints it */
export async function fillSampleBlog(url: string, link: string): Promise<SampleBlog> {
  const code = new URL(link).searchParams.get('code');
  await ask('POST', '/api/setup', {
    code,
    ...owner,
    email: 'ines@example.org',
    title: 'Late light',
    language: 'en',
    registration: 'authors',
  });
  const { token } = (await ask('POST', '/api/login', owner)) as { token: string };
  const hashes = await Promise.all(
    [
      await logo(),
      await face(),
      await landscape(1600, 1000, 20),
      await landscape(1600, 1000, 265),
      await landscape(1600, 900, 205),
    ].map((bytes) => upload(bytes, token)),
  );
  const [mark, self, ...pictures] = hashes as [Uploaded, Uploaded, Uploaded, ...Uploaded[]];
  const write = (post: object) =>
    ask('POST', '/blog/api/posts', { status: 'published', ...post }, token) as Promise<{ id: number }>;
  let newest = 0;
  for (const post of posts(
    pictures.map(({ address }) => address),
    pictures
      .slice(0, 1)
      .concat(pictures.slice(2))
      .map(({ hash }) => hash),
  ))
    ({ id: newest } = await write(post));
  await write({
    title: 'About',
    kind: 'page',
    category_name: 'General',
    content: 'I walk, and write down what I saw.\n\nInes',
  });
  const { id: draft } = await write({
    title: 'Not finished yet',
    category_name: 'Workshop',
    status: 'draft',
    content: 'A second lamp.',
  });
  const { key: preview } = (await ask('PUT', `/blog/api/posts/${draft}/preview`, undefined, token)) as { key: string };
  await write({
    title: 'For the winter',
    category_name: 'Walks',
    published_at: '2030-01-01T09:00:00Z',
    content: 'Snow.',
  });
  const { id } = await write({ title: 'A mistake', category_name: 'Walks', content: 'No.' });
  await ask('DELETE', `/blog/api/posts/${id}`, undefined, token);
  const settings = {
    logo: mark.hash,
    description: 'Walks, and what to do after them.',
    footer: 'Written between two hills.',
    comments: 'first_held',
    navigation: [{ label: 'About', href: '/blog/posts/about' }],
  };
  await ask('PATCH', '/api/settings', settings, token);
  const profile = { display_name: 'Ines Hall', bio: 'Walks slowly, and writes about it.', picture: self.hash };
  await ask('PATCH', '/api/me', profile, token);
  const { code: invitation } = (await ask(
    'POST',
    '/api/invitations',
    { role: 'editor', name: 'Grace', days: 7 },
    token,
  )) as { code: string };
  const say = (comment: object, as?: string) =>
    ask('POST', `/blog/api/posts/${newest}/comments`, comment, as) as Promise<{ id: number }>;
  const { id: first } = await say({ content: 'Thank you! Is the chapel open in *winter*?', name: 'Grace' });
  await ask('PATCH', `/blog/api/comments/${first}`, { status: 'published' }, token);
  await say({ content: 'On Sundays, until three.', parent_id: first }, token);
  await say({ content: 'I took the other path, past the mill.', name: 'Tom' });
  await Promise.all(hashes.map(({ hash }) => ready(hash, token)));
  return { invitation, preview, change: (settings) => ask('PATCH', '/api/settings', settings, token) };

  async function ask(method: string, path: string, body?: object, token?: string): Promise<unknown> {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }
  async function upload(bytes: Buffer, token: string): Promise<Uploaded> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
    const response = await fetch(`${url}/blog/api/media`, { method: 'POST', headers, body: new Uint8Array(bytes) });
    return (await response.json()) as Uploaded;
  }
  async function ready(hash: string, token: string): Promise<void> {
    for (;;) {
      const { state } = (await ask('GET', `/blog/api/media/${hash}`, undefined, token)) as { state: string };
      if (state !== 'uploaded') return;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

interface Uploaded {
  hash: string;
  address: string;
}

export interface SampleBlog {
  /** Code of an invitation that nobody has used. */
  invitation: string;
  /** Key of a draft's preview. */
  preview: string;
  /** Changes settings of the blog. */
  change(settings: {
    language?: 'en' | 'ko';
    layout?: 'list' | 'cards';
    fonts?: 'system' | 'source';
  }): Promise<unknown>;
}

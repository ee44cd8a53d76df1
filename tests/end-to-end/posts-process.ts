// Prints every published post of a blog, one JSON document a line, oldest first. usage: node posts-process.ts URL
const [, , url] = process.argv;

async function get(path: string): Promise<Response> {
  const response = await fetch(new URL(path, url));
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response;
}

const ids: number[] = [];
for (let path: string | undefined = '/blog/api/posts?limit=100'; path; ) {
  const page = await get(path);
  for (const { id } of (await page.json()) as { id: number }[]) ids.push(id);
  path = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
}
for (const id of ids.sort((a, b) => a - b)) console.log(await (await get(`/blog/api/posts/${id}`)).text());

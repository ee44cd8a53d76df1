// Prints every published post of a blog, one JSON document a line, oldest first. usage: node posts.mjs URL
const [, , url] = process.argv;

async function get(path) {
  const response = await fetch(new URL(path, url));
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response;
}

const ids = [];
for (let path = '/blog/api/posts?limit=100'; path; ) {
  const page = await get(path);
  for (const { id } of await page.json()) ids.push(id);
  path = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
}
for (const id of ids.sort((a, b) => a - b)) console.log(await (await get(`/blog/api/posts/${id}`)).text());

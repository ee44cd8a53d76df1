import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { aPost, world } from '@dormouse/web/app.fixture';
import { number, row } from './format.ts';

export interface CompressionFigures {
  texts: {
    text: string;
    bytes: number;
    codings: { coding: string; bytes: number /** CPU of one compression. */; cpuMs: number }[];
  }[];
}

type Compress = (bytes: Buffer) => Buffer;

const brotli =
  (quality: number): Compress =>
  (bytes) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
const zstd =
  (level: number): Compress =>
  (bytes) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });

const codings: Record<string, Compress> = {
  'gzip 6': (bytes) => gzipSync(bytes, { level: 6 }),
  'gzip 9': (bytes) => gzipSync(bytes, { level: 9 }),
  'br 3': brotli(3),
  'br 4': brotli(4),
  'br 5': brotli(5),
  'br 6': brotli(6),
  'br 9': brotli(9),
  'br 11': brotli(11),
  'zstd 3': zstd(3),
  'zstd 19': zstd(19),
};

/** What compressing costs, and leaves, of pages whose texts are this project's own documents. @param rounds of each, at least */
export async function compressionBench(rounds: number, progress: (line: string) => void): Promise<CompressionFigures> {
  const figures: CompressionFigures = { texts: [] };
  for (const [text, bytes] of Object.entries(await textsOf())) {
    progress(`compression: ${text}`);
    const all = Object.entries(codings).map(([coding, compress]) => ({
      coding,
      bytes: compress(bytes).length,
      cpuMs: cpuOf(() => compress(bytes), rounds),
    }));
    figures.texts.push({ text, bytes: bytes.length, codings: all });
  }
  return figures;
}

async function textsOf(): Promise<Record<string, Buffer>> {
  const { app, stored } = world();
  const document = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
  const documents = ['how-to/search.md', 'how-to/write.md', 'how-to/pictures.md', 'how-to/accounts.md'];
  for (let n = 0; n < 20; n++) {
    const content = document(documents[n % documents.length] as string);
    stored.push(aPost({ slug: `post-${n}`, title: content.slice(2, content.indexOf('\n')), content }));
  }
  const page = async (path: string) => Buffer.from(await (await app.request(`http://blog.test${path}`)).arrayBuffer());
  const list = await page('/blog/');
  const sheet = /href="(\/assets\/style-[^"]*)"/.exec(list.toString())?.[1] as string;
  return {
    'list of 20 posts': list,
    'a post': await page('/blog/posts/post-0'),
    'a long post': await page('/blog/posts/post-3'),
    'feed with 20 texts': await page('/blog/feed.xml'),
    'JSON of 20 posts': Buffer.from(JSON.stringify(stored)),
    'style sheet': await page(sheet),
  };
}

/** Milliseconds of one, by as many as take a quarter of a second. */
function cpuOf(work: () => void, rounds: number): number {
  work();
  const before = process.cpuUsage();
  let done = 0;
  let spent = 0;
  while (done < rounds || spent < 250_000) {
    work();
    done++;
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
  return spent / 1000 / done;
}

type Head = (title: string, ...cells: string[]) => void;

/** Adds the figures as a Markdown table. */
export function compressionTable({ texts }: CompressionFigures, head: Head, lines: string[]): void {
  head('Compression: bytes, and CPU ms of one', 'text', 'as it is', ...Object.keys(codings));
  for (const { text, bytes, codings } of texts)
    lines.push(row(text, String(bytes), ...codings.map((each) => `${each.bytes} (${number(each.cpuMs)})`)));
}

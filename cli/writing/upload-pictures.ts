import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { api } from '@dormouse/media/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { CommandError } from '../command-error.ts';
import { harmless, type Terminal } from '../terminal.ts';
import { type BlogConnection, succeeded } from './blog-connection.ts';

type Picture = ResponseOf<typeof api.get, 200>;

interface UploadOptions {
  readonly files: readonly string[];
  /** What they show. */
  readonly alt: string;
  /** Until they are ready, or refused. */
  readonly wait: boolean;
  readonly json: boolean;
}

/** A large picture in AVIF takes seconds, and the function that makes it may sleep. */
const waitMs = 60_000;
const pauseMs = 500;

/** Uploads pictures, one after the other. @returns whether none was refused */
export async function uploadPictures(
  blog: BlogConnection,
  { files, alt, wait, json }: UploadOptions,
  terminal: Terminal,
): Promise<boolean> {
  const uploaded: (Picture & { file: string; markdown: string })[] = [];
  for (const file of files) {
    const { body } = await blog.upload('/blog/api/media', bytesOf(file), 'application/octet-stream');
    const stored = body as Picture;
    const picture = wait ? await ready(blog, stored) : stored;
    const markdown = `![${escaped(alt)}](${picture.address})`;
    uploaded.push({ ...picture, file, markdown });
    if (json) continue;
    if (picture.state === 'refused') terminal.screen.write(`${file}: refused: ${harmless(picture.reason)}\n`);
    else terminal.print(markdown);
    if (wait && picture.state === 'uploaded') terminal.screen.write(`${file}: readers see it later\n`);
  }
  if (json) terminal.print(JSON.stringify(uploaded, null, 2));
  return uploaded.every(({ state }) => state !== 'refused');
}

function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CommandError(`${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
  }
}

async function ready({ send }: BlogConnection, picture: Picture): Promise<Picture> {
  const media = apiClient<typeof api>(send);
  let known = picture;
  for (let waited = 0; known.state === 'uploaded' && waited < waitMs; waited += pauseMs) {
    await sleep(pauseMs);
    known = succeeded(await media('GET /blog/api/media/:hash', { params: { hash: picture.hash } })).body;
  }
  return known;
}

/** A bracket would end what the picture shows. */
const escaped = (alt: string): string => alt.replace(/\s+/g, ' ').replace(/[\\[\]]/g, '\\$&');

import { variable } from '@dormouse/runtime/config';
import { skippedFor } from '@dormouse/tests/needs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from './folder.ts';
import { plan } from './plan.ts';

const path = variable('IMPORT_DATA', '');

/** A real blog's folder, named by IMPORT_DATA, holds what no fixture thinks of. */
describe('a real folder', skippedFor(path ? [] : ['a folder (IMPORT_DATA)']), () => {
  let made: ReturnType<typeof plan>;
  beforeAll(() => {
    made = plan(readFolder(path), { name: 'real', author: 'Real blog' });
  });

  it('has articles that the platform would take', () => {
    expect(made.posts.length).toBeGreaterThan(0);
    for (const post of made.posts) {
      const { content } = post.render();
      expect([...post.title].length, post.path).toBeLessThanOrEqual(120);
      expect(content.trim(), post.path).not.toBe('');
      expect(post.author, post.path).toMatch(/^[a-z0-9][a-z0-9-]{1,28}[a-z0-9]$/);
      expect(post.slug, post.path).toMatch(/^[\p{L}\p{N}\p{M}]+(-[\p{L}\p{N}\p{M}]+)*$/u);
      expect(post.created_at, post.path).toBe(new Date(post.created_at).toISOString());
    }
    expect(new Set(made.posts.map(({ slug }) => slug)).size).toBe(made.posts.length);
    expect(new Set(made.posts.map(({ source }) => source)).size).toBe(made.posts.length);
  });

  it('has bylines of names, without roles, companies or marks', () => {
    for (const { byline, path } of made.posts)
      for (const name of byline)
        expect(name, path).not.toMatch(/@|https?:|[[\]*{}()]|\b(?:engineer|developer|manager)\b/i);
  });

  it('leaves no relative link and no mark of MkDocs outside of code', () => {
    for (const post of made.posts) {
      const text = post
        .render()
        .content.replace(/(`{3,}|~{3,})[\s\S]*?\1/g, '')
        .replace(/`[^`\n]*`/g, '');
      expect(
        [...text.matchAll(/\]\((?!https?:|mailto:|#|\/blog\/(?:posts|media)\/|<)[^)\s]*[./][^)\s]*\)/g)].map(String),
        post.path,
      ).toEqual([]);
      expect(text, post.path).not.toMatch(/^\s*!!!\s|\{:\s*target/m);
    }
  });
});

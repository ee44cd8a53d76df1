import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const isSkipped = (name: string) => ['node_modules', 'dist', '.dormouse'].includes(basename(name));
const textsOf = (pattern: string) =>
  globSync(pattern, { cwd: project, exclude: isSkipped })
    .filter((path) => !/\.(test|fixture|setup)\.ts$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }));

const functions = textsOf('functions/**/*.ts');
const all = [...functions, ...textsOf('{cli,events,knative,observability}/**/*.{ts,mjs,js}')];
const filesWith = (pattern: RegExp, among = all) =>
  among.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('there are sources to look at', () => {
  expect(functions.length).toBeGreaterThan(200);
  expect(all.length).toBeGreaterThan(500);
});

describe('no source', () => {
  test('runs text as code, but for a constant that is given a deadline', () => {
    const running = /new Function\(|node:vm|(?<![.\w])eval\((?!script: string)/;
    expect(filesWith(running)).toEqual([
      'functions/web/within.ts',
      'knative/local/serving/process/give-memory-back.ts',
    ]);
    expect(functions.find(({ path }) => path.endsWith('web/within.ts'))?.text.match(/new Script\(.*/g)).toEqual([
      "new Script(`globalThis[Symbol.for('dormouse.within')]()`);",
    ]);
    expect(all.find(({ path }) => path.endsWith('/give-memory-back.ts'))?.text.match(/runInNewContext\(.*/g)).toEqual([
      "runInNewContext('gc') as NodeJS.GCFunction;",
    ]);
  });

  test('gives text to a shell', () => {
    expect(filesWith(/\bshell: ?true|\bexecSync\b|import \{[^}]*\bexec\b[^}]*\} from 'node:child_process'/)).toEqual(
      [],
    );
  });

  test('of a function starts programs', () => {
    expect(filesWith(/node:child_process/, functions)).toEqual([]);
  });

  test('of a function takes what must not be guessed from Math.random: it only spreads load', () => {
    expect(filesWith(/Math\.random/, functions)).toEqual([
      'functions/_runtime/receive.ts',
      'functions/_runtime/redis-cache.ts',
      'functions/journal/retention.ts',
      'functions/posts/retrying.ts',
    ]);
  });

  test('hashes with less than SHA-256; MD5 only notices that a migration was changed', () => {
    // Names of Jobs are Knative's, and protect nothing.
    expect(filesWith(/create(Hash|Hmac)\((?!'sha(256|384|512)')|(?<![.\w])hash\('(?!sha256)/)).toEqual([
      'knative/local/eventing/job-sinks.ts',
    ]);
    // HMAC-SHA-1 of one-time passwords is what every app takes, and no collision weakens it (RFC 6238).
    const known = ['functions/_runtime/migrate.ts', 'functions/auth/one-time-password.ts'];
    expect(filesWith(/\bmd5\(|'sha1'/i).sort()).toEqual(known);
  });

  test('encrypts by itself, or takes a certificate unchecked', () => {
    expect(filesWith(/create(C|Dec)ipher|publicEncrypt|privateDecrypt/)).toEqual([]);
    expect(filesWith(/rejectUnauthorized|checkServerIdentity|NODE_TLS_REJECT|insecureHTTPParser: true/)).toEqual([]);
  });

  test('gives text to SQL that is no template, but constants and migrations', () => {
    expect(filesWith(/\.unsafe\(/)).toEqual([
      'functions/_backup/back-up-database.ts',
      'functions/_backup/copy-sql.ts', // names of the catalogue, quoted
      'functions/_backup/restore-database.ts',
      'functions/_runtime/alter-roles.ts', // roles, whose names are checked
      'functions/_runtime/apply-migration.ts',
      'functions/_runtime/login-role.ts',
      'functions/_runtime/migrate.ts',
      'functions/_runtime/transaction.ts',
      'functions/media/store.ts', // names of columns, constants
      'functions/posts/deleted-store.ts',
      'functions/posts/rows.ts',
      'knative/local/monitoring/exporter-account.ts', // a password that was just made: statements about roles take no parameters
    ]);
  });

  test('of a function makes an expression of what a client sent', () => {
    expect(filesWith(/new RegExp\(/, functions)).toEqual([
      'functions/posts/excerpt.ts', // constants
      'functions/posts/prose.ts', // a fence's marks behind a backslash, the name of an HTML element from a list
      'functions/search/letters.ts', // names of scripts
      'functions/search/plain-text.ts', // constants
      'functions/web/bare-links.ts', // what linkify-it is made of
      'functions/web/language.ts', // names of scripts
      'functions/web/link-header.ts', // constants
      'functions/web/markdown.ts', // random digits
    ]);
  });

  test('of a function lets other origins read its answers', () => {
    expect(filesWith(/access-control-allow|hono\/cors/i, functions)).toEqual([
      'functions/web/api.ts', // describes the last one
      'functions/web/generated/api-reference.ts', // prints that
      'functions/web/webfinger.ts', // RFC 7033, 5: what authors show to everybody, without cookies
    ]);
    expect(
      filesWith(/corsPolicy|access-control-allow/i, textsOf('knative/{base,components,overlays}/**/*.yaml')),
    ).toEqual([]);
  });

  test('of web but the editor’s has a script, or keeps anything in a browser but cookies', () => {
    const web = functions.filter(({ path }) => path.startsWith('functions/web/'));
    const notOurs = web.filter(({ path }) => !path.startsWith('functions/web/assets/'));
    // Data for search engines is in an element of that name, which no browser runs.
    expect(
      filesWith(/<script(?! type="application\/ld\+json">)|window\.|indexedDB|document\.cookie|postMessage/, notOurs),
    ).toEqual([
      'functions/web/client/unsaved-mark.ts', // whether there are texts that are not saved, for who logs out
      'functions/web/layout.ts', // the element for it
      'functions/web/render-thread.ts', // of a thread
    ]);
    expect(filesWith(/localStorage|sessionStorage/, notOurs)).toEqual([
      'functions/web/client/copies.ts', // texts that are not saved
      'functions/web/client/main.ts',
      'functions/web/client/tab.ts', // a random name of the tab
    ]);
  });
});

test('a new database has no account', () => {
  const migrations = globSync('functions/*/migrations/*.sql', { cwd: project });
  expect(migrations.length).toBeGreaterThan(10);
  const inserting = migrations.filter((path) =>
    /insert\s+into\s+(auth\.)?users\b/i.test(readFileSync(join(project, path), 'utf8')),
  );
  expect(inserting).toEqual([]);
});

test('every package of others has a hash in the lock file', () => {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; link?: boolean }>;
  };
  const others = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
  expect(others.length).toBeGreaterThan(300);
  expect(others.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

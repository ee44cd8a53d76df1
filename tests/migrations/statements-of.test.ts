import { expect, test } from 'vitest';
import { statementsOf } from './statements-of.ts';

const line = (user: string, application: string, message: string) =>
  `${JSON.stringify({ user, application_name: application, message })}\n`;

test('statements that a function prepared are kept, each once, and nobody else’s', () => {
  const log = [
    line('posts', 'posts', 'execute a1: SELECT $1\n  AS "a: b"'),
    line('posts', 'posts', 'execute a1: SELECT $1\n  AS "a: b"'),
    line('posts', 'posts', 'statement: BEGIN'),
    line('posts', 'postgres.js', 'execute b2: SELECT 2'),
    line('postgres', 'postgres', 'execute c3: SELECT 3'),
  ].join('');
  expect(statementsOf(log, ['auth', 'posts'])).toEqual({ auth: [], posts: ['SELECT $1\n  AS "a: b"'] });
});

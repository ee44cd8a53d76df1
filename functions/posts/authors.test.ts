import { expect, test } from 'vitest';
import { authorsAt } from './authors.ts';

test('an account is asked for by its name, which is quoted', async () => {
  const requested: string[] = [];
  const find = authorsAt('http://auth', async (url) => {
    requested.push(url);
    return Response.json({ id: 5, username: 'Ann', display_name: 'Ann A.', created_at: '' });
  });
  expect(await find('../ann')).toEqual({ id: 5, username: 'Ann' });
  expect(requested).toEqual(['http://auth/api/users/..%2Fann']);
});

test('nobody is nobody, and any other answer is "not now"', async () => {
  const answering = (status: number) => authorsAt('http://auth', async () => new Response('{}', { status }))('x');
  expect(await answering(404)).toBeUndefined();
  await expect(answering(429)).rejects.toMatchObject({ code: 'unavailable' });
});

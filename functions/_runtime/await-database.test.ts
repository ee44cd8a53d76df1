import { expect, test } from 'vitest';
import { awaitDatabase } from './await-database.ts';

/** A database that fails with these errors, one after the other, and then answers; time passes only by waiting. */
function waiting(failures: Error[], limitMs = 240_000) {
  const lines: string[] = [];
  let time = 0;
  const left = [...failures];
  const ask = async () => {
    const failure = left.shift();
    if (failure) throw failure;
  };
  const pause = async (ms: number) => {
    time += ms;
  };
  const ended = awaitDatabase(ask, { limitMs, progress: (line) => lines.push(line), now: () => time, pause });
  return { ended, lines, waited: () => time, left };
}
const failure = (message: string, code: string) => Object.assign(new Error(message), { code });
const connectionRefused = failure('connect ECONNREFUSED 10.0.0.1:5432', 'ECONNREFUSED');
const starting = failure('the database system is starting up', '57P03');

test('a database that answers is not waited for, and nobody hears of it', async () => {
  const { ended, lines, waited } = waiting([]);
  await ended;
  expect([lines, waited()]).toEqual([[], 0]);
});

test('a database that starts is waited for, with a line for each reason', async () => {
  const nameless = failure('getaddrinfo ENOTFOUND postgres', 'ENOTFOUND');
  const { ended, lines } = waiting([nameless, connectionRefused, connectionRefused, connectionRefused, starting]);
  await ended;
  expect(lines).toEqual([
    'waiting for the database, 240 s at most: getaddrinfo ENOTFOUND postgres',
    'waiting for the database, 240 s at most: connect ECONNREFUSED 10.0.0.1:5432',
    'waiting for the database, 240 s at most: the database system is starting up',
    'the database answers after 5 s',
  ]);
});

test('an error without a message is told by its code', async () => {
  const { ended, lines } = waiting([failure('', 'ECONNREFUSED')]);
  await ended;
  expect(lines[0]).toBe('waiting for the database, 240 s at most: ECONNREFUSED');
});

test('what waiting cannot mend is thrown at once', async () => {
  const wrong = failure('password authentication failed for user "postgres"', '28P01');
  const { ended, waited } = waiting([wrong, connectionRefused]);
  await expect(ended).rejects.toBe(wrong);
  expect(waited()).toBe(0);
});

test('the waiting has an end', async () => {
  const { ended, waited, left } = waiting(Array(20).fill(connectionRefused), 10_000);
  await expect(ended).rejects.toBe(connectionRefused);
  expect([waited(), left.length]).toEqual([10_000, 9]);
});

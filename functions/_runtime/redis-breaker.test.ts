import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { redisBreaker } from './redis-breaker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});
const wordOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: Error) => error.message,
  );
const broken = () => Promise.reject(new Error('Connection is closed.'));

function breaker() {
  const redis = { pings: 0, reconnects: 0, ping: never as () => Promise<unknown> };
  const said: string[] = [];
  const log = {
    warn: (_: object, text: string) => said.push(text),
    info: (_: object, text: string) => said.push(text),
  };
  const options = {
    deadlineMs: 15,
    log: log as never,
    ping() {
      redis.pings++;
      return redis.ping();
    },
    reconnect: () => void redis.reconnects++,
  };
  return { redis, said, ...redisBreaker(options) };
}

test('who finds Redis silent waits for the deadline, who comes after that does not wait', async () => {
  const { ask } = breaker();
  const first = wordOf(ask(never));
  const second = wordOf(ask(never));
  await vi.advanceTimersByTimeAsync(16);
  expect(await Promise.all([first, second])).toEqual(Array(2).fill('Redis was silent for 15 ms'));
  let asked = 0;
  expect(await wordOf(ask(async () => asked++))).toBe('Redis does not answer');
  expect(asked).toBe(0);
});

test('an answer that has come while the process itself was busy is not late', async () => {
  const { ask } = breaker();
  const { promise, resolve } = Promise.withResolvers<void>();
  const answer = wordOf(ask(() => promise));
  setTimeout(resolve, 15); // beside the deadline, in the same turn
  await vi.advanceTimersByTimeAsync(15);
  expect(await answer).toBe('answered');
});

test('is asked in the background, and used again as soon as it answers; each is said once', async () => {
  const { ask, redis, said } = breaker();
  await wordOf(ask(broken));
  await wordOf(ask(broken));
  await vi.advanceTimersByTimeAsync(3000);
  expect(redis).toMatchObject({ pings: 1, reconnects: 0 });
  await vi.advanceTimersByTimeAsync(2000);
  expect(redis.reconnects).toBe(1);
  redis.ping = async () => 'PONG';
  await vi.advanceTimersByTimeAsync(200);
  expect(await wordOf(ask(async () => 'value'))).toBe('answered');
  expect(said).toEqual([
    'Redis does not answer: caches load from PostgreSQL, which counts limits too',
    'Redis answers again',
  ]);
});

test('an error that Redis itself answers is an answer', async () => {
  const { ask } = breaker();
  const denied = Object.assign(new Error('NOPERM'), { name: 'ReplyError' });
  await wordOf(ask(() => Promise.reject(denied)));
  expect(await wordOf(ask(async () => 'value'))).toBe('answered');
});

test('nothing is asked any more once it is closed', async () => {
  const { ask, close, redis } = breaker();
  redis.ping = broken;
  await wordOf(ask(broken));
  close();
  await vi.advanceTimersByTimeAsync(2000);
  const { pings } = redis;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(redis.pings).toBe(pings);
});

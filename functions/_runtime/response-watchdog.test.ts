import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { responseWatchdog } from './response-watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A statement as postgres.js has them: `handler` sends it, `resolve` and `reject` answer it. */
class Statement {
  response: unknown;
  error: unknown;
  handler = (_: never) => {};
  resolve = (value: unknown) => void (this.response = value);
  reject = (error: unknown) => void (this.error = error);
}

function watched(limitMs = 5000) {
  const hung = vi.fn();
  const watch = responseWatchdog(limitMs)(hung);
  const send = () => {
    const statement = watch.follow(new Statement());
    statement.handler(statement as never);
    return statement;
  };
  return { watch, hung, send };
}

test('a statement that is not answered within the limit means that the connection hangs, and fails as unavailable', () => {
  const { hung, send } = watched();
  const statement = send();
  vi.advanceTimersByTime(5000);
  expect(hung).not.toHaveBeenCalled();
  vi.advanceTimersByTime(500);
  expect(hung).toHaveBeenCalledOnce();
  statement.reject(new Error('CONNECTION_DESTROYED'));
  expect(statement.error).toMatchObject({ code: 'unavailable', status: 503, headers: { 'retry-after': '1' } });
});

test('an answer to any statement is a sign of life for all that wait behind it', () => {
  const { hung, send } = watched();
  const statements = Array.from({ length: 5 }, send);
  for (const each of statements) {
    vi.advanceTimersByTime(4500);
    each.resolve('ok');
  }
  vi.advanceTimersByTime(60_000);
  expect(hung).not.toHaveBeenCalled();
  expect(statements.map((each) => each.response)).toEqual(Array(5).fill('ok'));
});

test('an error of PostgreSQL passes as it is, and is a sign of life as well', () => {
  const { hung, send } = watched();
  const [first, second] = [send(), send()];
  vi.advanceTimersByTime(4000);
  const error = new Error('division by zero');
  first.reject(error);
  expect(first.error).toBe(error);
  vi.advanceTimersByTime(4000);
  expect(hung).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2000);
  expect(hung).toHaveBeenCalledOnce();
  second.resolve('late');
});

test('a statement that is never sent, like a fragment of another, is not waited for', () => {
  const { hung, watch } = watched();
  watch.follow(new Statement());
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(hung).not.toHaveBeenCalled();
});

test('any number of statements on any number of connections share one timer, which ends with them', () => {
  const watch = responseWatchdog(5000);
  const statements = Array.from({ length: 20 }, () => watch(() => {})).flatMap((each) =>
    Array.from({ length: 20 }, () => each.follow(new Statement())),
  );
  for (const each of statements) each.handler(each as never);
  expect(vi.getTimerCount()).toBe(1);
  for (const each of statements) each.resolve('ok');
  vi.advanceTimersByTime(500);
  expect(vi.getTimerCount()).toBe(0);
});

test('a statement that is answered twice counts once', () => {
  const { hung, send } = watched();
  const twice = send();
  const waiting = send();
  twice.resolve('a stream');
  twice.resolve('its end');
  vi.advanceTimersByTime(5500);
  expect(hung).toHaveBeenCalledOnce();
  waiting.resolve('late');
});

test('a connection that was closed is not looked at again', () => {
  const { hung, send, watch } = watched();
  send();
  watch.stop();
  vi.advanceTimersByTime(60_000);
  expect(hung).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { silentLog } from './log.ts';
import { type SentRow, sender } from './sender.ts';
import type { Sql } from './sql-types.ts';

const row = (n: number): SentRow => ({
  position: String(n),
  older: [],
  id: `id-${n}`,
  type: 't',
  source: '/s',
  subject: `x/${n}`,
  time: '',
  data: '{}',
});
/** A database whose only statement marks rows that the Broker has taken. */
function marks(work: (positions: string[]) => Promise<void> = async () => {}) {
  const statements: string[][] = [];
  const sql = (async (_: TemplateStringsArray, literal: string) => {
    const positions = literal.slice(1, -1).split(',');
    statements.push(positions);
    await work(positions);
  }) as unknown as Sql;
  return { sql, statements };
}

test('rows that the Broker has taken are marked in few statements, every one of them, however slow the database is', async () => {
  const { sql, statements } = marks(() => sleep(100));
  const { committed, drained } = sender({ sql, send: async () => {}, log: silentLog });
  const rows = Array.from({ length: 3000 }, (_, n) => row(n));
  committed(rows);
  await drained();
  expect(new Set(statements.flat()).size).toBe(3000);
  expect(statements.flat()).toHaveLength(3000);
  expect(statements.length).toBeLessThan(10);
});

test('at most sixteen are on their way at once', async () => {
  let [running, maxRunning] = [0, 0];
  const { sql } = marks();
  const { committed, drained } = sender({
    sql,
    async send() {
      maxRunning = Math.max(maxRunning, ++running);
      await sleep(2);
      running--;
    },
    log: silentLog,
  });
  committed(Array.from({ length: 100 }, (_, n) => row(n)));
  await drained();
  expect(maxRunning).toBe(16);
});

test('a mark that fails is not the end: draining ends, and the relay sends the rows again', async () => {
  const { sql } = marks(() => Promise.reject(new Error('away')));
  const { committed, drained } = sender({ sql, send: async () => {}, log: silentLog });
  committed([row(1)]);
  await expect(drained()).resolves.toBeUndefined();
});

test.each([
  ['while the later one waits behind others', 'waiting'],
  ['while what is older is looked for', 'looking'],
])('a commit that is heard of late, %s, is not overtaken', async (_, when) => {
  const busy = { ...row(0), subject: 'x/1' };
  const first = { ...row(1), subject: 'x/1' };
  const second = { ...row(2), subject: 'x/1', older: ['1'] };
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
  const { promise: looking, resolve: look } = Promise.withResolvers<void>();
  const sql = (async ([text = '']: TemplateStringsArray) => {
    if (!text.includes('SELECT')) return [];
    look();
    await heard;
    return [first];
  }) as unknown as Sql;
  const stored: string[] = [];
  const { committed, drained } = sender({
    sql,
    send: async ({ position }: SentRow) => void stored.push(position),
    log: silentLog,
  } as Parameters<typeof sender>[0]);
  if (when === 'waiting') committed([busy, second, first]);
  else {
    committed([second]);
    await looking;
    committed([first]);
  }
  hear();
  await drained();
  expect(stored).toEqual(when === 'waiting' ? ['0', '1', '2'] : ['1', '2']);
});

describe('where the Broker takes several at once', () => {
  /** A Broker that stores one batch after the other, and what each of them was. */
  function taking(fails: (positions: string[]) => boolean = () => false) {
    const batches: string[][] = [];
    const all = async (rows: readonly SentRow[]) => {
      const positions = rows.map(({ position }) => position);
      await sleep(2);
      if (fails(positions)) throw new Error('the broker answered 503');
      batches.push(positions);
    };
    const send = Object.assign(async (each: SentRow) => all([each]), { all });
    return { send: send as unknown as Parameters<typeof sender>[0]['send'], batches };
  }
  const of = (subject: string, n: number, ...older: number[]): SentRow => ({
    ...row(n),
    subject,
    older: older.map(String),
  });

  test('the rows of a commit go together, in their order', async () => {
    const { sql, statements } = marks();
    const { send, batches } = taking();
    const { committed, drained } = sender({ sql, send, log: silentLog });
    committed([of('a', 1), of('a', 2, 1), of('b', 3)]);
    await drained();
    expect(batches).toEqual([['1', '2'], ['3']]);
    expect(statements.flat().sort()).toEqual(['1', '2', '3']);
  });

  test('a row that something unknown is before does not go before it is known', async () => {
    const older = of('a', 2);
    const sql = (async ([text = '']: TemplateStringsArray) =>
      text.includes('SELECT') ? [older] : []) as unknown as Sql;
    const { send, batches } = taking();
    const { committed, drained } = sender({ sql, send, log: silentLog });
    committed([of('a', 1), of('a', 3, 1, 2)]);
    await drained();
    expect(batches.flat()).toEqual(['1', '2', '3']);
  });

  test('what a Broker has not taken is left to the relay, and whatever is behind it, and nothing of others', async () => {
    const { sql, statements } = marks();
    const { send, batches } = taking((positions) => positions.includes('2'));
    const { committed, drained } = sender({ sql, send, log: silentLog });
    committed([of('a', 1), of('b', 5)]);
    committed([of('a', 2, 1)]);
    committed([of('a', 3, 1, 2)]);
    await drained();
    expect(batches.flat().sort()).toEqual(['1', '5']);
    expect(statements.flat().sort()).toEqual(['1', '5']);
  });
});

import { describe, expect, test } from 'vitest';
import { type CanaryPlan, runCanary } from './canary.ts';
import { type CanaryJudge, createCanaryJudge, type Verdict } from './canary-judge.ts';
import { pretended } from './cluster.fixture.ts';
import { deploy, promote, type Roll, rollback } from './deploy.ts';

const roll: Roll = { name: 'posts', namespace: 'blog', file: 'posts.yaml', needs: 'posts-needs.yaml' };
const plan: CanaryPlan = {
  tag: 'canary',
  steps: [1, 10, 50],
  stepMs: 60_000,
  minRequests: 20,
  patienceMs: 600_000,
  lookMs: 2_000,
};
const silent = () => {};

/** A function with one revision, a clock that only sleeping moves, and what is seen at each look. */
async function world(seen: (looks: number) => Verdict | Error, options: { begin?: Error; signal?: AbortSignal } = {}) {
  const pretence = pretended();
  await deploy(pretence.cluster, roll);
  const [state, history] = [{ timeMs: 0, looks: 0 }, [] as Record<string, number | undefined>[]];
  const judge: CanaryJudge = {
    begin: async () => {
      if (options.begin) throw options.begin;
    },
    look: async () => {
      history.push(await pretence.shares());
      const found = seen(++state.looks);
      if (found instanceof Error) throw found;
      return found;
    },
  };
  const run = (more: Partial<CanaryPlan> = {}) =>
    runCanary(
      pretence.cluster,
      roll,
      { ...plan, ...more },
      {
        judgeOf: () => judge,
        say: silent,
        now: () => state.timeMs,
        sleep: async (ms) => void (state.timeMs += ms),
        ...(options.signal && { signal: options.signal }),
      },
    );
  return { ...pretence, run, times: state, history };
}
const answeredByLook = (looks: number) => ({ answered: looks * 10 });
const allStable = { 'posts-00001': 100 };

describe('a canary that keeps what is promised', () => {
  test('gets one share after the other, each for its time, and everything in the end', async () => {
    const { run, shares, history, times } = await world(answeredByLook);
    await run();
    expect(await shares()).toEqual({ 'posts-00002': 100 });
    const percents = history.map((each) => each['posts-00002']);
    expect([1, 10, 50].map((percent) => percents.filter((each) => each === percent).length)).toEqual([30, 30, 30]);
    expect(times.timeMs).toBe(180_000);
  });

  test('waits for requests, however long its step is over', async () => {
    const { run, times } = await world((looks) => ({ answered: looks }));
    await run({ steps: [1], minRequests: 100 });
    expect(times.timeMs).toBe(200_000);
  });

  test('is not there when the manifest brings no revision: nothing is judged', async () => {
    const { run, state, shares, times } = await world(answeredByLook);
    state.differs = false;
    await run();
    expect([times.looks, await shares()]).toEqual([0, allStable]);
  });

  test('bears a Prometheus that is away for two looks', async () => {
    const { run, shares } = await world((looks) =>
      looks === 3 || looks === 4 ? new Error('away') : answeredByLook(looks),
    );
    await run();
    expect(await shares()).toEqual({ 'posts-00002': 100 });
  });

  test('stays pinned where somebody else applies manifests', async () => {
    const { cluster, run, state } = await world(answeredByLook);
    await cluster.run(['kn', 'service', 'update', 'posts', '--traffic', 'posts-00001=100']);
    await cluster.run(['kn', 'service', 'apply', 'posts']);
    state.commands.length = 0;
    await runCanary(
      cluster,
      { ...roll, appliedElsewhere: true },
      { ...plan, stepMs: 0, minRequests: 0 },
      {
        judgeOf: () => ({ begin: async () => {}, look: async () => ({ answered: 1 }) }),
        say: silent,
        sleep: async () => {},
      },
    );
    expect(state.commands.filter((command) => command.includes('apply'))).toEqual([]);
    expect(state.spec).toEqual([{ revisionName: 'posts-00002', percent: 100 }]);
    expect(run).toBeDefined();
  });
});

describe('a canary is taken back', () => {
  test.each([
    [
      'when it breaks a promise',
      (looks: number) => (looks < 4 ? answeredByLook(looks) : { answered: 40, broken: '99.9 % of reads …' }),
      {},
      8_000,
    ],
    [
      'when Prometheus does not answer three times',
      (looks: number) => (looks < 3 ? answeredByLook(looks) : new Error('no answer')),
      {},
      10_000,
    ],
    ['when nobody asks it', () => ({ answered: 0 }), {}, 600_000],
  ])('%s', async (_, seen, options, atMs) => {
    const { run, shares, state, times } = await world(seen, options);
    await expect(run()).rejects.toThrow(/^posts-00002 was taken back: /);
    expect([await shares(), times.timeMs]).toEqual([allStable, atMs]);
    expect(state.spec).toEqual([{ revisionName: 'posts-00001', percent: 100 }]);
  });

  test('in its last step as in its first', async () => {
    const { run, shares, history } = await world((looks) =>
      looks < 80 ? answeredByLook(looks) : { answered: 1, broken: 'slow' },
    );
    await expect(run()).rejects.toThrow('posts-00002 was taken back: slow');
    expect(history.at(-1)).toEqual({ 'posts-00001': 50, 'posts-00002': 50 });
    expect(await shares()).toEqual(allStable);
  });

  test('when the program is ended', async () => {
    const ended = new AbortController();
    const { run, shares } = await world(
      (looks) => {
        if (looks === 5) ended.abort();
        return answeredByLook(looks);
      },
      { signal: ended.signal },
    );
    await expect(run()).rejects.toThrow('posts-00002 was taken back: the program that watched it was ended');
    expect(await shares()).toEqual(allStable);
  });

  test('once more when the cluster did not take it', async () => {
    const { run, cluster, shares } = await world(() => ({ answered: 1, broken: 'bad' }));
    const { run: really } = cluster;
    let failures = 0;
    cluster.run = (command) =>
      command.join(' ').includes('--untag') && failures++ < 2
        ? Promise.reject(new Error('no connection'))
        : really(command);
    await expect(run()).rejects.toThrow('posts-00002 was taken back: bad');
    expect([failures, await shares()]).toEqual([3, allStable]);
  });
});

test('a canary that nobody could judge gets no request', async () => {
  const { run, shares, history } = await world(answeredByLook, { begin: new Error('connection refused') });
  await expect(run()).rejects.toThrow('posts-00002 gets no request, since nobody could judge it: connection refused');
  expect(history).toEqual([]);
  expect(await shares()).toEqual(allStable);
});

test.each([
  ['promoted', promote],
  ['taken back', rollback],
])('a canary that somebody else has %s meanwhile is left as it is', async (_, end) => {
  let ending: Promise<unknown> = Promise.resolve();
  const { run, cluster, shares } = await world((looks) => {
    if (looks === 29) ending = end(cluster, roll, silent);
    return answeredByLook(looks);
  });
  await expect(run()).rejects.toThrow('no canary canary is running: somebody has ended it');
  await ending;
  expect(await shares()).toEqual(end === promote ? { 'posts-00002': 100 } : allStable);
});

test('a Service that follows its newest revision is not for canaries of manifests that others apply', async () => {
  const { cluster } = await world(answeredByLook);
  const running = runCanary(cluster, { ...roll, appliedElsewhere: true }, plan, {
    judgeOf: () => undefined as never,
    say: silent,
  });
  await expect(running).rejects.toThrow(/^posts follows its newest revision: pin it first/);
});

describe('a judge', () => {
  const question = {
    promise: '99.9 % of reads are answered',
    allowed: 0.001,
    total: 'total',
    bad: 'bad',
    by: 'revision',
  } as const;
  async function judged(...counts: readonly (readonly [total: number, bad: number])[]): Promise<Verdict> {
    let at = 0;
    const judge = createCanaryJudge([question], async (query) => counts[at]![query === 'total' ? 0 : 1]);
    await judge.begin();
    at = 1;
    return judge.look();
  }

  test.each([
    [
      'nothing new',
      [
        [100, 50],
        [100, 50],
      ],
      { answered: 0 },
    ],
    [
      'old failures',
      [
        [100, 50],
        [1100, 50],
      ],
      { answered: 1000 },
    ],
    [
      'four failures, which may be chance',
      [
        [0, 0],
        [10, 4],
      ],
      { answered: 10 },
    ],
    [
      'as many as the budget has',
      [
        [0, 0],
        [5000, 5],
      ],
      { answered: 5000 },
    ],
    [
      'one more than the budget has',
      [
        [0, 0],
        [5000, 6],
      ],
      { answered: 5000, broken: '99.9 % of reads are answered: 6 of 5000 do not' },
    ],
    [
      'all failed',
      [
        [0, 0],
        [5, 5],
      ],
      { answered: 5, broken: '99.9 % of reads are answered: 5 of 5 do not' },
    ],
    [
      'a counter that began again',
      [
        [1000, 9],
        [10, 6],
      ],
      { answered: 10, broken: '99.9 % of reads are answered: 6 of 10 do not' },
    ],
  ] as const)('sees %s', async (_, counts, verdict) => {
    expect(await judged(...counts)).toEqual(verdict);
  });
});

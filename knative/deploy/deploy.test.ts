import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pretended } from './cluster.fixture.ts';
import { type Canary, deploy, deployCanary, endPreview, promote, type Roll, rollback } from './deploy.ts';
import { withoutChange } from './kn.ts';

const roll: Roll = { name: 'posts', namespace: 'blog', file: 'posts.yaml', needs: 'posts-needs.yaml' };
const silent = () => {};

async function deployed(times: number) {
  const pretence = pretended();
  for (let time = 0; time < times; time++) await deploy(pretence.cluster, roll);
  pretence.state.commands.length = 0;
  return pretence;
}
const canary: Canary = { tag: 'canary', percent: 10 };

describe('a function', () => {
  test('that is new is applied, after what it needs to start', async () => {
    const { state, cluster } = pretended();
    await deploy(cluster, roll);
    expect(state.commands).toEqual([
      'kubectl apply -n blog -f posts-needs.yaml',
      'kn service apply posts -n blog -f posts.yaml',
      'kubectl annotate --overwrite ksvc posts -n blog dormouse.dev/served=posts-00001',
    ]);
  });

  test('is waited for as long as was said', async () => {
    const { state, cluster } = await deployed(1);
    await deployCanary(cluster, { ...roll, waitSeconds: 90 }, canary);
    const waiting = state.commands.filter((command) => command.startsWith('kn'));
    expect(waiting).toHaveLength(3);
    for (const command of waiting) expect(command).toMatch(/ --wait-timeout 90$/);
  });

  test('without kubectl is deployed, and nothing is noted', async () => {
    const { state, cluster } = pretended();
    await deploy(cluster, { ...roll, needs: undefined });
    expect(state.commands).toEqual(['kn service apply posts -n blog -f posts.yaml']);
  });

  test('that is applied again follows its newest revision by itself', async () => {
    const { state, cluster, shares } = await deployed(1);
    await deploy(cluster, roll);
    expect(state.commands.filter((command) => command.includes('update'))).toEqual([]);
    expect(await shares()).toEqual({ 'posts-00002': 100 });
  });

  test('cannot share requests with nobody', async () => {
    await expect(deployCanary(pretended().cluster, roll, canary)).rejects.toThrow('deploy it without --tag');
  });
});

describe('a canary', () => {
  test('gets nothing before its share: the revision that had everything is pinned first', async () => {
    const { state, cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    expect(state.commands).toEqual([
      'kn service update posts -n blog --traffic posts-00001=100',
      'kubectl apply -n blog -f posts-needs.yaml',
      'kn service apply posts -n blog -f posts.yaml',
      'kn service update posts -n blog --tag posts-00002=canary --traffic canary=10 --traffic posts-00001=90',
    ]);
    expect(await shares()).toEqual({ 'posts-00001': 90, 'posts-00002': 10 });
  });

  test('that did not change gets another share, also more than half', async () => {
    const { state, cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    state.differs = false;
    for (const percent of [60, 80]) await deployCanary(cluster, roll, { tag: 'canary', percent });
    expect(await shares()).toEqual({ 'posts-00001': 20, 'posts-00002': 80 });
  });

  test('is replaced by a newer one of the same tag, and by no other', async () => {
    const { cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    await deployCanary(cluster, roll, canary);
    expect(await shares()).toEqual({ 'posts-00001': 90, 'posts-00003': 10 });
    await expect(deployCanary(cluster, roll, { tag: 'other', percent: 5 })).rejects.toThrow(
      'posts-00003 is being tried with 10 %',
    );
    await expect(deploy(cluster, roll)).rejects.toThrow('posts-00003 is being tried with 10 %');
  });

  test('of which nothing is new leaves everything as it was', async () => {
    const { state, cluster, shares } = await deployed(1);
    state.differs = false;
    const said: string[] = [];
    await deployCanary(cluster, roll, canary, (line) => said.push(line));
    expect(said.join()).toContain('there is nothing to try');
    expect([state.spec, await shares()]).toEqual([[{ latestRevision: true, percent: 100 }], { 'posts-00001': 100 }]);
  });

  test('that is promoted has all requests, and the next revision will have them', async () => {
    const { state, cluster } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    await promote(cluster, roll, silent);
    expect(state.spec).toEqual([{ latestRevision: true, percent: 100 }]);
  });

  test('is promoted itself, not what somebody applied after it', async () => {
    const { cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    await cluster.run(['kn', 'service', 'apply']);
    const said: string[] = [];
    await promote(cluster, roll, (line) => said.push(line));
    expect(await shares()).toEqual({ 'posts-00002': 100 });
    expect(said.join()).toContain('A newer revision exists');
  });

  test('that is taken back leaves all requests to the one before', async () => {
    const { state, cluster } = await deployed(1);
    await deployCanary(cluster, roll, { tag: 'canary', percent: 70 });
    await rollback(cluster, roll, silent);
    expect(state.spec).toEqual([{ revisionName: 'posts-00001', percent: 100 }]);
  });
});

describe('a preview', () => {
  const preview: Canary = { tag: 'pr-7', percent: 0 };
  const readers = { 'posts-00001': 100, 'posts-00002': 0 };

  test('has an address of its own, and no request of a reader', async () => {
    const { state, cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, preview);
    expect(state.commands.at(-1)).toBe(
      'kn service update posts -n blog --tag posts-00002=pr-7 --traffic posts-00001=100',
    );
    expect(await shares()).toEqual(readers);
  });

  test('stands beside others, is replaced by a newer one, and outlives a deployment', async () => {
    const { state, cluster, shares } = await deployed(1);
    for (const tag of ['pr-7', 'pr-8', 'pr-7']) await deployCanary(cluster, roll, { tag, percent: 0 });
    expect(await shares()).toEqual({ 'posts-00001': 100, 'posts-00003': 0, 'posts-00004': 0 });
    await deploy(cluster, roll);
    expect(await shares()).toEqual({ 'posts-00003': 0, 'posts-00004': 0, 'posts-00005': 100 });
    expect(state.spec!.map(({ tag }) => tag).filter(Boolean)).toEqual(['pr-8', 'pr-7']);
  });

  test('is not promoted, though it is the newest revision', async () => {
    const { cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, preview);
    await expect(promote(cluster, roll, silent)).rejects.toThrow('posts-00002 is a preview (pr-7)');
    expect(await shares()).toEqual(readers);
  });

  test('ends with its tag; what has requests is none', async () => {
    const { cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, preview);
    await endPreview(cluster, roll, 'pr-7', silent);
    expect(await shares()).toEqual({ 'posts-00001': 100 });
    const said: string[] = [];
    await endPreview(cluster, roll, 'pr-7', (line) => said.push(line));
    expect(said).toEqual(['posts has no tag pr-7']);
    await deployCanary(cluster, roll, canary);
    await expect(endPreview(cluster, roll, 'canary', silent)).rejects.toThrow('has requests: it is no preview');
  });
});

describe('going back', () => {
  test('without a canary is by one deployment, and stays until the next one', async () => {
    const { state, cluster, shares } = await deployed(3);
    await rollback(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00002': 100 });
    await rollback(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00001': 100 });
    await expect(rollback(cluster, roll, silent)).rejects.toThrow(
      'nobody noted who had all requests before posts-00001; --to names one of posts-00003, posts-00002',
    );
    await deploy(cluster, roll);
    expect(state.spec).toEqual([{ latestRevision: true, percent: 100 }]);
    await rollback(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00001': 100 });
  });

  test('is never to a canary that was thrown away', async () => {
    const { cluster, shares } = await deployed(1);
    await deployCanary(cluster, roll, canary);
    await deployCanary(cluster, roll, canary);
    await promote(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00003': 100 });
    await rollback(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00001': 100 });
  });

  test('from what somebody applied by other means is to nobody knows what, but to what is named', async () => {
    const { cluster, shares } = await deployed(2);
    await cluster.run(['kn', 'service', 'apply']);
    await expect(rollback(cluster, roll, silent)).rejects.toThrow(
      'nobody noted who had all requests before posts-00003; --to names one of posts-00002, posts-00001',
    );
    await expect(rollback(cluster, roll, silent, 'posts-00009')).rejects.toThrow('posts-00009 is no revision');
    await rollback(cluster, roll, silent, 'posts-00001');
    expect(await shares()).toEqual({ 'posts-00001': 100 });
    await deploy(cluster, roll);
    await rollback(cluster, roll, silent);
    expect(await shares()).toEqual({ 'posts-00001': 100 });
  });

  test('is not to a revision that is gone', async () => {
    const { state, cluster, shares } = await deployed(3);
    state.gone.add('posts-00002');
    await expect(rollback(cluster, roll, silent)).rejects.toThrow(
      'posts-00002, which had all requests before, is not ready any more; --to names one of posts-00001',
    );
    expect(await shares()).toEqual({ 'posts-00003': 100 });
  });

  test('or forward is impossible for what is not there, or not being tried', async () => {
    await expect(rollback(pretended().cluster, roll, silent)).rejects.toThrow('there is no posts in namespace blog');
    await expect(promote((await deployed(1)).cluster, roll, silent)).rejects.toThrow('nothing is being tried');
  });
});

test('a dry run changes nothing, and says every command', async () => {
  const { state, cluster } = await deployed(1);
  const said: string[] = [];
  await deployCanary(
    withoutChange(cluster, 'posts', (line) => said.push(line)),
    roll,
    canary,
  );
  expect(state.commands).toEqual([]);
  expect(said.at(-1)).toBe(
    'would run: kn service update posts -n blog --tag posts-NEW=canary --traffic canary=10 --traffic posts-00001=90',
  );
  expect(said).toHaveLength(4);
});

test('whatever is done in whatever order, all requests have a revision, and each that has some exists', async () => {
  const action = fc.constantFrom('deploy', 'canary', 'promote', 'rollback', 'somebody applies');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ action, percent: fc.integer({ min: 1, max: 99 }), differs: fc.boolean() }), {
        maxLength: 12,
      }),
      async (steps) => {
        const { state, cluster, shares } = await deployed(1);
        for (const { action, percent, differs } of steps) {
          state.differs = differs;
          try {
            if (action === 'deploy') await deploy(cluster, roll);
            else if (action === 'canary') await deployCanary(cluster, roll, { tag: 'canary', percent }, silent);
            else if (action === 'promote') await promote(cluster, roll, silent);
            else if (action === 'rollback') await rollback(cluster, roll, silent);
            else await cluster.run(['kn', 'service', 'apply']);
          } catch (error) {
            expect((error as Error).name).toBe('DeployError');
          }
          expect(state.spec!.reduce((sum, { percent = 0 }) => sum + percent, 0)).toBe(100);
          expect((await cluster.revisions()).map(({ metadata }) => metadata.name)).toEqual(
            expect.arrayContaining(Object.keys(await shares())),
          );
        }
      },
    ),
  );
});

import { expect, test } from 'vitest';
import { type LivePod, troubleOf } from './pod-trouble.ts';
import { watchPods } from './watch-pods.ts';

type State = NonNullable<NonNullable<LivePod['status']>['containerStatuses']>[number]['state'];
const pod = (state: NonNullable<State>): LivePod => ({
  metadata: { name: 'posts-00002-x' },
  status: { containerStatuses: [{ name: 'user-container', state }] },
});
const missing = pod({ waiting: { reason: 'ErrImagePull', message: 'rpc error:\n not found' } });

test.each([
  ['an image that is not there', missing, 'posts-00002-x, user-container: ErrImagePull: rpc error: not found'],
  [
    'a container that ends',
    pod({ terminated: { reason: 'Error', exitCode: 1 } }),
    'posts-00002-x, user-container: Error: exit code 1',
  ],
  [
    'a container that was ended too often',
    pod({ waiting: { reason: 'CrashLoopBackOff' } }),
    'posts-00002-x, user-container: CrashLoopBackOff',
  ],
  [
    'no place on any node',
    {
      metadata: { name: 'p' },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
      },
    },
    'p: Unschedulable: 0/1 nodes',
  ],
])('%s is told', (_, trouble, line) => {
  expect(troubleOf([trouble])).toEqual([line]);
});

test.each([
  ['just starts', pod({ waiting: { reason: 'ContainerCreating' } })],
  ['runs', pod({})],
  ['has done its work', pod({ terminated: { exitCode: 0 } })],
  ['is new', { metadata: { name: 'p' } }],
])('a Pod that %s is no trouble', (_, each) => {
  expect(troubleOf([each])).toEqual([]);
});

test('while something is waited for, each trouble is told once, and a list that fails does not matter', async () => {
  const lists = [[], [missing], [missing], [pod({ waiting: { reason: 'ImagePullBackOff' } })]];
  const said: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const pods = async () => {
    const next = lists.shift();
    if (!next) {
      resolve('ready');
      throw new Error('kubectl failed');
    }
    return next;
  };
  expect(await watchPods(promise, { pods, say: (line) => said.push(line), everyMs: 1 })).toBe('ready');
  expect(said).toEqual([
    'posts-00002-x, user-container: ErrImagePull: rpc error: not found',
    'posts-00002-x, user-container: ImagePullBackOff',
  ]);
});

import { flowParts } from '@dormouse/manifests/flows';
import type { Destination, Flow, Parallel, Sequence } from '@dormouse/manifests/model';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Bench, bench, type Call, type ConsumerResponse, service } from './broker.fixture.ts';

const open: Bench[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const origin = { file: 'flow.yaml', line: 1 };
const template = { kind: 'InMemoryChannel' as const, delivery: {} };
const common = { name: 'f', namespace: 'dormouse', template, reply: service('end'), origin };
const sequence = (steps: number): Sequence => ({
  ...common,
  kind: 'Sequence',
  steps: Array.from({ length: steps }, (_, step) => ({ subscriber: service(`step-${step}`), delivery: {}, origin })),
});
interface BranchSpec {
  filter?: Destination;
  reply?: Destination;
}
const parallel = (branches: readonly BranchSpec[]): Parallel => ({
  ...common,
  kind: 'Parallel',
  branches: branches.map(({ filter, reply }, branch) => ({
    filter,
    subscriber: service(`branch-${branch}`),
    reply,
    delivery: {},
    origin,
  })),
});

/** What a program makes of a number: another one, nothing, or a failure. */
type Program = (value: number) => number | undefined | 'fails';
const programs: Readonly<Record<string, Program>> = {
  adds: (value) => value + 1,
  doubles: (value) => value * 2,
  'keeps even ones': (value) => (value % 2 === 0 ? value : undefined),
  'says nothing': () => undefined,
  fails: () => 'fails',
};
const names = fc.constantFrom(...Object.keys(programs));
const program = (name: string) => programs[name] as Program;

const asConsumer =
  (run: Program) =>
  ({ id, body }: Call): ConsumerResponse => {
    const made = run(Number(body.toString()));
    if (made === 'fails') return 400;
    const headers = { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/f', 'ce-type': 'made' };
    return made === undefined ? 202 : { status: 200, headers, body: Buffer.from(String(made)) };
  };

/** Sends numbers through a flow. */
async function run(
  flow: Flow,
  consumers: Readonly<Record<string, Program>>,
  values: readonly number[],
): Promise<Bench> {
  const b = await bench({
    ...flowParts(flow),
    consumers: new Map(Object.entries(consumers).map(([name, each]) => [name, asConsumer(each)])),
  });
  open.push(b);
  const entry = flow.kind === 'Sequence' ? 'f-kn-sequence-0' : 'f-kn-parallel';
  for (const [index, value] of values.entries())
    expect(await b.send({ id: String(index) }, String(value), entry)).toBe(202);
  await b.settle();
  return b;
}

const seenBy = (b: Bench, to: string) =>
  b.calls
    .filter((call) => call.to === to)
    .map(({ id, body }) => `${id}: ${body}`)
    .sort();

/** What is left of each number behind some programs. */
const behind = (values: readonly number[], ...passed: readonly Program[]) =>
  values.flatMap((value, index) => {
    let left: ReturnType<Program> = value;
    for (const each of passed) left = typeof left === 'number' ? each(left) : left;
    return typeof left === 'number' ? [`${index}: ${left}`] : [];
  });

describe('a Sequence', () => {
  test('is the composition of its steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(20), { maxLength: 4 }),
        async (steps, values) => {
          const consumers = Object.fromEntries(steps.map((name, step) => [`step-${step}`, program(name)]));
          const b = await run(sequence(steps.length), consumers, values);
          for (const step of steps.keys())
            expect(seenBy(b, `step-${step}`)).toEqual(behind(values, ...steps.slice(0, step).map(program)));
          expect(seenBy(b, 'end')).toEqual(behind(values, ...steps.map(program)));
        },
      ),
      { numRuns: 10 },
    );
  });

  test('is one trace', async () => {
    const b = await run(sequence(2), { 'step-0': program('adds'), 'step-1': program('adds') }, [1]);
    const traces = new Set(b.calls.map(({ headers }) => headers.traceparent?.slice(3, 35)));
    expect([b.calls.length, traces.size]).toEqual([3, 1]);
  });

  test('goes on after a power loss where it was', async () => {
    const never = () => new Promise<never>(() => {});
    const b = await bench({
      ...flowParts(sequence(2)),
      consumers: new Map<string, (call: Call) => ConsumerResponse | Promise<ConsumerResponse>>([
        ['step-0', asConsumer(program('adds'))],
        ['step-1', never],
      ]),
    });
    await b.send({ id: '1' }, '1', 'f-kn-sequence-0');
    await b.settle();
    b.consumers.set('step-1', asConsumer(program('doubles')));
    const again = await b.crash();
    open.push(again);
    await again.settle();
    expect([seenBy(again, 'step-1'), seenBy(again, 'end')]).toEqual([['1: 2'], ['1: 4']]);
  });
});

describe('a Parallel', () => {
  test('has branches of which none knows of the others', async () => {
    const branch = fc.record({ filter: fc.option(names, { nil: undefined }), subscriber: names });
    await fc.assert(
      fc.asyncProperty(
        fc.array(branch, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(20), { maxLength: 4 }),
        async (branches, values) => {
          const consumers = Object.fromEntries(
            branches.flatMap(({ filter, subscriber }, number) => [
              [`branch-${number}`, program(subscriber)],
              ...(filter ? [[`filter-${number}`, program(filter)]] : []),
            ]),
          );
          const flow = parallel(
            branches.map(({ filter }, number) => ({
              ...(filter && { filter: service(`filter-${number}`) }),
              reply: service(`end-${number}`),
            })),
          );
          const b = await run(flow, consumers, values);
          for (const [number, { filter, subscriber }] of branches.entries()) {
            const filters = filter ? [program(filter)] : [];
            expect(seenBy(b, `branch-${number}`)).toEqual(behind(values, ...filters));
            expect(seenBy(b, `end-${number}`)).toEqual(behind(values, ...filters, program(subscriber)));
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  test('has a reply for branches without one of their own', async () => {
    const flow = parallel([{}, { reply: service('own') }]);
    const b = await run(flow, { 'branch-0': program('adds'), 'branch-1': program('doubles') }, [5]);
    expect([seenBy(b, 'end'), seenBy(b, 'own')]).toEqual([['0: 6'], ['0: 10']]);
  });
});

import { join } from 'node:path';
import type { Against } from '@dormouse/tests/bench/against';
import type { BenchOptions, BenchPart } from '@dormouse/tests/bench/options';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, httpAddress, option, positiveNumber, wholeNumber } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

interface Flags {
  parts?: readonly BenchPart[];
  rounds?: number;
  brokerRounds?: number;
  cold?: number;
  seconds?: number;
  posts?: number;
  sharedCache?: number;
  namespace?: string;
  cycles?: number;
  sleeps?: number;
  out?: string;
  against?: string;
  againstPid?: readonly number[];
  request?: readonly (readonly [string, string])[];
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const alone = ['telemetry', 'cluster-cold', 'search', 'compression', 'ratios'] as const;

function parsePart(input: string): (typeof alone)[number] {
  const part = alone.find((each) => each === input);
  if (!part) throw new Error(`must be one of ${alone.join(', ')}`);
  return part;
}

function parseParts(input: string): BenchPart[] {
  return input.split(',').map((each) => {
    const part = [...letters, ...alone].find((known) => known === each);
    if (!part) throw new Error(`there is no part ${each || '""'}; there are ${letters.join(',')}`);
    return part;
  });
}

/** What can be asked of another server, as tests/bench/against.ts asks it of the platform. */
const compared = ['list', 'categories', 'home', 'feed', 'post', 'page'];

function parseRequest(input: string): readonly [string, string] {
  const [, name, path = ''] = /^([a-z]+)=(\/\S*)$/.exec(input) ?? [];
  const known = compared.find((each) => each === name);
  if (!known) throw new Error(`must be NAME=/PATH with a name of ${compared.join(', ')}`);
  return [known, path];
}

/** @throws UsageError when only the address is missing */
function againstOf({ against, againstPid = [], request = [] }: Flags): Against | undefined {
  if (against !== undefined) return { origin: against, pids: againstPid, paths: Object.fromEntries(request) };
  if (againstPid.length + request.length > 0) throw new UsageError('--against-pid and --request go with --against URL');
  return undefined;
}

/** `dormouse bench` */
export const bench = buildCommand({
  docs: {
    brief: 'Measures the platform on this machine',
    fullDescription: [
      'Measures the platform on this machine, beside a plain Hono process with the same statements and a bare node:http',
      'function; with "telemetry" only what telemetry costs a function; with "cluster-cold" only cold starts of functions',
      'on the cluster of KUBECONFIG, reached at INGRESS; with "search" only how long searches take among 100,000 posts;',
      'with "compression" only what compressing costs and leaves; with "ratios" only what a few requests cost beside a bare',
      'server (ends with 1 when one has become dear).',
      '',
      'With --against URL only requests, the same in turn to the platform and to another blog on this machine. It has the',
      'same API, or the paths that --request gives.',
      '',
      'Parts: a cold starts, b throughput and latency, c the scenario of the predecessor, d events, e memory, f the broker',
      'alone (publishing, end to end, a backlog, failing neighbours, recovery).',
    ].join('\n'),
  },
  parameters: {
    flags: {
      parts: option('LETTERS', 'Some of the parts: a,b,c,d,e,f (default: all)', parseParts),
      rounds: option('N', 'Interleaved rounds of b (default: 5)', wholeNumber(1)),
      brokerRounds: option('N', "Interleaved rounds of f's failing neighbours (default: 9)", wholeNumber(1)),
      cold: option(
        'N',
        'Cold starts of each function with a prewarmed process; a quarter without (default: 20)',
        wholeNumber(1),
      ),
      seconds: option('N', 'Length of one run of b (default: 4)', positiveNumber),
      posts: option(
        'N',
        'Posts in the database before b (default: 500), or for search (default: 100000)',
        wholeNumber(0),
      ),
      sharedCache: option(
        'MIB',
        'ratios: once more with so large a cache in the ingress (default: 0, not)',
        wholeNumber(0, 4096),
      ),
      namespace: option('NAME', 'cluster-cold: namespace of the functions (default: dormouse)'),
      cycles: option('N', 'telemetry: functions started, asked once and ended (default: 1000)', wholeNumber(1)),
      sleeps: option('N', 'telemetry: functions put to sleep by the autoscaler (default: 100)', wholeNumber(1)),
      against: option('URL', 'Another blog that gets the same requests in turn', httpAddress),
      againstPid: {
        ...option(
          'PID',
          'Process of that blog, whose CPU time and its descendants’ is its own; several with commas',
          wholeNumber(1, 4_194_304),
        ),
        variadic: ',',
      },
      request: {
        ...option(
          'NAME=PATH',
          `A request, as that blog has it: ${compared.join(', ')}; again for others`,
          parseRequest,
        ),
        variadic: true,
      },
      out: option('FILE', 'Results as JSON (default: bench.json)'),
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          ...argument('PART', 'telemetry, cluster-cold, search, compression or ratios, alone', parsePart),
          optional: true,
          proposeCompletions: () => alone,
        },
      ],
    },
  },
  async loader() {
    const { runProgram } = await import('../run-program.ts');
    return async function measure(this: Context, flags: Flags, part?: (typeof alone)[number]) {
      const against = againstOf(flags);
      const options: BenchOptions = {
        command: ['dormouse', ...process.argv.slice(2)].join(' '),
        parts: against ? ['against'] : part ? [part] : (flags.parts ?? letters),
        rounds: flags.rounds ?? 5,
        brokerRounds: flags.brokerRounds ?? 9,
        cold: flags.cold ?? 20,
        seconds: flags.seconds ?? 4,
        posts: flags.posts ?? (part === 'search' ? 100_000 : 500),
        sharedCache: flags.sharedCache ?? 0,
        namespace: flags.namespace ?? 'dormouse',
        cycles: flags.cycles ?? 1000,
        sleeps: flags.sleeps ?? 100,
        against,
        out: flags.out ?? 'bench.json',
      };
      this.exitWith(await runProgram(join(this.root, 'tests/bench/main.ts'), options));
    };
  },
});

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Job, JobSink, Volume } from '@dormouse/manifests/model';
import { type JobRunOptions, runJob } from '@dormouse/serving/jobs';
import type { Bundle } from '@dormouse/serving/process/bundle';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { maxBodyBytes, readBody, reject, rejectRepeated } from './broker-ingress.ts';
import { InvalidEventError, readEvents, writeMessage } from './store/cloudevents.ts';

export interface JobSinksOptions extends JobRunOptions {
  /** Where events are kept, and what became of their Jobs. */
  folder: string;
  report: (sentence: string) => void;
  /** Jobs of one JobSink that run at the same time; default: 4. */
  maxRunning?: number;
}

/** JobSinks: what is posted to one is kept, and a Job is run for it. */
export interface JobSinks {
  /** `POST /NAMESPACE/NAME` answers 202 once the event is on disk, and a `Location` that says what becomes of its Job. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Applies changed JobSinks. Jobs of one that is gone are ended, and go on when it is back. */
  update(sinks: readonly JobSink[], bundles: ReadonlyMap<string, Bundle>): void;
  status(): (ServiceStatus & { pids: number[] })[];
  /** Ends running Jobs, which start anew with the platform. */
  close(): Promise<void>;
}

type State = 'waiting' | 'running' | 'Complete' | 'Failed';

const maxWaiting = 10_000;
/** Jobs that have ended, and so events that are known again, of one JobSink. */
const maxEnded = 1_000;
/** Where Knative mounts the event (knative/eventing cmd/jobsink). */
const mountPath = '/etc/jobsink-event';

/** Key of a JobSink's program among those that were built. */
const bundleKey = (key: string) => `job-sink ${key}`;
const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

/** Opens JobSinks, and goes on with Jobs that had not ended. @see JobSinks */
export async function openJobSinks(
  sinks: readonly JobSink[],
  bundles: ReadonlyMap<string, Bundle>,
  options: JobSinksOptions,
): Promise<JobSinks> {
  const open = new Map<string, OpenJobSink>();
  const closing = new Set<Promise<void>>();
  const add = async (sink: JobSink, bundle: Bundle) => {
    const opened = new OpenJobSink(sink, bundle, options);
    await opened.recover();
    return opened;
  };
  for (const sink of sinks) open.set(keyOf(sink), await add(sink, bundles.get(bundleKey(keyOf(sink)))!));
  return {
    handle: jobSinkIngress((key) => open.get(key), options.report),
    update(changed, built) {
      for (const [key, each] of open)
        if (!changed.some((sink) => keyOf(sink) === key)) {
          open.delete(key);
          const closed: Promise<void> = each.close().finally(() => closing.delete(closed));
          closing.add(closed);
        }
      for (const sink of changed) {
        const key = keyOf(sink);
        const bundle = built.get(bundleKey(key))!;
        const known = open.get(key);
        if (known) known.configure(sink, bundle);
        else
          void Promise.all(closing)
            .then(() => add(sink, bundle))
            .then((opened) => open.set(key, opened))
            .catch((error: Error) => options.report(`JobSink ${key} does not open: ${error.message}`));
      }
    },
    status: () => [...open.values()].map((each) => each.status()),
    async close() {
      await Promise.all([...closing, ...[...open.values()].map((each) => each.close())]);
    },
  };
}

/** One JobSink with its Jobs, a folder for each: `event/event` is what came, `ended` says what became of it. */
class OpenJobSink {
  #sink: JobSink;
  #bundle: Bundle;
  readonly #folder: string;
  readonly #options: JobSinksOptions;
  /** In the order in which they came, or have ended. */
  readonly #jobs = new Map<string, State>();
  readonly #storing = new Map<string, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #failure: string | undefined;

  constructor(sink: JobSink, bundle: Bundle, options: JobSinksOptions) {
    this.#sink = sink;
    this.#bundle = bundle;
    this.#options = options;
    this.#folder = join(options.folder, `${sink.namespace}_${sink.name}`);
  }

  configure(sink: JobSink, bundle: Bundle): void {
    this.#sink = sink;
    this.#bundle = bundle;
  }

  /** Reads what is on disk. */
  async recover(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const found: { job: string; state: State; ms: number }[] = [];
    for (const job of await readdir(this.#folder)) {
      const folder = join(this.#folder, job);
      if (job.endsWith('.new')) await rm(folder, { recursive: true });
      else found.push({ job, ...(await stateOf(folder)) });
    }
    found.sort((one, other) => one.ms - other.ms);
    for (const { job, state } of found) this.#jobs.set(job, state);
    this.#start();
  }

  get full(): boolean {
    return this.#count('waiting') >= maxWaiting;
  }

  stateOf(source: string, id: string): State | undefined {
    return this.#jobs.get(this.#nameOf(source, id));
  }

  /** Keeps an event, unless there is one of its source and id. */
  async accept(source: string, id: string, event: Buffer): Promise<void> {
    const job = this.#nameOf(source, id);
    if (this.#jobs.has(job)) return;
    const storing = this.#storing.get(job) ?? this.#store(job, event);
    this.#storing.set(job, storing);
    await storing.finally(() => this.#storing.delete(job));
  }

  status(): ServiceStatus & { pids: number[] } {
    const { name, namespace } = this.#sink;
    const [instances, waiting] = [this.#running.size, this.#count('waiting')];
    return {
      ...{ name, namespace, instances, pids: [] },
      revision: 'JobSink',
      ready: instances,
      wanted: instances + waiting,
      cause: this.#failure ? { kind: 'crash', words: this.#failure } : null,
      state: instances > 0 ? 'ready' : this.#failure ? 'failed' : 'asleep',
      requests: this.#jobs.size,
      waited_ms: 0,
      last_cold_start_ms: null,
    };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#storing.values(), ...this.#running]);
  }

  #count(state: State): number {
    let count = 0;
    for (const each of this.#jobs.values()) if (each === state) count++;
    return count;
  }

  /** Not the source itself: it may be no name of an object. */
  #nameOf(source: string, id: string): string {
    return `${this.#sink.name}-${createHash('md5').update(`${source}-${id}`).digest('hex')}`;
  }

  /** The folder appears whole, and stays when the machine stops. */
  async #store(job: string, event: Buffer): Promise<void> {
    const made = join(this.#folder, `${job}.new`);
    await mkdir(join(made, 'event'), { recursive: true, mode: 0o700 });
    await writeDurably(join(made, 'event', 'event'), event);
    await rename(made, join(this.#folder, job));
    await syncFolder(this.#folder);
    this.#jobs.set(job, 'waiting');
    this.#start();
  }

  #start(): void {
    const { maxRunning = 4 } = this.#options;
    for (const [job, state] of this.#jobs) {
      if (this.#running.size >= maxRunning || this.#stopping.signal.aborted) return;
      if (state !== 'waiting') continue;
      this.#jobs.set(job, 'running');
      const running: Promise<void> = this.#run(job).finally(() => {
        this.#running.delete(running);
        this.#start();
      });
      this.#running.add(running);
    }
  }

  async #run(name: string): Promise<void> {
    const { report } = this.#options;
    const { signal } = this.#stopping;
    const job = inFolder({ ...this.#sink.job, name }, join(this.#folder, name));
    try {
      await runJob(job, this.#bundle, { ...this.#options, service: this.#sink.name, signal });
      this.#failure = undefined;
      await this.#ended(name, 'Complete');
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = (error as Error).message;
      report(`JobSink ${this.#sink.name}: ${this.#failure}`);
      await this.#ended(name, 'Failed').catch(({ message }: Error) => report(`${name}: ${message}`));
    }
  }

  async #ended(job: string, state: State): Promise<void> {
    await writeDurably(join(this.#folder, job, 'ended'), Buffer.from(state));
    await rm(join(this.#folder, job, 'volumes'), { recursive: true, force: true });
    this.#jobs.delete(job);
    this.#jobs.set(job, state);
    let more = this.#count('Complete') + this.#count('Failed') - maxEnded;
    for (const [each, its] of this.#jobs) {
      if (more <= 0) break;
      if (its === 'waiting' || its === 'running') continue;
      this.#jobs.delete(each);
      await rm(join(this.#folder, each), { recursive: true, force: true });
      more--;
    }
  }
}

/** The Job with its event mounted, and volumes that are gone with it. */
function inFolder(job: Job, folder: string): Job {
  const from = (...path: string[]): Volume['source'] => ({ kind: 'folder', from: join(folder, ...path) });
  const volumes = job.container.volumes.map((volume) =>
    volume.source.kind === 'emptyDir' ? { ...volume, source: from('volumes', volume.name) } : volume,
  );
  const event: Volume = { name: 'jobsink-event', mountPath, readOnly: true, source: from('event') };
  const env = [...job.container.env, { kind: 'value' as const, name: 'K_EVENT_PATH', value: mountPath }];
  return { ...job, container: { ...job.container, env, volumes: [...volumes, event] } };
}

async function stateOf(folder: string): Promise<{ state: State; ms: number }> {
  const ended = join(folder, 'ended');
  if (existsSync(ended))
    return {
      state: (await readFile(ended, 'utf8')) === 'Failed' ? 'Failed' : 'Complete',
      ms: (await stat(ended)).mtimeMs,
    };
  return { state: 'waiting', ms: (await stat(join(folder, 'event', 'event'))).mtimeMs };
}

async function writeDurably(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** HTTP handler of all JobSinks (knative/eventing cmd/jobsink/main.go). */
function jobSinkIngress(sinkOf: (key: string) => OpenJobSink | undefined, report: (sentence: string) => void) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const parts = ((request.url ?? '/').split('?', 1)[0] as string).replace(/\/$/, '').split('/');
    if (request.method === 'GET') said(request, response, parts, sinkOf);
    else if (request.method !== 'POST') reject(request, response, 400, `${request.method}: events are sent with POST`);
    else {
      const key = parts.slice(1).join('/');
      const sink = parts.length === 3 ? sinkOf(key) : undefined;
      if (!sink) reject(request, response, 400, `there is no JobSink at /${key}: POST /<namespace>/<name>`);
      else
        readBody(request, (body) => {
          if (body) void accept(request, response, { key, sink, body });
          else reject(request, response, 413, `an event may have ${maxBodyBytes} bytes`, { connection: 'close' });
        });
    }
  };

  async function accept(
    request: IncomingMessage,
    response: ServerResponse,
    { key, sink, body }: { key: string; sink: OpenJobSink; body: Buffer },
  ): Promise<void> {
    try {
      rejectRepeated(request);
      const [event, another] = readEvents(request.headers, body);
      if (!event || another) throw new InvalidEventError('a batch is not taken: a Job is for one event');
      const { source = '', id = '' } = event.attributes;
      if (sink.full && sink.stateOf(source, id) === undefined) {
        reject(request, response, 503, `${maxWaiting} Jobs are waiting`, { 'retry-after': '1' });
        return;
      }
      await sink.accept(source, id, writeMessage(event, 'json').body);
      response.writeHead(202, { 'content-length': '0', location: locationOf(key, source, id) }).end();
    } catch (error) {
      const { message } = error as Error;
      report(`an event for the JobSink ${key} was not taken: ${message}`);
      if (error instanceof InvalidEventError) reject(request, response, 400, message);
      else reject(request, response, 503, 'the event could not be stored', { 'retry-after': '1' });
    }
  }
}

function locationOf(key: string, source: string, id: string): string {
  const [namespace, name] = key.split('/');
  return `/namespaces/${namespace}/name/${name}/sources/${encodeURIComponent(source)}/ids/${encodeURIComponent(id)}`;
}

/** What became of an event's Job: 200 when it is complete, 400 when it has failed, 202 until then. */
function said(
  request: IncomingMessage,
  response: ServerResponse,
  parts: readonly string[],
  sinkOf: (key: string) => OpenJobSink | undefined,
): void {
  const [, , namespace, , name, , source = '', , id = ''] = parts;
  const state = parts.length === 9 ? stateIn(sinkOf(`${namespace}/${name}`), source, id) : undefined;
  if (parts.length !== 9) reject(request, response, 400, 'the path is not that of a Location');
  else if (!state) reject(request, response, 404, 'there is no Job of this event');
  else if (state === 'Complete' || state === 'Failed')
    response.writeHead(state === 'Complete' ? 200 : 400, { reason: state, 'content-length': '0' }).end();
  else response.writeHead(202, { location: parts.join('/'), 'content-length': '0' }).end();
}

function stateIn(sink: OpenJobSink | undefined, source: string, id: string): State | undefined {
  try {
    return sink?.stateOf(decodeURIComponent(source), decodeURIComponent(id));
  } catch {
    return undefined;
  }
}

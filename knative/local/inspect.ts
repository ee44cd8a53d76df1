import type { Service } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';
import { didYouMean } from '@dormouse/manifests/yaml/did-you-mean';
import { type Child, nodeFlags, startChild } from '@dormouse/serving/process/child-process';

const firstPort = 9229;
const hourMs = 3_600_000;

/** What is wrong with `names` as names of Services, in one line; undefined when each is one. */
export function unknownService({ platform }: Pick<Source, 'platform'>, names: readonly string[]): string | undefined {
  const known = platform.services.map(({ name }) => name);
  const name = names.find((each) => !known.includes(each));
  if (name === undefined) return undefined;
  const meant = didYouMean(name, known);
  return `--inspect ${name}: there is no such Service; ${meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}`}`;
}

/**
 * The same Services, those of `names` made ready for a debugger that stops them: one instance that never sleeps, no
 * liveness or startup probe, an hour for every response.
 * @throws Error when `names` has a name that is no Service's
 */
export function withInspector(source: Source, names: readonly string[]): Source {
  const { services } = source.platform;
  const wrong = unknownService(source, names);
  if (wrong) throw new Error(wrong);
  const changed = services.map((service) => (names.includes(service.name) ? held(service) : service));
  return { ...source, platform: { ...source.platform, services: changed } };
}

const held = (service: Service): Service => ({
  ...service,
  timeoutMs: hourMs,
  responseStartTimeoutMs: hourMs,
  livenessProbe: undefined,
  startupProbe: undefined,
  readinessProbe: service.readinessProbe && { ...service.readinessProbe, failureThreshold: Number.MAX_SAFE_INTEGER },
  autoscaling: { ...service.autoscaling, minScale: 1, maxScale: 1, initialScale: 1 },
});

/** Inspectors' ports on 127.0.0.1 by Service: 9229, 9230 and so on, in the order of `names`. */
export const inspectorPorts = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...new Set(names)].map((name, index) => [name, firstPort + index]));

/**
 * Starts instances with an inspector. While a new revision takes over there are two of them: the new one opens the port
 * when the old one has ended.
 */
export function startInspected(launcher: string): (env: NodeJS.ProcessEnv, port: number) => Child {
  const running = new Map<number, Child>();
  return (env, port) => {
    const before = running.get(port);
    const flag = before?.alive() ? '--inspect-port' : '--inspect';
    const child = startChild(launcher, env, [...nodeFlags, '--enable-source-maps', `${flag}=127.0.0.1:${port}`]);
    // Node.js opens its inspector on SIGUSR1; see "Node.js signal events" in its manual.
    if (before?.alive()) void before.exited.then(() => child.kill('SIGUSR1'));
    running.set(port, child);
    return child;
  };
}

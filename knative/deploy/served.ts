import type { LiveService } from './traffic.ts';

/** Annotation of a Service: the revisions that had all requests, newest first, separated by commas. */
export const servedAnnotation = 'dormouse.dev/served';

const kept = 10;

/** The revisions that deployments have noted. */
export const servedOf = ({ metadata }: LiveService): string[] =>
  (metadata?.annotations?.[servedAnnotation] ?? '').split(',').filter((each) => each !== '');

/** The history with revisions that had all requests since, oldest first. */
export function noted(history: readonly string[], ...revisions: readonly string[]): string[] {
  let next = [...history];
  for (const revision of revisions) if (next[0] !== revision) next = [revision, ...next].slice(0, kept);
  return next;
}

/** The history after going back to a revision: what came after it is forgotten. */
export function wentBack(history: readonly string[], from: string, to: string): string[] {
  const at = history.indexOf(to);
  return at < 0 ? noted(history, from, to) : history.slice(at);
}

/** Where progress is shown; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Says how far a stage has come; call it once for every item done. */
export type Step = (item: string) => void;

/** Says why nothing goes on, and until when: `waitedMs` from when on it did not, `ms` until the next attempt. */
export type Waiting = (wait: { readonly reason: string; readonly ms: number; readonly waitedMs: number }) => void;

/** From when on somebody wonders, and how often a line is enough where lines stay. */
const worthSayingMs = 2_000;
const sayAgainMs = 10_000;

/** Shows on a terminal in place of the bar, elsewhere in a line every ten seconds, that what is at work waits. Short pauses pass in silence. */
export function waiting(screen: Screen, now: () => number = () => performance.now()): Waiting {
  let saidAt = Number.NEGATIVE_INFINITY;
  return ({ reason, ms, waitedMs }) => {
    if (waitedMs + ms < worthSayingMs) return;
    if (!screen.isTTY && now() - saidAt < sayAgainMs) return;
    saidAt = now();
    const text = `waiting for ${seconds(waitedMs)}, again in ${seconds(ms)}: ${reason}`;
    const fitting = [...text].slice(0, (screen.columns ?? 80) - 1).join('');
    screen.write(screen.isTTY ? `\r\x1b[2K${fitting}` : `${text}\n`);
  };
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** A bar that fills on a terminal; elsewhere a line every ten items, of many every hundredth part, and one at the end. */
export function progress(screen: Screen, stage: string, total: number): Step {
  let done = 0;
  const every = Math.max(10, Math.ceil(total / 1000) * 10);
  const bar = (item: string) => {
    const filled = Math.round((20 * done) / total);
    const text = `${stage} ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done}/${total} ${item}`;
    const fitting = [...text].slice(0, (screen.columns ?? 80) - 1).join('');
    screen.write(`\r\x1b[2K${done === total ? `${stage} ${'█'.repeat(20)} ${done}/${total}\n` : fitting}`);
  };
  const line = () => {
    if (done % every === 0 || done === total) screen.write(`${stage} ${done}/${total}\n`);
  };
  return (item) => {
    done++;
    if (screen.isTTY) bar(item);
    else line();
  };
}

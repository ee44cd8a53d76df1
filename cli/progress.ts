/** Where progress is shown; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Says how far a stage has come; call it once for every item done. */
export type Step = (item: string) => void;

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

/** What has to be done at the end, last first; each once. */
export class Ends {
  #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  run(): Promise<void> {
    this.#running ??= (async () => {
      for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await Promise.resolve(step()).catch(() => {});
    })();
    return this.#running;
  }
}

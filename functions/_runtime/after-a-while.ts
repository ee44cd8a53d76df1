export interface AfterAWhile {
  /** Has the work done a while from now; asked for while it waits, that is the same time, and while it runs, once more after it. */
  schedule(): void;
  cancel(): void;
}

/** Gathers what asks for the same work, whose runs never overlap. @param work says whether it went well: if not, who asks next has it done */
export function afterAWhile(ms: number, work: () => Promise<boolean>): AfterAWhile {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let over = false;
  const start = () => {
    timer = setTimeout(async () => {
      again = false;
      const done = await work();
      timer = undefined;
      if (again && done && !over) start();
    }, ms).unref();
  };
  return {
    schedule() {
      if (timer) again = true;
      else if (!over) start();
    },
    cancel() {
      over = true;
      clearTimeout(timer);
    },
  };
}

import type { CanaryQuestion } from '@dormouse/observability/canary';
import type { AskPrometheus } from './prometheus.ts';

/** Fewer bad requests than this are chance, whatever their share is. */
const minBad = 5;

/** What is known of a canary so far. */
export interface Verdict {
  /** Requests and deliveries that the revision itself has answered since it got a share. */
  answered: number;
  /** The first promise that it breaks. */
  broken?: string;
}

/** Counts from now on, and again at each look. @throws Error when Prometheus does not answer */
export interface CanaryJudge {
  begin(): Promise<void>;
  look(): Promise<Verdict>;
}

interface Count {
  total: number;
  bad: number;
}

/** Judges a revision by the questions of its objectives, in numbers since `begin`. */
export function createCanaryJudge(questions: readonly CanaryQuestion[], ask: AskPrometheus): CanaryJudge {
  let first: Count[] = [];
  const count = () =>
    Promise.all(
      questions.map(async ({ total, bad }): Promise<Count> => ({ total: await ask(total), bad: await ask(bad) })),
    );
  return {
    async begin() {
      first = await count();
    },
    async look() {
      const now = await count();
      // A counter that is smaller than before has begun again.
      const since = now.map(({ total, bad }, index) => {
        const before = first[index] ?? { total: 0, bad: 0 };
        return total < before.total || bad < before.bad
          ? { total, bad }
          : { total: total - before.total, bad: bad - before.bad };
      });
      const broken = questions.findIndex(({ allowed }, index) => breaks(since[index]!, allowed));
      return {
        answered: Math.max(0, ...questions.map(({ by }, index) => (by === 'revision' ? since[index]!.total : 0))),
        ...(broken >= 0 && { broken: said(questions[broken]!, since[broken]!) }),
      };
    },
  };
}

const breaks = ({ total, bad }: Count, allowed: number) => bad >= minBad && bad > allowed * total;

const said = ({ promise, by }: CanaryQuestion, { total, bad }: Count) =>
  `${promise}: ${Math.round(bad)} of ${Math.round(total)} do not${by === 'edge' ? ', counted at the edge for all revisions' : ''}`;

/**
 * Compares schedules with robfig/cron, whose answers are recorded beside `knative/local/time/cron.ts`.
 * Usage: node tests/cron/main.ts [ORACLE] [--write]. ORACLE is the program of `oracle/`; without it it is built, by go.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Answer,
  answerOf,
  askedSchedules,
  digestOf,
  exceptions,
  type Question,
  questionsOf,
} from '@dormouse/time/robfig-schedules.fixture';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } });
const recorded = join(import.meta.dirname, '../../knative/local/time/robfig-answers.fixture.txt');

const folder = mkdtempSync(join(tmpdir(), 'dormouse-cron-'));
try {
  const questions = askedSchedules().map(questionsOf);
  const flat = questions.flat();
  const answers = ask(positionals[0] ?? build(join(folder, 'oracle')), flat);
  let different = 0;
  for (const [index, question] of flat.entries()) {
    if (exceptions.has(question.schedule)) continue;
    const [theirs, ours] = [answers[index]!, answerOf(question)];
    if (JSON.stringify(theirs) === JSON.stringify(ours)) continue;
    different++;
    console.log(JSON.stringify({ ...question, theirs: shown(theirs), ours: shown(ours) }));
  }
  const each = questions[0]!.length;
  const digests = questions.map((_, index) => digestOf(answers.slice(index * each, (index + 1) * each)));
  if (values.write) writeFileSync(recorded, `${digests.join('\n')}\n`);
  console.log(
    `${flat.length} answers of robfig/cron for ${questions.length} schedules: ${different} differ, ${exceptions.size} schedule by intent`,
  );
  process.exitCode = different > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

function build(program: string): string {
  const env = { ...process.env, GOWORK: 'off' };
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'oracle'),
    env,
    stdio: 'inherit',
  });
  return program;
}

function ask(program: string, questions: readonly Question[]): Answer[] {
  const input = questions.map((each) => JSON.stringify(each)).join('\n');
  const output = execFileSync(program, { input, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as number[] | { error: string })
    .map((answer) => (Array.isArray(answer) ? answer : null));
}

function shown(answer: Answer): string[] | string {
  return answer?.map((ms) => new Date(ms).toISOString()) ?? 'refused';
}

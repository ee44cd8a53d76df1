import type postgres from 'postgres';

/** Statements of a function that is connected, as its driver prepares them. */
export interface PreparedStatements {
  /** Those that could not be prepared. */
  refused: readonly StatementProblem[];
  /** Those that could be and cannot be executed now. */
  broken(): Promise<StatementProblem[]>;
}

export interface StatementProblem {
  statement: string;
  message: string;
}

/** Prepares statements in a session. It checks names, types and rights, and changes nothing. */
export async function prepareStatements(
  session: postgres.ReservedSql,
  statements: readonly string[],
): Promise<PreparedStatements> {
  const refused: StatementProblem[] = [];
  const prepared: { statement: string; call: string }[] = [];
  for (const [n, statement] of statements.entries()) {
    const problem = await messageOf(session, `PREPARE s${n} AS ${statement}`);
    if (problem !== undefined) {
      refused.push({ statement, message: problem });
      continue;
    }
    const [{ parameters } = { parameters: 0 }] = await session<{ parameters: number }[]>`
      SELECT cardinality(parameter_types) AS parameters FROM pg_prepared_statements WHERE name = ${`s${n}`}`;
    const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
    prepared.push({ statement, call: parameters > 0 ? `s${n}(${nulls})` : `s${n}` });
  }
  return {
    refused,
    async broken() {
      const broken: StatementProblem[] = [];
      for (const { statement, call } of prepared) {
        const message = await messageOf(session, `EXPLAIN EXECUTE ${call}`);
        if (message !== undefined) broken.push({ statement, message });
      }
      return broken;
    },
  };
}

const messageOf = (session: postgres.ReservedSql, text: string): Promise<string | undefined> =>
  session.unsafe(text).then(
    () => undefined,
    (error: Error) => error.message,
  );

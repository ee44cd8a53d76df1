interface LogLine {
  user?: string;
  application_name?: string;
  message?: string;
}

/**
 * The statements that functions prepared, by role, from a log of PostgreSQL (`log_destination=jsonlog`, `log_statement=all`). A function
 * calls its connection by its own name; others that log in as its role, as tests do, do not.
 */
export function statementsOf(log: string, roles: readonly string[]): Record<string, string[]> {
  const found = new Map(roles.map((role) => [role, new Set<string>()]));
  for (const line of log.split('\n').filter(Boolean)) {
    const { user = '', application_name: application, message = '' } = JSON.parse(line) as LogLine;
    const [, statement] = /^execute [^:]+: (.*)$/s.exec(message) ?? [];
    if (statement !== undefined && application === user) found.get(user)?.add(statement);
  }
  return Object.fromEntries([...found].map(([role, statements]) => [role, [...statements].sort()]));
}

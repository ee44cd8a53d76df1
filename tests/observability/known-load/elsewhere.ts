const byRules =
  'It asks for what rules have made: their expressions are compared here, their arithmetic in observability/prometheus/tests, by promtool and by the console; panels.test.ts sees it filled.';
const ofOthers = (whose: string) =>
  `It asks for what ${whose}: rule tests and panels.test.ts ask it of them, or of their numbers written down.`;
const exporters = ofOthers('exporters give');
const kubernetes = ofOthers('Kubernetes, the kubelet or cert-manager give');
const collector = ofOthers('the collector or its stores give');

/** Panels and alerts that are not compared with the known load, and why not. */
export const elsewhere: Readonly<Record<string, string>> = {
  'Overview, Alerts': byRules,
  'Overview, Firing': byRules,
  'Overview, Error budgets, what is left of 30 days': byRules,
  ...Object.fromEntries(
    [
      'reads-available',
      'reads-fast',
      'writes-available',
      'writes-fast',
      'logins-available',
      'logins-fast',
      'events-delivered',
      'counts-fresh',
      'comments-fresh',
      'webhooks-prompt',
      'mails-prompt',
      'Over an hour',
      'Over six hours',
      'Over three days',
      'Bad, in the last five minutes',
      'Counted',
      'Bad',
      'Targets',
    ].map((panel) => [`SLOs, ${panel}`, byRules]),
  ),
  ...Object.fromEntries(
    [
      'ReadsUnavailable',
      'ReadsSlow',
      'WritesUnavailable',
      'WritesSlow',
      'LoginsUnavailable',
      'LoginsSlow',
      'EventsLate',
      'CountsStale',
      'CommentsStale',
      'WebhooksLate',
      'MailsLate',
    ].flatMap((alert) => [
      [alert, byRules],
      [`${alert} (2)`, byRules],
    ]),
  ),
  'Data, PostgreSQL: connections': exporters,
  'Data, PostgreSQL: size': exporters,
  'Data, Redis: memory': exporters,
  PostgresDown: exporters,
  BackupOld: kubernetes,
  'BackupOld (2)': kubernetes,
  CertificateExpires: kubernetes,
  'CertificateExpires (2)': kubernetes,
  PodCpuHigh: kubernetes,
  PodMemoryHigh: kubernetes,
  PodRestarts: kubernetes,
  CollectorDown: collector,
  LokiDown: collector,
  TempoDown: collector,
  TelemetryLost: collector,
  PlatformDown: ofOthers('a Prometheus says of what it scrapes'),
  RulesFail: ofOthers('a Prometheus says of its rules'),
};

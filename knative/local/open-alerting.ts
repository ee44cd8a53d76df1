import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { external } from '@dormouse/observability/series';
import { type AlertPolicy, plainPolicy, readAlertPolicy } from '@dormouse/telemetry/rules/alert-policy';
import { type Alerting, startAlerting } from '@dormouse/telemetry/rules/alerting';
import { readRules } from '@dormouse/telemetry/rules/read-rules';
import type { RuleGroup } from '@dormouse/telemetry/rules/rule';
import { RuleEvaluator } from '@dormouse/telemetry/rules/rule-evaluator';
import { shownAddress, webhook } from '@dormouse/telemetry/rules/webhook';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { systemClock } from '@dormouse/time/clock';

export interface AlertingSettings {
  telemetry: Telemetry;
  /** Folder of the rules' files. */
  rules: string;
  /** Alertmanager's configuration. */
  policy: string;
  /** Where alerts are kept over a restart. */
  folder: string;
  /** The console's address. */
  consoleUrl: string;
  /** Who is told of alerts. */
  webhookUrl: string | undefined;
  everyMs?: number | undefined;
  say: (line: string) => void;
}

const intervalMs = 15_000;

/** Evaluates the rules that Prometheus evaluates elsewhere, and tells whoever wants to be told as Alertmanager would. */
export async function openAlerting(settings: AlertingSettings): Promise<Alerting> {
  const { telemetry, rules, policy, folder, consoleUrl, webhookUrl, everyMs = intervalMs, say } = settings;
  const { groups, unread } = await rulesIn(rules, everyMs);
  for (const { file, error } of unread) say(`the rules of ${file} are not evaluated: ${error}`);
  const clock = systemClock;
  const tell = webhookUrl && webhook({ url: webhookUrl, externalUrl: `${consoleUrl}/alerts`, clock });
  return startAlerting({
    evaluator: new RuleEvaluator({ groups, unread, store: telemetry.metrics, external }),
    policy: await policyIn(policy, say),
    receiver: tell ? { to: shownAddress(webhookUrl), tell } : undefined,
    file: join(folder, 'alerts.json'),
    ...{ clock, everyMs, say },
  });
}

/** All rules of a folder; what is wrong with a file keeps the others from nothing. */
async function rulesIn(
  folder: string,
  everyMs: number,
): Promise<{ groups: RuleGroup[]; unread: { file: string; error: string }[] }> {
  const groups: RuleGroup[] = [];
  const unread: { file: string; error: string }[] = [];
  try {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort())
      try {
        groups.push(...readRules(await readFile(join(folder, file), 'utf8'), file, everyMs));
      } catch (error) {
        unread.push({ file, error: firstLine(error) });
      }
  } catch (error) {
    unread.push({ file: folder, error: firstLine(error) });
  }
  return { groups, unread };
}

const policyIn = (file: string, say: (line: string) => void): Promise<AlertPolicy> =>
  readFile(file, 'utf8')
    .then(readAlertPolicy)
    .catch((error) => {
      say(`${file} is not used: ${firstLine(error)}; alerts are grouped by name, and none inhibits another`);
      return plainPolicy;
    });

const firstLine = (error: unknown): string => (error as Error).message.split('\n', 1)[0] ?? '';

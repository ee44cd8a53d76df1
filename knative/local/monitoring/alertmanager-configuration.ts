import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Configuration {
  receivers: { name: string }[];
}

/**
 * Routes and inhibitions as on a cluster, with other receivers: a webhook for all, which is told of ends too, or nobody.
 * @param root the project's folder
 */
export function alertmanagerConfiguration(root: string, webhook?: string): object {
  const file = join(root, 'observability/alertmanager/alertmanager.yaml');
  const written = parse(readFileSync(file, 'utf8')) as Configuration;
  const receivers = written.receivers.map(({ name }) => ({
    name,
    ...(webhook && { webhook_configs: [{ url: webhook, send_resolved: true }] }),
  }));
  return { ...written, receivers };
}

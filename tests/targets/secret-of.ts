import { kubectl } from '../kubectl.ts';

/** A Secret's data, which whoever may read Secrets can. */
export async function secretOf(namespace: string, name: string): Promise<Record<string, string>> {
  const { data } = JSON.parse(await kubectl(['--namespace', namespace, 'get', 'secret', name, '-o', 'json'])) as {
    data: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

import { kubectl } from '../kubectl.ts';
import { unique } from '../unique.ts';

/** A request as a Pod sends it; `times` sends it that often, five at once, with `{n}` in headers and body replaced by the number. */
export interface CallerRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  times?: number;
}

/** A Pod that asks other Services of the cluster. */
export interface Caller {
  /** Status of each answer, in order; 0 where the connection failed. */
  statuses(requests: readonly CallerRequest[]): Promise<number[]>;
  remove(): Promise<unknown>;
}

export interface CallerOptions {
  /** Made and removed with the Pod when left out: a stranger's. */
  namespace?: string;
  serviceAccount?: string;
  /** Labels of a namespace that is made. */
  labels?: Record<string, string>;
  /** Of the blog's functions. Its image has Node.js. */
  blog: string;
}

/** Starts a Pod that keeps to Pod Security "restricted", and waits until it is Ready. */
export async function startCaller({
  namespace,
  serviceAccount = 'default',
  labels,
  blog,
}: CallerOptions): Promise<Caller> {
  const name = unique('caller').replace(' ', '-').toLowerCase();
  const within = namespace ?? name;
  const image = await kubectl([
    ...['get', 'services.serving.knative.dev', 'web', '--namespace', blog],
    ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  ]);
  const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  if (!namespace) await kubectl(['create', '-f', '-'], JSON.stringify(own));
  const removed = namespace ? ['pod', name, '--namespace', within] : ['namespace', within];
  const remove = () => kubectl(['delete', ...removed, '--wait=false']);
  try {
    const pod = podOf({ name, namespace: within, serviceAccount, image });
    await kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    await kubectl(['wait', '--namespace', within, '--for=condition=Ready', '--timeout=120s', `pod/${name}`]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    async statuses(requests) {
      const command = ['exec', '-i', name, '--namespace', within, '-c', 'caller', '--', 'node', '-e', asking];
      return JSON.parse(await kubectl(command, JSON.stringify(requests)));
    },
    remove,
  };
}

/** Runs in the Pod. */
const asking = `
  const ask = async ({ url, method = 'POST', headers = {}, body, times = 1 }) => {
    const one = (n) => {
      const own = (text) => text.replaceAll('{n}', n);
      const fields = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, own(value)]));
      const init = { method, headers: fields, body: body && own(body), signal: AbortSignal.timeout(30000) };
      return fetch(url, init).then(async (response) => (await response.text(), response.status), () => 0);
    };
    const statuses = [];
    for (let n = 0; n < times; n += 5)
      statuses.push(...(await Promise.all(Array.from({ length: Math.min(5, times - n) }, (_, of) => one(n + of)))));
    return statuses;
  };
  (async () => {
    const answers = [];
    for (const request of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) answers.push(...(await ask(request)));
    console.log(JSON.stringify(answers));
  })();
`;

const podOf = ({ name, namespace, serviceAccount, image }: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'caller',
        image,
        command: ['node', '-e', 'setInterval(() => {}, 1000000)'],
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65_532,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  },
});

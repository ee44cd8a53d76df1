import { parse } from '@dormouse/cesql/parse';
import { attributeName } from '@dormouse/manifests/knative-rules';
import { parseCron } from '@dormouse/time/cron';
import { isoDuration } from '@dormouse/time/durations';
import type { IBrokerSpec } from '@kubernetes-models/knative/eventing.knative.dev/v1/BrokerSpec';
import type { ISubscriptionsAPIFilter } from '@kubernetes-models/knative/eventing.knative.dev/v1/SubscriptionsAPIFilter';
import type { ITriggerSpec } from '@kubernetes-models/knative/eventing.knative.dev/v1/TriggerSpec';
import type { IPingSourceSpec } from '@kubernetes-models/knative/sources.knative.dev/v1/PingSourceSpec';
import { all, type Finding, finding, type Manifests } from './manifest.ts';

type Problem = { path: string; problem: string };
type Delivery = NonNullable<IBrokerSpec['delivery']>;

const classes = ['MTChannelBasedBroker', 'Kafka', 'KafkaNamespaced', 'RabbitMQBroker'];

/** Checks what the webhooks of Knative Eventing (v0.46, pkg/apis) reject beyond the schemas. */
export const checkKnativeEvents = (manifests: Manifests): Finding[] => [
  ...checkBrokers(manifests),
  ...checkTriggers(manifests),
  ...checkPings(manifests),
];

const checkBrokers = (manifests: Manifests) =>
  all<IBrokerSpec>(manifests, 'Broker.eventing.knative.dev').flatMap((broker) => {
    const key = 'eventing.knative.dev/broker.class';
    const named = broker.metadata.annotations?.[key];
    const problems = checkDelivery(broker.spec.delivery);
    if (!named || !classes.includes(named))
      problems.push({ path: `metadata.annotations["${key}"]`, problem: `must be one of ${classes.join(', ')}` });
    return problems.map(({ path, problem }) => finding(broker, path, problem));
  });

const checkTriggers = (manifests: Manifests) =>
  all<ITriggerSpec>(manifests, 'Trigger.eventing.knative.dev').flatMap((trigger) => {
    const { broker, brokerRef, filter, filters, delivery } = trigger.spec;
    const problems = [
      ...checkDelivery(delivery),
      ...namesIn(filter?.attributes ?? undefined, 'spec.filter.attributes'),
      ...(filters ?? []).flatMap((each, index) => checkFilter(each, `spec.filters[${index}]`)),
    ];
    if (!broker === !brokerRef)
      problems.push({ path: 'spec.broker', problem: broker ? 'there is a brokerRef too' : 'is missing' });
    return problems.map(({ path, problem }) => finding(trigger, path, problem));
  });

const checkPings = (manifests: Manifests) =>
  all<IPingSourceSpec>(manifests, 'PingSource.sources.knative.dev').flatMap((source) => {
    const { schedule = '', timezone, data, contentType } = source.spec;
    const problems: Problem[] = failureOf(() => parseCron(schedule, timezone)).map((problem) => ({
      path: 'spec.schedule',
      problem,
    }));
    if (data && contentType === 'application/json')
      problems.push(...failureOf(() => JSON.parse(data)).map(() => ({ path: 'spec.data', problem: 'is not JSON' })));
    return problems.map(({ path, problem }) => finding(source, path, problem));
  });

function failureOf(attempt: () => unknown): string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function checkDelivery(delivery: Delivery | null | undefined): Problem[] {
  const { retry, timeout, backoffDelay, backoffPolicy, retryAfterMax } = delivery ?? {};
  const problems: Problem[] = [];
  if (retry !== undefined && retry < 0)
    problems.push({ path: 'spec.delivery.retry', problem: `${retry} must be 0 or more` });
  if (backoffPolicy && !['linear', 'exponential'].includes(backoffPolicy))
    problems.push({ path: 'spec.delivery.backoffPolicy', problem: `"${backoffPolicy}" must be linear or exponential` });
  if (retryAfterMax !== undefined)
    problems.push({ path: 'spec.delivery.retryAfterMax', problem: 'is off by default (delivery-retryafter)' });
  for (const [name, value] of Object.entries({ timeout, backoffDelay }))
    if (value !== undefined && isoDuration(value) === undefined)
      problems.push({ path: `spec.delivery.${name}`, problem: `"${value}" is not an ISO 8601 duration like PT0.2S` });
  return problems;
}

const dialects = ['exact', 'prefix', 'suffix', 'all', 'any', 'not', 'cesql'] as const;

function checkFilter(filter: ISubscriptionsAPIFilter, path: string): Problem[] {
  const used = dialects.filter((dialect) => filter[dialect] !== undefined);
  if (used.length > 1) return [{ path, problem: `has ${used.join(' and ')}: one dialect each` }];
  const { exact, prefix, suffix, not, cesql, any, all: every } = filter;
  return [
    ...namesIn(exact ?? prefix ?? suffix, `${path}.${used[0]}`),
    ...(any ?? every ?? []).flatMap((each, index) => checkFilter(each, `${path}.${used[0]}[${index}]`)),
    ...(not ? checkFilter(not, `${path}.not`) : []),
    ...(cesql ? failureOf(() => parse(cesql)).map((problem) => ({ path: `${path}.cesql`, problem })) : []),
  ];
}

const namesIn = (attributes: object | undefined, path: string): Problem[] =>
  Object.keys({ ...attributes })
    .filter((name) => !attributeName.test(name))
    .map((name) => ({
      path: `${path}.${name}`,
      problem: 'is no name of a CloudEvents attribute: lower-case letters and digits',
    }));

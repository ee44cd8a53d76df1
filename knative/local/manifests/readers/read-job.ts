import type { Job, JobSink } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import type { Ignore, ObjectFields } from './read-object.ts';
import { readPod } from './read-pod.ts';

/** Fields of a Job that order Pods on a cluster. */
const withoutMeaning = ['ttlSecondsAfterFinished', 'parallelism', 'completions', 'completionMode', 'podFailurePolicy'];
const podWithoutMeaning = [
  'serviceAccountName',
  'automountServiceAccountToken',
  'securityContext',
  'imagePullSecrets',
  'nodeSelector',
  'tolerations',
  'affinity',
  'enableServiceLinks',
];

/** Reads a plain Job (batch/v1): one container that runs once. */
export const readJob = (object: ObjectFields): Job => readJobIn(object.root, object);

/**
 * Reads a JobSink (sinks.knative.dev/v1alpha1; knative/eventing pkg/apis/sinks/v1alpha1/job_sink_types.go): its containers know
 * by K_EXECUTION_MODE that they run for an event, which is where the job-sink mounts it.
 */
export function readJobSink(object: ObjectFields): JobSink {
  const { name, namespace, root, origin } = object;
  const fields = root.need('spec').only('job').need('job').only('apiVersion', 'kind', 'metadata', 'status', 'spec');
  const job = readJobIn(fields, object);
  const { container } = job;
  const says = container.env.some((source) => 'name' in source && source.name === executionMode);
  const env = [...container.env, ...(says ? [] : [{ kind: 'value' as const, name: executionMode, value: 'batch' }])];
  return { name, namespace, job: { ...job, container: { ...container, env } }, origin };
}

const executionMode = 'K_EXECUTION_MODE';

function readJobIn(job: Fields, { name, namespace, origin, ignore, enabled }: ObjectFields): Job {
  const spec = job.need('spec').only('template', 'backoffLimit', 'activeDeadlineSeconds', ...withoutMeaning);
  for (const key of ['parallelism', 'completions'])
    if ((spec.integer(key, 0) ?? 1) !== 1) spec.fail(key, 'must be 1: a Job here is one process');
  const template = spec.need('template').only('metadata', 'spec');
  const pod = readPodSettings(template.need('spec'), ignore);
  if (!pod.oneOf('restartPolicy', 'Never', 'OnFailure')) pod.fail(undefined, 'needs restartPolicy: Never or OnFailure');
  for (const key of withoutMeaning) if (spec.has(key)) ignore(`${key}: it orders Pods of a cluster`, spec.origin(key));
  const deadline = spec.integer('activeDeadlineSeconds', 1);
  return {
    name,
    namespace,
    container: readPod(pod, 'Job', { ignore, enabled }).container,
    backoffLimit: spec.integer('backoffLimit', 0) ?? 6,
    activeDeadlineMs: deadline === undefined ? undefined : deadline * 1000,
    origin,
  };
}

/** A plain Pod's specification without what orders Pods on a cluster. */
export function readPodSettings(pod: Fields, ignore: Ignore): Fields {
  pod.only(
    'containers',
    'initContainers',
    'volumes',
    'restartPolicy',
    'terminationGracePeriodSeconds',
    ...podWithoutMeaning,
  );
  for (const key of podWithoutMeaning) if (pod.has(key)) ignore(`${key}: it orders Pods of a cluster`, pod.origin(key));
  return pod;
}

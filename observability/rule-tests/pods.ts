import { type Case, firing, lasting, named, silent } from './case.ts';

const pod = { namespace: 'dormouse', pod: 'posts-00002-deployment-7d9f' };
const container = { ...pod, container: 'user-container' };
const cpu = (secondsPerMinute: number, labels = container) => ({
  [named('container_cpu_usage_seconds_total', labels)]: `0+${secondsPerMinute}x30`,
});
const memory = (mebibytes: number) => ({
  [named('container_memory_working_set_bytes', { ...container, id: '/kubepods/1' })]: `${mebibytes * 2 ** 20}x30`,
  [named('kube_pod_container_resource_limits', {
    ...container,
    resource: 'memory',
    unit: 'byte',
    instance: 'kube-state-metrics',
  })]: `${256 * 2 ** 20}x30`,
});
const restarts = (values: string) => ({ [named('kube_pod_container_status_restarts_total', container)]: values });

const backup = { namespace: 'dormouse', cronjob: 'backup' };
/** promtool's time begins at 0: a backup of some hours ago has a negative time. */
const madeHoursAgo = (hours: number, name = 'kube_cronjob_status_last_successful_time') => ({
  [named(name, { ...backup, instance: 'kube-state-metrics' })]: `${-hours * 3600}x60`,
});

export const podCases: readonly Case[] = [
  ...lasting('8m', firing('PodCpuHigh', 'its thread is busy all the time', '25m', cpu(58), pod)),
  silent('PodCpuHigh', 'half of the time', '25m', cpu(30)),
  silent('PodCpuHigh', 'it is a pod of somebody else', '25m', cpu(58, { ...container, namespace: 'kube-system' })),

  ...lasting('3m', firing('PodMemoryHigh', '250 of 256 MiB are used', '15m', memory(250), container)),
  silent('PodMemoryHigh', '100 of 256 MiB are used', '15m', memory(100)),

  firing('PodRestarts', 'a container was started four times', '14m', restarts('0x3 1 2 3 4 4x20'), container),
  silent('PodRestarts', 'it was started once more', '14m', restarts('0x3 1x20')),

  ...lasting(
    '5m',
    firing('BackupOld', 'the last good one is of the day before yesterday', '30m', madeHoursAgo(30), {
      ...backup,
      severity: 'ticket',
    }),
  ),
  firing(
    'BackupOld',
    'the last good one is of four days ago',
    '30m',
    { ...madeHoursAgo(96), ...madeHoursAgo(2000, 'kube_cronjob_created') },
    { ...backup, severity: 'ticket' },
    { ...backup, severity: 'page' },
  ),
  firing('BackupOld', 'none has succeeded since there is a CronJob', '30m', madeHoursAgo(30, 'kube_cronjob_created'), {
    ...backup,
    severity: 'ticket',
  }),
  silent('BackupOld', 'one was made this night, of a CronJob that is old', '30m', {
    ...madeHoursAgo(20),
    ...madeHoursAgo(2000, 'kube_cronjob_created'),
  }),
  silent('BackupOld', 'the CronJob is new', '30m', madeHoursAgo(1, 'kube_cronjob_created')),
  silent('BackupOld', 'there is no CronJob', '30m', {}),
];

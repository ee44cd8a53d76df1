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

export const podCases: readonly Case[] = [
  ...lasting('8m', firing('PodCpuHigh', 'its thread is busy all the time', '25m', cpu(58), pod)),
  silent('PodCpuHigh', 'half of the time', '25m', cpu(30)),
  silent('PodCpuHigh', 'it is a pod of somebody else', '25m', cpu(58, { ...container, namespace: 'kube-system' })),

  ...lasting('3m', firing('PodMemoryHigh', '250 of 256 MiB are used', '15m', memory(250), container)),
  silent('PodMemoryHigh', '100 of 256 MiB are used', '15m', memory(100)),

  firing('PodRestarts', 'a container was started four times', '14m', restarts('0x3 1 2 3 4 4x20'), container),
  silent('PodRestarts', 'it was started once more', '14m', restarts('0x3 1x20')),
];

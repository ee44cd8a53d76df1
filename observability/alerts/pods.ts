import type { Group } from '../rule.ts';

const ours = 'namespace="dormouse"';
const backups = `${ours},cronjob="backup"`;
/** Since the last backup that succeeded; since there is a CronJob, where none has. */
const backupAge = `time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{${backups}} or kube_cronjob_created{${backups}})`;

/** Pods and Jobs, as the cluster sees them. */
export const podAlerts: Group = {
  name: 'pods',
  needs: 'cluster',
  rules: [
    {
      name: 'PodCpuHigh',
      severity: 'ticket',
      // A function is one thread: more than this, and requests wait for it.
      expr: `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${ours},container="user-container"}[5m])) > 0.9`,
      for: '10m',
      summary: 'The one thread of {{ $labels.pod }} has been busy for ten minutes.',
    },
    {
      name: 'PodMemoryHigh',
      severity: 'ticket',
      expr:
        `max by (namespace, pod, container) (container_memory_working_set_bytes{${ours},container!=""}) ` +
        `/ max by (namespace, pod, container) (kube_pod_container_resource_limits{${ours},resource="memory"}) > 0.9`,
      for: '5m',
      summary: '{{ $labels.container }} of {{ $labels.pod }} is close to its memory limit, and is killed beyond it.',
    },
    {
      name: 'PodRestarts',
      severity: 'ticket',
      expr: `sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{${ours}}[15m])) > 2`,
      summary: '{{ $labels.container }} of {{ $labels.pod }} was started again and again within a quarter of an hour.',
    },
    {
      name: 'BackupOld',
      severity: 'ticket',
      // One a day, and two hours for it.
      expr: `${backupAge} > 26 * 3600`,
      for: '10m',
      summary: 'The last backup by the CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is older than a day.',
    },
    {
      name: 'BackupOld',
      severity: 'page',
      expr: `${backupAge} > 74 * 3600`,
      for: '10m',
      summary: 'The last backup by the CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is older than three days.',
    },
  ],
};

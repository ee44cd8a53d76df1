import type { HrTime, TimeInput } from '@opentelemetry/api';

/** Wall clock in milliseconds since 1970, with fractions. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

/** Seconds and nanoseconds. */
export const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
};

/** A time as OpenTelemetry's API takes it, in milliseconds since 1970: a number may also be what `performance.now()` gave. */
export function epochMs(time: TimeInput): number {
  if (typeof time === 'number') return time <= performance.now() ? performance.timeOrigin + time : time;
  return time instanceof Date ? time.getTime() : time[0] * 1000 + time[1] / 1e6;
}

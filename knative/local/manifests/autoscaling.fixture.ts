import type { Autoscaling } from './model.ts';

/** How a Service is scaled that says nothing of it, with Knative's own defaults. */
export const defaultAutoscaling: Autoscaling = {
  metric: 'concurrency',
  target: 70,
  minScale: 0,
  maxScale: 0,
  initialScale: 1,
  activationScale: 1,
  windowMs: 60_000,
  panicWindowPercentage: 10,
  panicThresholdPercentage: 200,
  scaleDownDelayMs: 0,
  scaleToZeroPodRetentionMs: 0,
  targetBurstCapacity: 211,
};

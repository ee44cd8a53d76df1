import { type Metric, metrics } from '@dormouse/signals/metrics';
import {
  type Context,
  type Counter,
  context,
  type Gauge,
  type Histogram,
  type Meter,
  type MeterProvider,
  type MetricAttributes,
  trace,
} from '@opentelemetry/api';
import { type LateMeter, lateMeter } from './late-meter.ts';
import type { Measure, MeasureAttributes } from './measurement.ts';
import { isSampledTrace } from './trace.ts';
import { ownScope } from './tracer-provider.ts';

/** The provider that functions register with OpenTelemetry's API at their start. */
export interface LightMeterProvider extends MeterProvider {
  /** Where measures of functions go; nowhere while it is undefined. */
  take: ((measure: Measure) => void) | undefined;
  /** Measures of libraries that wait for the SDK. */
  readonly waiting: number;
  /** Has `provider` take the measures of libraries from now on, and those that wait. */
  handOver(provider: MeterProvider | undefined): void;
}

const declared = new Map<string, Metric>(Object.values(metrics).map((each) => [each.name, each]));
const none: MeasureAttributes = {};

/** Gives functions their own meter, whose measures are added up by meter.ts, and libraries one that waits for the SDK's. */
export function lightMeterProvider(): LightMeterProvider {
  const late = new Map<string, LateMeter>();
  let sdk: MeterProvider | undefined;
  const provider: LightMeterProvider = {
    take: undefined,
    get waiting() {
      return [...late.values()].reduce((sum, each) => sum + each.waiting, 0);
    },
    handOver(to) {
      sdk = to;
      if (!to) return;
      for (const each of late.values()) each.handOver(to);
      late.clear();
    },
    getMeter(name, version, options) {
      if (name === ownScope) return own;
      if (sdk) return sdk.getMeter(name, version, options);
      const key = `${name} ${version}`;
      const meter = late.get(key) ?? lateMeter((to) => to.getMeter(name, version, options));
      late.set(key, meter);
      return meter;
    },
  };

  /** Both what adds and what records, as the registry says of the name what it is. @throws TypeError for a name that is not declared */
  const instrument = (name: string): Counter & Histogram & Gauge => {
    const metric = declared.get(name);
    if (!metric) throw new TypeError(`the metric ${name} is not declared in @dormouse/signals`);
    const record = (value: number, attributes?: MetricAttributes, within: Context = context.active()) => {
      const span = trace.getSpanContext(within);
      provider.take?.({
        metric,
        value,
        attributes: (attributes as MeasureAttributes) ?? none,
        span: isSampledTrace(span) ? span : undefined,
        atMs: Date.now(),
      });
    };
    return { add: record, record };
  };
  const observed = () => {
    throw new TypeError('a state of a function is measured by a gauge, when onPush asks for it');
  };
  const own: Meter = {
    createCounter: instrument,
    createHistogram: instrument,
    createGauge: instrument,
    createUpDownCounter: instrument,
    createObservableGauge: observed,
    createObservableCounter: observed,
    createObservableUpDownCounter: observed,
    addBatchObservableCallback: observed,
    removeBatchObservableCallback: observed,
  };
  return provider;
}

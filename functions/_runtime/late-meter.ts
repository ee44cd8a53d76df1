import type {
  BatchObservableCallback,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
} from '@opentelemetry/api';

/** A meter whose instruments keep what they are given until the SDK's meter is there. */
export interface LateMeter extends Meter {
  /** Measures that wait. */
  readonly waiting: number;
  handOver(provider: MeterProvider): void;
}

/** Measures of one meter that wait; more are lost. */
const maxWaiting = 1000;

type Measured = Record<'add' | 'record', (...args: unknown[]) => void>;
type Create = 'createCounter' | 'createHistogram' | 'createGauge' | 'createUpDownCounter';
type CreateObservable = 'createObservableCounter' | 'createObservableGauge' | 'createObservableUpDownCounter';

/** @param meterOf takes the meter of the same name from the SDK */
export function lateMeter(meterOf: (provider: MeterProvider) => Meter): LateMeter {
  let sdk: Meter | undefined;
  /** What to create in the SDK's meter, in order. */
  const creations: ((meter: Meter) => void)[] = [];
  const measured: (() => void)[] = [];
  const whenThere = (work: (meter: Meter) => void) => (sdk ? work(sdk) : void creations.push(work));
  const real = new WeakMap<Observable, Observable>();

  const instrument = (create: Create) => (name: string, options?: MetricOptions) => {
    let made: Measured | undefined;
    whenThere((meter) => (made = meter[create](name, options) as unknown as Measured));
    const forward =
      (method: keyof Measured) =>
      (...args: unknown[]) => {
        if (made) made[method](...args);
        else if (measured.length < maxWaiting) measured.push(() => made?.[method](...args));
      };
    return { add: forward('add'), record: forward('record') };
  };

  const observable = (create: CreateObservable) => (name: string, options?: MetricOptions) => {
    const callbacks = new Set<ObservableCallback>();
    let made: Observable | undefined;
    const late: Observable = {
      addCallback(callback) {
        callbacks.add(callback);
        made?.addCallback(callback);
      },
      removeCallback(callback) {
        callbacks.delete(callback);
        made?.removeCallback(callback);
      },
    };
    whenThere((meter) => {
      made = meter[create](name, options);
      real.set(late, made);
      for (const each of callbacks) made.addCallback(each);
    });
    return late;
  };

  const batches = new Map<BatchObservableCallback, BatchObservableCallback>();
  const realOf = (each: Observable) => real.get(each) ?? each;
  return {
    createCounter: instrument('createCounter'),
    createHistogram: instrument('createHistogram'),
    createGauge: instrument('createGauge'),
    createUpDownCounter: instrument('createUpDownCounter'),
    createObservableCounter: observable('createObservableCounter'),
    createObservableGauge: observable('createObservableGauge'),
    createObservableUpDownCounter: observable('createObservableUpDownCounter'),
    addBatchObservableCallback(callback, observables) {
      const passed: BatchObservableCallback = (result) =>
        callback({ observe: (of, value, attributes) => result.observe(realOf(of), value, attributes) });
      batches.set(callback, passed);
      whenThere((meter) => meter.addBatchObservableCallback(passed, observables.map(realOf)));
    },
    removeBatchObservableCallback(callback, observables) {
      const passed = batches.get(callback);
      if (passed) whenThere((meter) => meter.removeBatchObservableCallback(passed, observables.map(realOf)));
    },
    get waiting() {
      return measured.length;
    },
    handOver(provider) {
      sdk = meterOf(provider);
      for (const each of creations.splice(0)) each(sdk);
      for (const each of measured.splice(0)) each();
    },
  };
}

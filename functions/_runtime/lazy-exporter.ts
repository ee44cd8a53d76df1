import type { Exporter } from './exporter.ts';

export type ExporterWork = (to: Exporter) => Promise<void>;

/** An exporter that is loaded when it is first needed. */
export interface LazyExporter {
  /** Once it is loaded. */
  readonly loaded: Exporter | undefined;
  /** Whether somebody has needed it. */
  readonly isNeeded: boolean;
  load(): Promise<Exporter>;
  /** Loads it and lets it work, one work after the other. @returns whether it went well */
  run(work: ExporterWork): Promise<boolean>;
}

/** @param onLoaded is called each time that it has been loaded, which is once unless that fails */
export function lazyExporter(load: () => Promise<Exporter>, onLoaded: () => void): LazyExporter {
  let loading: Promise<Exporter> | undefined;
  let loaded: Exporter | undefined;
  let running: Promise<void> = Promise.resolve();
  const loadOnce = (): Promise<Exporter> =>
    (loading ??= load().then(
      (exporter) => {
        onLoaded();
        return (loaded = exporter);
      },
      (error) => {
        loading = undefined; // the next span or measure has it tried again
        throw error;
      },
    ));
  return {
    get loaded() {
      return loaded;
    },
    get isNeeded() {
      return loading !== undefined;
    },
    load: loadOnce,
    run(work) {
      const done = running.then(loadOnce).then(work);
      running = done.catch(() => {});
      return done.then(
        () => true,
        () => false,
      );
    },
  };
}

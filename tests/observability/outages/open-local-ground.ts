import { join } from 'node:path';
import { missingOf } from '@dormouse/monitoring/programs';
import { type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../../platform.ts';
import { openAlertReceiver } from '../alert-receiver.ts';
import { observedOverlay } from '../observed-overlay.ts';
import { runMonitor } from '../run-monitor.ts';
import { base } from './outages.ts';
import type { Observer, OpenGround } from './watch.ts';

const breakable = join(import.meta.dirname, '../../chaos/platform-on-faulty-disk.ts');

/** A platform of its own, which evaluates the rules itself, beside Prometheus and Alertmanager where they are installed. */
export const openLocalGround: OpenGround<RunningPlatform> = async (outage, atTheEnd) => {
  const home = temporaryHome();
  atTheEnd(() => removeHome(home));
  const receiver = await openAlertReceiver();
  atTheEnd(receiver.close);
  const overlay = observedOverlay(home, base, {});
  outage.prepare?.(home, atTheEnd);
  const platform = await runPlatform({ home, overlay, program: breakable, env: { ALERT_WEBHOOK: receiver.url } });
  atTheEnd(platform.stop);
  const observers: Observer[] = [{ name: 'platform', url: platform.console, receiver }];
  if (missingOf('prometheus', 'alertmanager').length === 0) {
    const second = await openAlertReceiver();
    atTheEnd(second.close);
    const monitor = await runMonitor(platform, second.url);
    atTheEnd(monitor.stop);
    observers.push({ name: 'Alertmanager', url: monitor.prometheus, receiver: second });
  }
  return { site: platform, url: platform.url, observers };
};

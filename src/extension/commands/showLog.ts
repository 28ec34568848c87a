import type { Log } from '../log';

export function showLog(log: Log): void {
  log.show();
}

import type { Device } from './settings';

/** Where a picture is computed, as programs call it: `cpu`, or `remote (triton 2.51.0 at host:8000)`. */
export const deviceText = ({
  device,
  server,
}: {
  readonly device: Device;
  readonly server?: string | undefined;
}): string => (server === undefined ? device : `${device} (${server})`);

import type { Device } from './settings';

/**
 * Where a picture is computed, as programs call it: `cpu`, `cpu in int8`, or
 * `remote (triton 2.51.0 at host:8000)`.
 */
export const deviceText = ({
  device,
  server,
  precision,
}: {
  readonly device: Device;
  readonly server?: string | undefined;
  readonly precision?: 'int8' | undefined;
}): string => {
  if (server !== undefined) return `${device} (${server})`;
  return precision === undefined ? device : `${device} in ${precision}`;
};

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "33 MB", "3.5 GB": decimal units, as disks and downloads are sold. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit] ?? ''}`;
}

/**
 * Names that Windows takes for devices, whatever follows their first dot: reading one may never
 * end.
 */
const DEVICE = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;

/** Whether a file name, without folders, is a device of Windows. */
export const isDeviceName = (name: string): boolean => DEVICE.test(name);

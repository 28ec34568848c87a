const isMac = (): boolean => /^Mac|^iP(ad|hone)/.test(navigator.platform);

/** A key as this system's menus write it: "Ctrl+Shift+S", on a Mac "⇧⌘S". */
export function keyName(key: string, { shift = false } = {}): string {
  return isMac() ? `${shift ? '⇧' : ''}⌘${key}` : `Ctrl+${shift ? 'Shift+' : ''}${key}`;
}

/** What redoes: each system has a key of its own for that. */
export const redoKey = (): string => (isMac() ? keyName('Z', { shift: true }) : keyName('Y'));

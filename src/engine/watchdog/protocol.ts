/** What the watchdog's thread is told at its start. */
export type WatchdogData = { readonly parent: number };

/** What it is told later: which scratch folders are in use. */
export type WatchdogMessage = { readonly hold: string } | { readonly release: string };

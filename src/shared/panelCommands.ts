/** What commands of the editor do in the comparison that is open: all that a key does there. */
export const PANEL_COMMANDS = [
  'save',
  'saveAs',
  'overwrite',
  'copySettings',
  'undo',
  'redo',
  'divider',
  'side',
  'hold',
  'difference',
  'map',
  'zoomIn',
  'zoomOut',
  'zoomFit',
  'zoomActual',
  'checkerboard',
  'originalPixels',
  'loupe',
  'pin',
  'swap',
] as const;
export type PanelCommand = (typeof PANEL_COMMANDS)[number];

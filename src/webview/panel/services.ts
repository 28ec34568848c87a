import type { Announcer } from './announcer';
import type { PanelHost } from './host';
import type { PanelStore } from './panelStore';
import type { PanelView } from './panelView';
import type { RunState } from './runState';
import type { StageRenderer } from './stageRenderer';

/** What the parts that run things share. */
export type Services = {
  readonly host: PanelHost;
  readonly renderer: StageRenderer;
  readonly store: PanelStore;
  readonly announcer: Announcer;
  readonly run: () => RunState;
  readonly patch: (patch: Partial<RunState>) => void;
  /** What is shown, as of now. */
  readonly view: () => PanelView;
};

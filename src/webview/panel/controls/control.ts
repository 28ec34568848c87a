import type { PanelActions } from '../actions';
import type { PanelView } from '../panelView';

/** What a control shows, and what it can ask for. */
export type Control = {
  readonly view: PanelView;
  readonly actions: PanelActions;
};

/**
 * With the panel as of now, not of the last frame: several events may come between two. Both stay
 * the same as long as the page.
 */
export type LiveControl = Control & { readonly current: () => PanelView };

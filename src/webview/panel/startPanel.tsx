import { render } from 'preact';
import { PANEL_COMMANDS } from '../../shared/panelCommands';
import type { PanelDrop } from '../../shared/panelDrop';
import { SOURCE_CHANGES, type PanelWebviewApi } from '../../shared/panelProtocol';
import { RpcError } from '../../shared/rpc';
import { isOneOf } from '../../shared/oneOf';
import { openShell } from '../shell';
import { Announcer } from './announcer';
import { isPanelInit } from './guards';
import { badAnswer, PanelHost, type HostConnection } from './host';
import { listenToKeys } from './keyboard';
import { Panel } from './panel';
import { EMPTY_STATE, type PanelState } from './panelState';
import { PanelStore } from './panelStore';
import { panelView, type PanelView } from './panelView';
import { NOTHING_YET, type RunState } from './runState';
import { runCommand } from './runCommand';
import type { Services } from './services';
import { Stage } from './stage';
import type { StageRendererFactory } from './stageRenderer';
import { PanelApp } from './PanelApp';
import { isObject } from '../../shared/json';

/** Where the state is kept while the page is hidden: VS Code's API for webviews. */
export type PanelMemory = { getState(): unknown; setState(state: unknown): void };

export type PanelParts = {
  /** Connects to the extension, which may call what is given. */
  readonly connect: (local: PanelWebviewApi) => HostConnection;
  readonly createRenderer: StageRendererFactory;
  readonly memory: PanelMemory;
};

/** Brings the page to life. */
export async function startPanel({ connect, createRenderer, memory }: PanelParts): Promise<void> {
  showKind(openShell());
  const root = document.createElement('div');
  root.id = 'root';
  document.body.prepend(root);
  const stored = memory.getState();
  let run: RunState = NOTHING_YET;
  let queued = false;
  let drawFrame = (): void => undefined;

  /** Draws once a frame, however much changed. */
  const schedule = (): void => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      drawFrame();
    });
  };
  const view = (): PanelView => panelView(store, run);
  const store = new PanelStore(EMPTY_STATE, schedule);
  const patch = (change: Partial<RunState>): void => {
    run = { ...run, ...change };
    schedule();
  };

  const connection = connect({
    sourceChanged: async (params: unknown) => {
      if (!isOneOf(SOURCE_CHANGES, params))
        throw new RpcError({ code: 'invalid-request', message: badAnswer() });
      if (run.init) patch({ source: params });
    },
    command: async (command: unknown) => {
      if (!isOneOf(PANEL_COMMANDS, command))
        throw new RpcError({ code: 'invalid-request', message: badAnswer() });
      if (run.init) runCommand(command, stage, panel, view());
    },
    restart: async (init: unknown) => {
      if (!isPanelInit(init)) throw new RpcError({ code: 'invalid-request', message: badAnswer() });
      // Answered at once: what is computed then goes on for a while, and tells by itself how it
      // went.
      void panel.open(init);
    },
  });
  const canvasHolder = document.createDocumentFragment();
  const canvas = document.createElement('canvas');
  canvas.id = 'picture';
  canvasHolder.append(canvas);
  const renderer = createRenderer(canvas, schedule);
  const services: Services = {
    host: new PanelHost(connection),
    renderer,
    store,
    announcer: new Announcer(),
    run: () => run,
    patch,
    view,
  };
  const panel: Panel = new Panel(services, () => stage.seen());
  const stage: Stage = new Stage(
    renderer,
    canvasHolder,
    panel,
    view,
    (next) => store.update({ view: next }),
    schedule,
  );
  const onDrop = (drop: PanelDrop): void => panel.drop(drop);
  let remembered: PanelState = EMPTY_STATE;
  drawFrame = () => {
    // Before the extension has said what is shown there is nothing to remember.
    if (run.init && remembered !== store.state) {
      remembered = store.state;
      memory.setState({ ...remembered, session: run.init.session });
    }
    render(
      <PanelApp view={view()} actions={panel} current={view} stage={stage} onDrop={onDrop} />,
      root,
    );
    panel.follow();
  };
  listenToKeys(stage, panel, view);
  drawFrame();
  focusAtFirst(stage);
  await panel.start(stored);
}

/**
 * Who comes here with the keyboard is at the picture, which says what it is, instead of nowhere; also who
 * comes back before anything else had the focus.
 */
function focusAtFirst(stage: Stage): void {
  const focus = (): void => {
    if (document.activeElement === document.body) stage.focus();
  };
  if (document.hasFocus()) focus();
  window.addEventListener('focus', focus);
}

/** What the page is going to be, so that nothing flashes up that a pair does not have. */
function showKind(state: unknown): void {
  if (isObject(state) && (state.kind === 'pair' || state.kind === 'preview'))
    document.body.dataset.kind = state.kind;
}

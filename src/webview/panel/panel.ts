import * as l10n from '@vscode/l10n';
import type { Rect } from '../../shared/geometry';
import type { Guidance } from '../../shared/guidance';
import type { PanelDrop } from '../../shared/panelDrop';
import type {
  PanelAdded,
  PanelInit,
  PanelOutput,
  SavedAction,
  SaveHow,
} from '../../shared/panelProtocol';
import { DEFAULT_MODEL } from '../../shared/settings';
import type { RenderMode } from '../render/state';
import type { PanelActions, Toggle } from './actions';
import { ExactPart } from './exactPart';
import { NameLookup } from './nameLookup';
import { Opening } from './opening';
import { isOfPresentLayers } from './panelState';
import { Pinning } from './pinning';
import { PreviewRun } from './previewRun';
import { choiceOf, SaveRun, settingsOf } from './saveRun';
import type { Services } from './services';
import { UnsavedMark } from './unsavedMark';

/** What happens when somebody asks for something. */
export class Panel implements PanelActions {
  private readonly previews: PreviewRun;
  private readonly saves: SaveRun;
  private readonly exact: ExactPart;
  private readonly names: NameLookup;
  private readonly pinning: Pinning;
  private readonly opening: Opening;
  private readonly unsaved: UnsavedMark;

  constructor(
    private readonly services: Services,
    /** The part of the result that is seen. */
    private readonly seen: () => Rect | undefined,
  ) {
    this.previews = new PreviewRun(services, seen, () => this.start(services.store.state));
    this.saves = new SaveRun(services, () => this.saveEnded());
    this.exact = new ExactPart(services);
    this.names = new NameLookup(services);
    this.pinning = new Pinning(services);
    this.unsaved = new UnsavedMark(services);
    this.opening = new Opening(services, this.previews, this.saves);
  }

  /** `stored`: the state of before the page was hidden. */
  start(stored?: unknown): Promise<void> {
    return this.opening.start(stored);
  }

  /** Shows other pictures. */
  open(init: PanelInit): Promise<void> {
    return this.opening.open(init);
  }

  /** After each frame. */
  follow(): void {
    this.exact.follow(this.seen());
    this.names.follow();
    this.previews.follow();
    this.unsaved.follow();
  }

  setMode(mode: RenderMode): void {
    const { pair, branches } = this.services.view();
    if (mode === 'map' && (pair || !branches.includes('semantic'))) return;
    this.hold(false);
    this.services.store.update({ mode });
  }

  setDivider(divider: number): void {
    this.services.store.update({ divider });
  }

  hold(held: boolean): void {
    if (this.services.run().held !== held) this.services.patch({ held });
  }

  toggle(name: Toggle): void {
    const { store } = this.services;
    store.update({ [name]: !store.state[name] });
  }

  openPad(padOpen: boolean): void {
    if (this.services.store.state.padOpen !== padOpen) this.services.store.update({ padOpen });
  }

  setGuidance(guidance: Guidance): void {
    this.services.store.setGuidance(guidance);
  }

  useAuto(): void {
    const auto = this.services.run().preview?.auto;
    if (auto) this.services.store.setGuidance(auto, true);
  }

  beginGesture(): void {
    this.services.store.beginGesture();
  }

  endGesture(): void {
    this.services.store.endGesture();
  }

  undo(): void {
    this.services.store.undo();
  }

  redo(): void {
    this.services.store.redo();
  }

  setModel(model: string): void {
    if (model === this.services.store.state.model) return;
    this.services.store.update({ model });
    void this.previews.start();
  }

  useEmbedded(): void {
    const { store } = this.services;
    const { output } = store.state;
    store.update({ model: DEFAULT_MODEL, output: { ...output, restore: undefined } });
    void this.previews.start();
  }

  setOutput(patch: Partial<PanelOutput>): void {
    const { store, run } = this.services;
    const before = store.state.output;
    store.update({ output: { ...before, ...patch } });
    const { scale, pixelArt, restore, prompt } = store.state.output;
    if (run().init?.kind !== 'preview' || run().phase === 'starting') return;
    if (pixelArt !== before.pixelArt || restore !== before.restore || prompt !== before.prompt)
      void this.previews.start();
    else if (scale !== before.scale) this.previews.startSoon();
  }

  setScaleValid(scaleValid: boolean): void {
    if (this.services.run().scaleValid !== scaleValid) this.services.patch({ scaleValid });
  }

  pin(): void {
    this.pinning.pin();
  }

  unpin(): void {
    this.pinning.unpin();
  }

  swap(): void {
    const a = this.pinning.swap();
    if (!a) return;
    const { store } = this.services;
    const { model, output } = store.state;
    if (isOfPresentLayers(a, { model, output })) return;
    const { restore, prompt } = a;
    store.update({ model: a.model, output: { ...output, restore, prompt } });
    void this.previews.start();
  }

  compareWith(compareWith: 'original' | 'A'): void {
    this.services.store.update({ compareWith });
  }

  save(how: SaveHow, unseen = false): void {
    // One network runs at a time: what is only looked at waits.
    this.previews.pause();
    void this.saves.save(how, unseen);
  }

  private saveEnded(): void {
    this.names.forget();
    this.previews.resume();
    this.services.patch({});
  }

  saveUnseen(): void {
    this.save('save', true);
  }

  upscaleAnyway(): void {
    this.services.patch({ again: true });
  }

  cancel(): void {
    if (this.services.run().saving) this.saves.cancel();
    else this.previews.cancel();
  }

  step(by: 1 | -1): void {
    void this.saves.act(() => this.services.host.step(by));
  }

  copySettings(): void {
    void this.saves.act(
      () => this.services.host.copySettings(settingsOf(this.services)),
      l10n.t('Settings copied'),
    );
  }

  useForWorkspace(): void {
    void this.saves.act(
      () => this.services.host.useForWorkspace(settingsOf(this.services)),
      l10n.t('Settings are used for this workspace'),
    );
  }

  applyToOthers(): void {
    void this.saves.act(() => this.services.host.applyToOthers(choiceOf(this.services)));
  }

  showSaved(action: SavedAction): void {
    void this.saves.act(() => this.services.host.showSaved(action));
  }

  installMissing(): void {
    void this.saves.act(async () => this.take(await this.services.host.installMissing()));
  }

  installPrompts(): void {
    const { host, store, run } = this.services;
    const { model } = store.state;
    void this.saves.act(async () => {
      const added = await host.installPrompts(model);
      this.take(added);
      // The words that were there count from now on.
      const counts = added && store.state.model === model && store.state.output.prompt !== '';
      if (counts && !run().saving) void this.previews.start();
    });
  }

  tryAgain(): void {
    const { notice } = this.services.run();
    if (notice?.kind === 'init' || notice?.kind === 'unopenable')
      void this.start(this.services.store.state);
    else if (notice?.kind === 'save' && notice.how) this.save(notice.how);
    else void this.previews.start();
  }

  tryProcessor(): void {
    this.services.patch({ onProcessor: true });
    this.tryAgain();
  }

  /** A model that was dropped is used at once, unless something is being saved. */
  drop(drop: PanelDrop): void {
    void this.saves.act(async () => this.take(await this.services.host.dropped(drop)));
  }

  private take(added: PanelAdded | null): void {
    const { run, patch } = this.services;
    const { init, saving } = run();
    if (!added || !init) return;
    patch({ init: { ...init, models: added.models, missingModel: undefined } });
    if (!saving) this.setModel(added.model);
  }

  showLog(): void {
    void this.saves.act(() => this.services.host.showLog());
  }

  dismiss(): void {
    this.services.patch({ notice: undefined });
  }

  refresh(): void {
    void this.start(this.services.store.state);
  }

  keep(): void {
    this.services.patch({ source: 'kept' });
  }
}

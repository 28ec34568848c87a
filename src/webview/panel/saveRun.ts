import * as l10n from '@vscode/l10n';
import { guidanceForBranches } from '../../shared/guidance';
import type {
  PanelChoice,
  PanelOutput,
  PanelRun,
  PanelSaved,
  SaveHow,
} from '../../shared/panelProtocol';
import { pageText } from '../../shared/safeText';
import type { Watched } from './host';
import type { PanelView } from './panelView';
import { isCancelled, noticeOf, SAVE_BEGUN } from './runState';
import { savedKey } from './savedKey';
import { canSave } from './saveRules';
import type { Services } from './services';

/** How long the toolbar says what was done. */
const CONFIRMED_MS = 8000;

/** The words that count: none for a model that can't read them. */
const promptOf = ({ model }: PanelView, { prompt }: PanelOutput): string =>
  model?.prompts === 'ready' ? prompt.trim() : '';

/** The choice as settings, which other models may read. */
export const settingsOf = (services: Services): PanelChoice => ({
  ...choiceOf(services),
  prompt: services.store.state.output.prompt.trim(),
});

/** What the person has chosen, as the extension takes it. */
export function choiceOf({ store, view }: Services): PanelChoice {
  const { model, output, guidance } = store.state;
  const { branches } = view();
  // What follows no dial now, squares or a result of before, may do so next.
  return {
    ...output,
    prompt: promptOf(view(), output),
    model,
    guidance: branches.length === 0 ? guidance : guidanceForBranches(guidance, branches),
  };
}

/** What is computed, and where. */
export function runOf({ store, run, view }: Services): PanelRun {
  const { model, output } = store.state;
  const { scale, pixelArt, restore } = output;
  const prompt = promptOf(view(), output);
  return { model, onProcessor: run().onProcessor, scale, pixelArt, restore, prompt };
}

/** Saves, and what else is done with the present choice. */
export class SaveRun {
  private controller: AbortController | undefined;
  private timer: number | undefined;
  /** How often something was begun. */
  private begun = 0;

  constructor(
    private readonly services: Services,
    /** Called when a save has ended, however it did, or could not begin. */
    private readonly onEnd: () => void,
  ) {}

  /** `unseen`: also where there is no preview. */
  async save(how: SaveHow, unseen = false): Promise<void> {
    const { host, run, patch, view, store } = this.services;
    if (unseen ? run().saving || view().saveProblem !== '' : !canSave(view(), how)) {
      this.onEnd();
      return;
    }
    const { notice } = run();
    patch({ notice: undefined });
    store.update({ saving: { key: savedKey(store.state), how } });
    const choice = {
      ...choiceOf(this.services),
      onProcessor: run().onProcessor,
      how,
      again: run().again,
    };
    const isSaved = await this.watch((watched) => host.save(choice, watched));
    if (isSaved && unseen) patch({ notice });
  }

  /** Takes up what a page before this one began to save. */
  async follow(): Promise<void> {
    await this.watch((watched) => this.services.host.saving(watched));
  }

  /** Resolves with whether it went well, also where nothing was written. */
  private async watch(work: (watched: Watched) => Promise<PanelSaved>): Promise<boolean> {
    const { patch, view, store } = this.services;
    this.begun++;
    const controller = new AbortController();
    this.controller = controller;
    patch({ saving: SAVE_BEGUN });
    this.confirm('');
    let failure: unknown;
    try {
      const { fileName } = await work({
        signal: controller.signal,
        onProgress: (saving) => !controller.signal.aborted && patch({ saving }),
      });
      const { saving } = store.state;
      if (fileName !== '') {
        if (saving) store.update({ saved: saving.key });
        this.confirm(l10n.t('Saved {0}', pageText(fileName)), true);
      }
      return true;
    } catch (error) {
      failure = error;
      return false;
    } finally {
      const { saving } = store.state;
      store.update({ saving: undefined });
      patch({
        saving: undefined,
        ...(failure === undefined || isCancelled(failure)
          ? {}
          : { notice: noticeOf('save', failure, view().onProcessor, saving?.how) }),
      });
      this.onEnd();
    }
  }

  cancel(): void {
    this.controller?.abort();
  }

  /**
   * Does something that answers nothing, and says when it failed or, with `said`, that it was done:
   * unless something else was begun since, of which the toolbar tells now.
   */
  async act(action: () => Promise<void>, said = ''): Promise<void> {
    const { patch } = this.services;
    const turn = said === '' ? this.begun : ++this.begun;
    try {
      await action();
      if (said !== '' && turn === this.begun) this.confirm(said);
    } catch (error) {
      if (!isCancelled(error)) patch({ notice: noticeOf('action', error, true) });
    }
  }

  /** A file stays named, with what can be done with it, until something else is done. */
  private confirm(confirmed: string, confirmedFile = false): void {
    window.clearTimeout(this.timer);
    this.services.patch({ confirmed, confirmedFile });
    if (confirmed !== '' && !confirmedFile)
      this.timer = window.setTimeout(() => this.services.patch({ confirmed: '' }), CONFIRMED_MS);
  }
}

import type { ModelSummary } from '../../shared/engineProtocol';
import { describeState } from '../../shared/installText';
import type { InstallableModel, ModelStateReport } from '../../shared/modelProtocol';
import { INSTALLABLE_MODELS } from '../../shared/modelProtocol';
import { isOneOf } from '../../shared/oneOf';
import type { Translate } from '../translate';

export type ModelAction =
  'useHere' | 'useEverywhere' | 'install' | 'import' | 'verify' | 'remove' | 'reveal';

/** A model as the list shows it, with what can be done about it. */
export type ModelItem = {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly folder: string | undefined;
  readonly actions: readonly ModelAction[];
};

export type ModelListContext = {
  /** Id of the model that upscales now. */
  readonly current: string;
  /** Whether there is a workspace whose settings can name a model. */
  readonly inWorkspace: boolean;
};

/** Every model that is there, and those that could be. */
export function modelItems(
  models: readonly ModelSummary[],
  installable: readonly ModelStateReport[],
  { current, inWorkspace }: ModelListContext,
  t: Translate,
): readonly ModelItem[] {
  const use: readonly ModelAction[] = inWorkspace
    ? ['useHere', 'useEverywhere']
    : ['useEverywhere'];
  const present = models.map((model) => {
    const report = installable.find(({ id }) => id === model.id);
    return {
      id: model.id,
      label: model.name,
      description: [
        report ? describeState(report.status) : t('ready'),
        ...(model.id === current ? [t('in use')] : []),
      ].join(' · '),
      detail: model.description,
      folder: model.folder,
      actions: report
        ? ([...use, 'verify', 'reveal', 'remove'] as const)
        : ([...use, 'verify'] as const),
    };
  });
  const missing = installable
    .filter(({ id }) => !models.some((model) => model.id === id))
    .map(({ id, name, status }) => ({
      id,
      label: name,
      description: describeState(status),
      detail: t(
        'One diffusion step on Stable Diffusion 2.1 with two LoRAs: both dials, invents ' +
          'texture. About 4 GB.',
      ),
      folder: undefined,
      actions:
        status.state === 'not-installed'
          ? ([
              'install',
              'import',
              ...(status.downloadedBytes > 0 ? (['remove'] as const) : []),
            ] as const)
          : [],
    }));
  return [...present, ...missing];
}

export const isInstallable = (id: unknown): id is InstallableModel =>
  isOneOf(INSTALLABLE_MODELS, id);

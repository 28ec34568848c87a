import type { ModelSummary } from '../../shared/engineProtocol';
import { byteText } from '../../shared/byteText';
import { licenceText } from '../../shared/foundText';
import { describeState } from '../../shared/installText';
import type { InstallableModel } from '../../shared/installableModels';
import type { ListedModelReport, ModelStateReport } from '../../shared/modelProtocol';
import { INSTALLABLE_MODELS } from '../../shared/installableModels';
import { isOneOf } from '../../shared/oneOf';
import { pairChoices } from '../../shared/pairs';
import { DEFAULT_MODEL } from '../../shared/settings';
import type { SpeedClass } from '../../shared/speedClass';
import type { Translate } from '../../shared/translate';

export type ModelAction =
  | 'useHere'
  | 'useEverywhere'
  | 'install'
  | 'import'
  | 'verify'
  | 'remove'
  | 'reveal'
  /** Rows that are no model: a file of one, and two of them as one. */
  | 'add'
  | 'pair'
  /** What the inference server has. */
  | 'served';

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
  /** Whether an inference server is named. */
  readonly hasServer?: boolean;
};

/** Every model that is there, and those that could be. */
export function modelItems(
  models: readonly ModelSummary[],
  installable: readonly ModelStateReport[],
  { current, inWorkspace, hasServer = false }: ModelListContext,
  t: Translate,
  listed: readonly ListedModelReport[] = [],
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
        ...stateOf(model, report, t),
        ...(model.id === current ? [t('in use')] : []),
      ].join(' · '),
      detail: aboutModel(model, t),
      folder: model.own?.file ?? model.folder,
      actions: [...use, ...actionsOf(model, report)],
    };
  });
  const missing = installable
    .filter(({ id }) => !models.some((model) => model.id === id))
    .map(({ id, name, description, licence, status }) => ({
      id,
      label: name,
      description: [describeState(status), t('about 4 GB, shared'), licence].join(' · '),
      detail: aboutModel({ id, description }, t),
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
  const rows: ModelItem[] = [...present, ...missing];
  rows.push(row('add', t('Add Model from File…'), t('.pth, .safetensors or .onnx')));
  if (pairChoices(models).length > 0)
    rows.push(
      row('pair', t('Two Models as One…'), t('both dials: fidelity of one, texture of another')),
    );
  if (hasServer)
    rows.push(
      row('served', t('Models of the Inference Server…'), t('what only it has, unverified')),
    );
  return [...rows, ...availableItems(listed, t)];
}

/** Published models that are not installed. */
const availableItems = (listed: readonly ListedModelReport[], t: Translate): readonly ModelItem[] =>
  listed
    .filter(({ installed }) => !installed)
    .map((model) => ({
      id: model.id,
      label: model.name,
      description: [
        t('available'),
        `×${model.scale}`,
        byteText(model.bytes),
        speedText(model.speed, t),
        licenceText(model),
      ].join(' · '),
      // What it is for comes first: the list cuts what is too long.
      detail: `${model.purpose}. ${model.network}.`,
      folder: undefined,
      actions: ['install'],
    }));

/** What a model is for, short enough for the list; others say it themselves. */
function aboutModel(
  { id, description }: Pick<ModelSummary, 'id' | 'description'>,
  t: Translate,
): string {
  switch (id) {
    case DEFAULT_MODEL:
      return t('Small and fast, with both dials. Made for this extension, runs on any CPU.');
    case 'pisa-sr':
      return t('Invents texture, with both dials. One step of Stable Diffusion 2.1.');
    case 'osediff':
      return t('Invents texture, with one dial. One step of Stable Diffusion 2.1.');
    default:
      return description;
  }
}

/** A row that is no model. */
const row = (action: ModelAction, label: string, description: string): ModelItem => ({
  id: '',
  label,
  description,
  detail: '',
  folder: undefined,
  actions: [action],
});

/** "ESRGAN · ×4 · 67 MB · slow · CC-BY-4.0", or what an installed model's state is. */
function stateOf(
  { own }: ModelSummary,
  report: ModelStateReport | undefined,
  t: Translate,
): readonly string[] {
  if (report) return [describeState(report.status)];
  if (!own) return [t('ready')];
  return [
    ...(own.unverified ? [t('unverified')] : []),
    own.architecture,
    `×${own.scale}`,
    ...(own.unverified ? [] : [byteText(own.bytes)]),
    ...(own.speed === undefined ? [] : [speedText(own.speed, t)]),
    licenceText(own),
  ];
}

const speedText = (speed: SpeedClass, t: Translate): string =>
  ({ fast: t('fast'), medium: t('medium speed'), slow: t('slow') })[speed];

function actionsOf(
  { own }: ModelSummary,
  report: ModelStateReport | undefined,
): readonly ModelAction[] {
  if (report) return ['verify', 'reveal', 'remove'];
  if (!own) return ['verify'];
  return own.added ? ['verify', 'reveal', 'remove'] : ['verify', 'reveal', 'add'];
}

export const isInstallable = (id: unknown): id is InstallableModel =>
  isOneOf(INSTALLABLE_MODELS, id);

import * as vscode from 'vscode';
import { describePlan, describePlanBriefly } from '../../shared/installText';
import type { InstallPlan, InstallRequest, InstallResult } from '../../shared/modelProtocol';
import { agreesToHttp } from '../models/consent';
import { diffusionName } from '../models/diffusionNames';
import { isInstallable } from '../models/modelList';
import { showImport } from '../models/showImport';
import { ask, notify } from '../ui/notifications';
import { isTrue, textOf, textsOf } from './commandArguments';
import type { ModelServices } from './importModel';

/**
 * Downloads a model on Stable Diffusion, PiSA-SR unless `id` names another: shows what would be
 * fetched and under what licences, asks to accept them and for what no program may fetch, downloads,
 * imports, and asks about what can't be verified. Other code may give
 * `{ licencesAccepted: true, id?, weights?, mirrors?, prompts?, acceptUnverified?, allowHttp? }`; then nothing
 * is asked, and it rejects with the failure. What a cancel or a break
 * leaves is kept for the next time.
 */
export async function installModel(
  services: ModelServices,
  options: unknown,
): Promise<InstallResult | undefined> {
  const { tasks, config, log } = services;
  const { mirrors, precision, prompts, proxy } = config.install();
  const automatic = isTrue(options, 'licencesAccepted');
  const wanted = textOf(options, 'id');
  const id = isInstallable(wanted) ? wanted : 'pisa-sr';
  const name = diffusionName(id);
  const chosen = textsOf(options, 'mirrors') ?? mirrors;
  const allowHttp = automatic ? isTrue(options, 'allowHttp') : await agreesToHttp(chosen);
  if (!automatic && !allowHttp) return undefined;
  const request: InstallRequest = {
    id,
    precision,
    mirrors: chosen,
    allowHttp,
    ...(prompts || isTrue(options, 'prompts') ? { prompts: true } : {}),
    // Ten megabytes beside gigabytes, and left out where nobody has them.
    draft: true,
    // Who asks for one of them has a model; who installs may mean to repair it.
    extend: prompts || isTrue(options, 'prompts') || isTrue(options, 'draft'),
    ...(proxy === undefined ? {} : { proxy }),
  };
  const again = (): void =>
    void installModel(services, options).catch((error: unknown) => log.error('install', error));
  const agreed = automatic
    ? { weights: textOf(options, 'weights') }
    : await agree(services, request, again);
  if (!agreed) return undefined;
  const { weights } = agreed;
  const title = vscode.l10n.t('Installing {0}', name);
  const params = {
    ...request,
    licencesAccepted: true,
    ...(weights === undefined ? {} : { weights }),
  };
  const result = await tasks.changeWithConsent(
    title,
    { automatic, again, acceptUnverified: isTrue(options, 'acceptUnverified') },
    (consent) => (client, context) => client.installModel({ ...params, ...consent }, context),
  );
  if (!result) return undefined;
  const shown =
    result.state === 'ready'
      ? showImport(result.imported, config, log)
      : showWaiting(name, result.weights);
  void shown.catch((error: unknown) => log.error(title, error));
  return result;
}

/** Shows the plan and asks for what only the person can give; undefined when they decline. */
async function agree(
  { tasks, log }: ModelServices,
  request: InstallRequest,
  again: () => void,
): Promise<{ weights: string | undefined } | undefined> {
  const plan = await tasks.run(
    vscode.l10n.t("Looking for {0}'s files", diffusionName(request.id)),
    (client, { signal }) => client.planInstall(request, { signal }),
    { again },
  );
  if (!plan) return undefined;
  log.info(describePlan(plan).join('\n'));
  if (!(await accepts(plan))) return undefined;
  if (!plan.weights || plan.weights.present) return { weights: undefined };
  return askForWeights(plan.weights);
}

async function accepts(plan: InstallPlan): Promise<boolean> {
  const accept = vscode.l10n.t('Accept and Download');
  const view = vscode.l10n.t('View License');
  for (;;) {
    const chosen = await ask('information', {
      text: vscode.l10n.t('Install {0}?', plan.name),
      detail: describePlanBriefly(plan).join('\n'),
      buttons: [accept, view],
    });
    if (chosen !== view) return chosen === accept;
    const licence = plan.licences.find(({ mustAccept }) => mustAccept);
    if (licence) await vscode.env.openExternal(vscode.Uri.parse(licence.url));
  }
}

async function askForWeights(
  weights: NonNullable<InstallPlan['weights']>,
): Promise<{ weights: string | undefined } | undefined> {
  const choose = vscode.l10n.t('Choose {0}…', weights.name);
  const open = vscode.l10n.t('Open Download Page');
  const later = vscode.l10n.t('Later');
  for (;;) {
    const detail = vscode.l10n.t(
      '{0} The rest can be downloaded meanwhile: choose "Later" and run this command again when you have the file.',
      weights.note,
    );
    const chosen = await ask('information', {
      text: vscode.l10n.t('Do you have {0}?', weights.name),
      detail,
      buttons: [choose, open, later],
    });
    if (chosen === later) return { weights: undefined };
    if (chosen === open) {
      const [page] = weights.pages;
      if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page));
      continue;
    }
    if (chosen !== choose) return undefined;
    const files = await vscode.window.showOpenDialog({
      canSelectMany: false,
      title: weights.name,
      filters: { [weights.name]: ['pkl', 'pt'] },
    });
    const [file] = files ?? [];
    if (file) return { weights: file.fsPath };
  }
}

async function showWaiting(name: string, weights: string): Promise<void> {
  await notify(
    'information',
    vscode.l10n.t(
      'All of {0} that can be downloaded is here. Its own file is still missing: {1} Then install it again.',
      name,
      weights,
    ),
  );
}

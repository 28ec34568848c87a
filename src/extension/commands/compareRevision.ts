import * as vscode from 'vscode';
import { isImageName, isVectorName } from '../../shared/settings';
import { baseName, revisionName, revisionOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { repositoryOf } from '../revisions/gitApi';
import { notInGit } from '../revisions/revision';
import { notify } from '../ui/notifications';
import { pickOne } from '../ui/quickPick';
import { activeImage, pickImages } from './imagePicker';

/** Commits of a picture that are offered. */
const MOST_COMMITS = 200;

/**
 * Compares a picture with its version in HEAD. `clicked` is the picture, an entry of source control,
 * or an entry of the timeline with its picture after it: then the version is that entry's.
 */
export async function compareWithHead(
  panels: ComparisonPanels,
  clicked: unknown,
  more: unknown,
): Promise<void> {
  const picture = await pictureOf(clicked, more);
  if (picture) await panels.show(revisionOf(picture, commitOf(clicked) ?? 'HEAD'));
}

/** The same with a commit that the person chooses. */
export async function compareWithRevision(
  panels: ComparisonPanels,
  clicked: unknown,
  more: unknown,
): Promise<void> {
  const picture = await pictureOf(clicked, more);
  if (!picture) return;
  const repository = await repositoryOf(picture);
  if (!repository) throw notInGit(picture);
  const commits = await repository.log({ path: picture.fsPath, maxEntries: MOST_COMMITS });
  const chosen = await pickOne(
    commits.map(({ hash, message, authorName, authorDate }) => ({
      hash,
      label: message.split('\n')[0] ?? '',
      description: [revisionName(hash), authorName, authorDate?.toLocaleString(vscode.env.language)]
        .filter((part) => part !== undefined)
        .join(' · '),
    })),
    {
      title: vscode.l10n.t('Compare {0} with Revision', baseName(picture)),
      placeHolder:
        commits.length > 0
          ? vscode.l10n.t('Choose a commit that changed it')
          : vscode.l10n.t('No commit has it yet'),
    },
  );
  if (chosen) await panels.show(revisionOf(picture, chosen.hash));
}

async function pictureOf(clicked: unknown, more: unknown): Promise<vscode.Uri | undefined> {
  const named = [clicked, resourceOf(clicked), more].find((value) => value instanceof vscode.Uri);
  const picture =
    named ?? activeImage() ?? (await pickImages({ title: vscode.l10n.t('Compare with HEAD') }))[0];
  if (!picture) return undefined;
  if (isImageName(baseName(picture)) && !isVectorName(baseName(picture)))
    return picture.scheme === 'git' ? vscode.Uri.file(picture.fsPath) : picture;
  void notify(
    'warning',
    vscode.l10n.t('{0} is not an image that can be compared.', baseName(picture)),
  );
  return undefined;
}

/** The file of an entry of source control. */
const resourceOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'resourceUri' in value
    ? value.resourceUri
    : undefined;

/** The commit of an entry of the timeline. */
function commitOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const ref = 'ref' in value ? value.ref : 'id' in value ? value.id : undefined;
  return typeof ref === 'string' && /^[0-9a-f]{40}$/.test(ref) ? ref : undefined;
}

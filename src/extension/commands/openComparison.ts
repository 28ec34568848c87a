import * as vscode from 'vscode';
import { isImageName, isVectorName } from '../../shared/settings';
import { baseName, pairOf, previewOf } from '../comparison/comparison';
import type { ComparisonPanels } from '../comparison/comparisonPanels';
import { notify } from '../ui/notifications';
import { UPSCALE_IMAGE_COMMAND } from './commandIds';
import { activeImage, pickImages } from './imagePicker';
import { chosenUris, inOrderOfOrigin } from './selection';

/**
 * Opens the comparison of one image with what models make of it, or of two images with each other.
 * Without arguments: of the active image, else of a choice.
 */
export async function openComparison(
  panels: ComparisonPanels,
  clicked: unknown,
  selection: unknown,
): Promise<void> {
  const chosen = chosenUris(clicked, selection, (value) => value instanceof vscode.Uri);
  const images = chosen.length > 0 ? chosen : await imagesOfPalette();
  const stranger = images.find((uri) => !isImageName(baseName(uri)) || isVectorName(baseName(uri)));
  if (stranger) {
    await tellStranger(stranger);
    return;
  }
  const [first, second] = inOrderOfOrigin(images, baseName);
  if (images.length > 2)
    void notify('warning', vscode.l10n.t('Choose one image, or two to compare with each other.'));
  else if (first && second) await panels.show(pairOf(first, second));
  else if (first) await panels.show(previewOf(first));
}

/** Says why it can't be compared, and what can be done with it. */
async function tellStranger(file: vscode.Uri): Promise<void> {
  const name = baseName(file);
  if (!isVectorName(name)) {
    void notify('warning', vscode.l10n.t('{0} is not an image that can be compared.', name));
    return;
  }
  const upscale = vscode.l10n.t('Upscale Image');
  const answer = await notify(
    'information',
    vscode.l10n.t(
      '{0} is a drawing: it is drawn anew at any size, without a model, so there is nothing to choose or to compare.',
      name,
    ),
    upscale,
  );
  if (answer === upscale) await vscode.commands.executeCommand(UPSCALE_IMAGE_COMMAND, file);
}

async function imagesOfPalette(): Promise<readonly vscode.Uri[]> {
  const active = activeImage();
  return active
    ? [active]
    : pickImages({
        title: vscode.l10n.t('Open Comparison'),
        placeHolder: vscode.l10n.t('Choose one image, or two to compare with each other'),
      });
}

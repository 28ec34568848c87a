import * as vscode from 'vscode';
import { byteText } from '../../shared/byteText';
import type { Size } from '../../shared/geometry';
import { OPEN_COMPARISON_COMMAND, UPSCALE_IMAGE_COMMAND } from '../commands/commandIds';
import { baseName } from '../comparison/comparison';
import { isVectorName } from '../../shared/settings';
import type { Told } from '../ui/hovers';
import { plainMarkdown } from '../ui/markdown';
import { imageAt } from './imageAt';

/** Tells how large the picture is whose path is under the pointer, and offers what can be made of it. */
export class ImageHover {
  /** `sizeOf`: in pixels, upright; rejects for what can't be read. */
  constructor(private readonly sizeOf: (picture: vscode.Uri) => Promise<Size>) {}

  async tell(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<Told | undefined> {
    const image = await imageAt(document, position);
    if (!image || token.isCancellationRequested) return undefined;
    const { uri, range } = image;
    const [size, { size: bytes }] = await Promise.all([
      this.sizeOf(uri).catch(() => undefined),
      vscode.workspace.fs.stat(uri),
    ]);
    const facts = [
      baseName(uri),
      ...(size ? [`${size.width}×${size.height}`] : []),
      byteText(bytes),
    ].join(' · ');
    const links = [
      { title: vscode.l10n.t('Upscale Image'), command: UPSCALE_IMAGE_COMMAND, args: [uri] },
      ...(isVectorName(baseName(uri))
        ? []
        : [
            {
              title: vscode.l10n.t('Open Comparison'),
              command: OPEN_COMPARISON_COMMAND,
              args: [uri],
            },
          ]),
    ];
    return { content: plainMarkdown([{ text: facts }, { links }]), range };
  }
}

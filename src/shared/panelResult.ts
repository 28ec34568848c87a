import type { PanelResult } from './panelProtocol';
import type { PreviewPicture } from './previewProtocol';

/** What the comparison is told of the result that the engine makes. */
export const panelResultOf = ({
  size,
  sourceSize,
  branches,
  hasAlpha,
  way,
  exact,
  draft,
}: PreviewPicture): PanelResult => ({
  size,
  sourceSize,
  branches,
  hasAlpha,
  way,
  exact,
  draft: draft === true,
});

import type { JSX } from 'preact';
import { pageText } from '../../../shared/safeText';
import type { PanelView } from '../panelView';
import { scaleText, sizeText } from '../text';

/** Of a pair: how the result was made, or at least how large it is. */
export const Facts = ({ view }: { readonly view: PanelView }): JSX.Element => (
  <p class="facts" id="facts" hidden={!view.pair}>
    {factsText(view)}
  </p>
);

function factsText({ run, picture, originalSize, names }: PanelView): string {
  const { original, result, facts = '' } = run.init ?? {};
  if (!original || !result) return '';
  const sizes = [
    originalSize && `${names.original} ${sizeText(originalSize)}`,
    picture && `${names.upscaled} ${sizeText(picture)}`,
  ].filter((text) => text !== undefined);
  const scale =
    facts === '' && picture && originalSize ? [scaleText(picture.width / originalSize.width)] : [];
  return [
    `${pageText(original.fileName)} → ${pageText(result.fileName)}`,
    ...sizes,
    ...scale,
    ...(facts === '' ? [] : [facts]),
  ].join(' · ');
}

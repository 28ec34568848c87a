import { useRef, useState } from 'preact/hooks';

/** In CSS pixels; the style sheet has the same. */
const SIDE = 36;
/** Of files that may be animated. */
const MAY_MOVE: ReadonlySet<string> = new Set(['gif', 'webp', 'png', 'avif']);

/** A picture's small view, which stands still: a list that moves can't be read. */
export function Thumbnail({ address, type }: { readonly address: string; readonly type: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isStill, setStill] = useState(false);
  if (address === '') return null;
  const freeze = async (picture: HTMLImageElement): Promise<void> => {
    const first = await firstFrame(picture);
    const target = canvas.current;
    if (!target) return;
    [target.width, target.height] = [first.width, first.height];
    target.getContext('2d')?.drawImage(first, 0, 0);
    first.close();
    setStill(true);
  };
  return (
    <>
      {!isStill && (
        <img
          loading="lazy"
          decoding="async"
          alt=""
          width={SIDE}
          height={SIDE}
          src={address}
          // One that can't be drawn stays as it is.
          onLoad={({ currentTarget }) =>
            MAY_MOVE.has(type) && void freeze(currentTarget).catch(() => undefined)
          }
          onError={({ currentTarget }) => currentTarget.classList.add('broken')}
        />
      )}
      {MAY_MOVE.has(type) && <canvas hidden={!isStill} ref={canvas} />}
    </>
  );
}

/** As large as it is shown, on sharp screens too. */
function firstFrame(picture: HTMLImageElement): Promise<ImageBitmap> {
  const { naturalWidth, naturalHeight } = picture;
  const scale = Math.min(1, (2 * SIDE) / Math.max(naturalWidth, naturalHeight));
  return createImageBitmap(picture, {
    resizeWidth: Math.max(1, Math.round(naturalWidth * scale)),
    resizeHeight: Math.max(1, Math.round(naturalHeight * scale)),
    resizeQuality: 'medium',
  });
}

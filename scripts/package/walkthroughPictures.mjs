/** The walkthrough's pictures, in a size that a package can carry. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

/** As wide as the walkthrough shows them; twice that for dense screens would double the pictures. */
const WIDEST = 1280;
const QUALITY = 84;

/**
 * Puts WebP files into the package's folder and their names into its manifest.
 * @param {{ contributes: { walkthroughs: { steps: { media: { image: string } }[] }[] } }} manifest
 * @param {string} folder
 */
export async function putWalkthroughPictures(manifest, folder) {
  for (const { media } of manifest.contributes.walkthroughs.flatMap(({ steps }) => steps)) {
    const packed = media.image.replace(/\.png$/, '.webp');
    const file = path.join(folder, packed);
    mkdirSync(path.dirname(file), { recursive: true });
    await sharp(media.image)
      .resize({ width: WIDEST, withoutEnlargement: true })
      .webp({ quality: QUALITY, effort: 6 })
      .toFile(file);
    media.image = packed;
  }
}

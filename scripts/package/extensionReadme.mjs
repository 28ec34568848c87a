/**
 * The README as the extension's page shows it. The page loads pictures from https: and data:
 * addresses only, and follows no relative link. With a repository vsce rewrites both; without one
 * the pictures go into the text, and a link to a file becomes its words.
 */
import path from 'node:path';
import sharp from 'sharp';

/** The page's text is at most as wide; twice that for dense screens would double the package. */
const WIDEST = 1280;
const QUALITY = 84;

const PICTURE = /!\[([^\]]*)\]\(([^)\s]+)\)/g;
const LINK = /(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)[^)\s]+\)/gi;

/**
 * @param {string} text Markdown
 * @param {string} root folder that its relative addresses start from
 */
export async function selfContained(text, root) {
  const addresses = [...text.matchAll(PICTURE)]
    .map(([, , address]) => address)
    .filter((address) => !/^[a-z]+:/i.test(address));
  const embedded = new Map();
  for (const address of new Set(addresses))
    embedded.set(address, await dataAddress(path.join(root, address)));
  return text
    .replace(LINK, (_, words) => words)
    .replace(
      PICTURE,
      (_, description, address) => `![${description}](${embedded.get(address) ?? address})`,
    );
}

async function dataAddress(file) {
  const picture = await sharp(file)
    .resize({ width: WIDEST, withoutEnlargement: true })
    .webp({ quality: QUALITY, effort: 6 })
    .toBuffer();
  return `data:image/webp;base64,${picture.toString('base64')}`;
}

/**
 * The README as the extension's page shows it. The page loads pictures from https: addresses only,
 * not from the package (nor, since VS Code 1.103, from data: addresses), and follows no relative
 * link. With a repository vsce rewrites both. Without one a link becomes its words, and a picture is
 * left to the walkthrough, which shows what is in the package.
 */

const PICTURE = /!\[[^\]]*\]\((?![a-z]+:)[^)\s]+\)\n*/gi;
const LINK = /(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)[^)\s]+\)/gi;

/** @param {string} text Markdown */
export const withoutFiles = (text) => text.replace(PICTURE, '').replace(LINK, (_, words) => words);

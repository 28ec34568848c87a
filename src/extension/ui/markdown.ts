import * as vscode from 'vscode';
import { lineText, messageText } from '../../shared/safeText';

/** A link that runs a command of ours. */
export type CommandLink = {
  readonly title: string;
  readonly command: string;
  readonly args: readonly unknown[];
};

/** A paragraph of the product's own words, lines that somebody else wrote, or a line of links. */
export type MarkdownPart =
  | { readonly text: string }
  | { readonly code: readonly string[] }
  | { readonly links: readonly CommandLink[] };

/**
 * Markdown in which nothing is markup: own words are text, foreign ones stand in code blocks, where
 * not even an address becomes a link. HTML and icons are off, and so are commands but those of
 * `links`.
 */
export function plainMarkdown(parts: readonly MarkdownPart[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  const links = parts.flatMap((part) => ('links' in part ? part.links : []));
  markdown.isTrusted =
    links.length > 0 ? { enabledCommands: links.map(({ command }) => command) } : false;
  markdown.supportHtml = false;
  markdown.supportThemeIcons = false;
  for (const part of parts) {
    if ('text' in part) markdown.appendMarkdown(`${escaped(messageText(part.text))}\n\n`);
    else if ('links' in part) markdown.appendMarkdown(`${part.links.map(linkTo).join(' · ')}\n\n`);
    else markdown.appendCodeblock(part.code.map(lineText).join('\n'), 'text');
  }
  return markdown;
}

const linkTo = ({ title, command, args }: CommandLink): string =>
  `[${escaped(messageText(title))}](command:${command}?${encodeURIComponent(JSON.stringify(args))})`;

/** Every sign of ASCII can be escaped. `appendText` would also keep the text from wrapping. */
const escaped = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, '\\$&');

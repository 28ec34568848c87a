import * as vscode from 'vscode';
import { lineText, messageText } from '../../shared/safeText';

/** A paragraph of the product's own words, or lines that somebody else wrote. */
export type MarkdownPart = { readonly text: string } | { readonly code: readonly string[] };

/**
 * Markdown in which nothing is markup: own words are text, foreign ones stand in code blocks, where
 * not even an address becomes a link. Commands, HTML and icons are off.
 */
export function plainMarkdown(parts: readonly MarkdownPart[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  markdown.supportThemeIcons = false;
  for (const part of parts) {
    if ('text' in part) markdown.appendMarkdown(`${escaped(messageText(part.text))}\n\n`);
    else markdown.appendCodeblock(part.code.map(lineText).join('\n'), 'text');
  }
  return markdown;
}

/** Every sign of ASCII can be escaped. `appendText` would also keep the text from wrapping. */
const escaped = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, '\\$&');

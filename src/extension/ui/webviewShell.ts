import { escapeHtml as e } from './escapeHtml';

export type WebviewShell = {
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** The codicons' style sheet, which elements with icons load once more by its address. */
  readonly codiconUri: string;
  /** BCP 47, for screen readers. */
  readonly language: string;
  readonly title: string;
  /** What the page starts with, as JSON. */
  readonly state: unknown;
  /** The words in the person's language, by the English ones. */
  readonly words: { readonly [message: string]: string };
  /** Whether the page fetches what lies in its folders. */
  readonly connects?: boolean;
};

/**
 * The HTML of every page: policy, style, state, words and one script, which makes the rest. Nothing
 * is inline, so the policy can be this strict; what the script imports has its nonce.
 */
export function webviewShell(shell: WebviewShell): string {
  const { cspSource, nonce, connects = false } = shell;
  const policy =
    `default-src 'none'; img-src ${cspSource}; font-src ${cspSource}; style-src ${cspSource}; ` +
    `${connects ? `connect-src ${cspSource}; ` : ''}script-src 'nonce-${nonce}'`;
  const carried = (name: string, value: unknown): string =>
    `<meta name="pisa-upscale-${name}" content="${e(JSON.stringify(value))}">`;
  return `<!DOCTYPE html>
<html lang="${e(shell.language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${e(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  ${carried('state', shell.state ?? null)}
  ${carried('words', shell.words)}
  <link rel="stylesheet" id="vscode-codicon-stylesheet" href="${e(shell.codiconUri)}">
  <link rel="stylesheet" href="${e(shell.styleUri)}">
  <title>${e(shell.title)}</title>
</head>
<body aria-busy="true">
  <script type="module" nonce="${e(nonce)}" src="${e(shell.scriptUri)}"></script>
</body>
</html>`;
}

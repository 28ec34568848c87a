import path from 'node:path';
import * as vscode from 'vscode';
import type { PairSeries } from './pairSeries';
import { clampDial, type Guidance } from '../../shared/guidance';
import { isFormOutput, type FormOutput } from './formOutput';
import { isObject } from '../../shared/json';

/** What a panel starts with instead of what the settings say. */
export type Wish = {
  readonly model?: string;
  readonly guidance?: Guidance;
  readonly scale?: number;
  readonly output?: FormOutput;
};

/** A picture, and what models make of it. */
export type PreviewComparison = {
  readonly kind: 'preview';
  readonly source: vscode.Uri;
  readonly wish: Wish;
  /** What else was selected when the panel was opened: candidates for the same settings. */
  readonly selection: readonly vscode.Uri[];
  /** What was made of it with that wish: shown at once, until the same is computed. */
  readonly result?: vscode.Uri;
};

/** Two finished pictures. */
export type PairComparison = {
  readonly kind: 'pair';
  readonly original: vscode.Uri;
  readonly result: vscode.Uri;
  /** How the result was made, when that is known. */
  readonly facts: string;
  /** What else the panel leads to. */
  readonly series?: PairSeries;
};

/** A picture as a commit has it, and as it is now. */
export type RevisionComparison = {
  readonly kind: 'revision';
  readonly picture: vscode.Uri;
  /** `HEAD`, or a commit's hash. */
  readonly ref: string;
};

export type Comparison = PreviewComparison | PairComparison | RevisionComparison;

export const previewOf = (
  source: vscode.Uri,
  wish: Wish = {},
  selection: readonly vscode.Uri[] = [],
  result?: vscode.Uri,
): PreviewComparison => ({
  kind: 'preview',
  source,
  wish,
  selection,
  ...(result ? { result } : {}),
});

export const pairOf = (original: vscode.Uri, result: vscode.Uri, facts = ''): PairComparison => ({
  kind: 'pair',
  original,
  result,
  facts,
});

export const revisionOf = (picture: vscode.Uri, ref: string): RevisionComparison => ({
  kind: 'revision',
  picture,
  ref,
});

export const baseName = (uri: vscode.Uri): string => path.posix.basename(uri.path);

/** The panel's title. */
export function titleOf(comparison: Comparison): string {
  switch (comparison.kind) {
    case 'pair':
      return pairNames(comparison.original, comparison.result).join(' ↔ ');
    case 'revision':
      return `${baseName(comparison.picture)} (${revisionName(comparison.ref)})`;
    case 'preview':
      return vscode.l10n.t('Comparison: {0}', baseName(comparison.source));
  }
}

/** Both names; where they are the same, with the nearest folders that differ. */
function pairNames(original: vscode.Uri, result: vscode.Uri): readonly string[] {
  const paths = [original, result].map(({ path: whole }) => whole.split('/').filter(Boolean));
  const partAt = (index: number): readonly string[] =>
    paths.map((parts) => parts.at(-index) ?? '/');
  const differ = ([one, two]: readonly string[]): boolean => one !== two;
  const longest = Math.max(...paths.map(({ length }) => length));
  const names = [baseName(original), baseName(result)];
  if (differ(names)) return names;
  for (let index = 2; index <= longest; index++) {
    const folders = partAt(index);
    if (differ(folders)) return names.map((name, side) => `${name} (${folders[side] ?? ''})`);
  }
  return names;
}

/** HEAD by its name, another commit by the beginning of its hash. */
export const revisionName = (ref: string): string => (ref === 'HEAD' ? ref : ref.slice(0, 7));

/** Comparisons with the same key share a panel. */
export function keyOf(comparison: Comparison): string {
  switch (comparison.kind) {
    case 'pair':
      return `pair ${comparison.original.toString()} ${comparison.result.toString()}`;
    case 'revision':
      return `revision ${comparison.ref} ${comparison.picture.toString()}`;
    case 'preview':
      return `preview ${comparison.source.toString()}`;
  }
}

/** A comparison as it is kept for the next start of the editor. */
export function toStored(comparison: Comparison): unknown {
  if (comparison.kind === 'pair')
    return {
      kind: 'pair',
      original: comparison.original.toString(),
      result: comparison.result.toString(),
      facts: comparison.facts,
    };
  if (comparison.kind === 'revision')
    return { kind: 'revision', picture: comparison.picture.toString(), ref: comparison.ref };
  const { source, wish, selection, result } = comparison;
  return {
    kind: 'preview',
    source: source.toString(),
    wish,
    selection: selection.map(String),
    ...(result ? { result: result.toString() } : {}),
  };
}

/** Reads what `toStored` made; undefined when it is anything else. */
export function fromStored(value: unknown): Comparison | undefined {
  if (!isObject(value)) return undefined;
  if (value.kind === 'pair') {
    const [original, result] = [uriFrom(value.original), uriFrom(value.result)];
    return original && result
      ? pairOf(original, result, typeof value.facts === 'string' ? value.facts : '')
      : undefined;
  }
  if (value.kind === 'revision') {
    const picture = uriFrom(value.picture);
    return picture && isRef(value.ref) ? revisionOf(picture, value.ref) : undefined;
  }
  const source = value.kind === 'preview' ? uriFrom(value.source) : undefined;
  const selection: readonly unknown[] = Array.isArray(value.selection) ? value.selection : [];
  return (
    source &&
    previewOf(
      source,
      wishFrom(value.wish),
      selection.map(uriFrom).filter((uri) => uri !== undefined),
      uriFrom(value.result),
    )
  );
}

function wishFrom(value: unknown): Wish {
  if (!isObject(value)) return {};
  const { model, guidance, scale, output } = value;
  return {
    ...(isFormOutput(output) ? { output } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof scale === 'number' ? { scale } : {}),
    ...(isObject(guidance)
      ? {
          guidance: {
            pixel: clampDial(guidance.pixel, 1),
            semantic: clampDial(guidance.semantic, 1),
          },
        }
      : {}),
  };
}

function uriFrom(value: unknown): vscode.Uri | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return vscode.Uri.parse(value, true);
  } catch {
    return undefined;
  }
}

const isRef = (value: unknown): value is string =>
  typeof value === 'string' && /^(HEAD|[0-9a-f]{40,64})$/.test(value);

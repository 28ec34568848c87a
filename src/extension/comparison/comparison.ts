import path from 'node:path';
import * as vscode from 'vscode';
import { clampDial, type Guidance } from '../../shared/guidance';

/** What a panel starts with instead of what the settings say. */
export type Wish = { readonly model?: string; readonly guidance?: Guidance };

/** A picture, and what models make of it. */
export type PreviewComparison = {
  readonly kind: 'preview';
  readonly source: vscode.Uri;
  readonly wish: Wish;
  /** What else was selected when the panel was opened: candidates for the same settings. */
  readonly selection: readonly vscode.Uri[];
};

/** Two finished pictures. */
export type PairComparison = {
  readonly kind: 'pair';
  readonly original: vscode.Uri;
  readonly result: vscode.Uri;
  /** How the result was made, when that is known. */
  readonly facts: string;
};

export type Comparison = PreviewComparison | PairComparison;

export const previewOf = (
  source: vscode.Uri,
  wish: Wish = {},
  selection: readonly vscode.Uri[] = [],
): PreviewComparison => ({ kind: 'preview', source, wish, selection });

export const pairOf = (original: vscode.Uri, result: vscode.Uri, facts = ''): PairComparison => ({
  kind: 'pair',
  original,
  result,
  facts,
});

export const baseName = (uri: vscode.Uri): string => path.posix.basename(uri.path);

/** The panel's title. */
export const titleOf = (comparison: Comparison): string =>
  comparison.kind === 'pair'
    ? `${baseName(comparison.original)} ↔ ${baseName(comparison.result)}`
    : vscode.l10n.t('Compare {0}', baseName(comparison.source));

/** Comparisons with the same key share a panel. */
export const keyOf = (comparison: Comparison): string =>
  comparison.kind === 'pair'
    ? `pair ${comparison.original.toString()} ${comparison.result.toString()}`
    : `preview ${comparison.source.toString()}`;

/** A comparison as it is kept for the next start of the editor. */
export function toStored(comparison: Comparison): unknown {
  if (comparison.kind === 'pair')
    return {
      kind: 'pair',
      original: comparison.original.toString(),
      result: comparison.result.toString(),
      facts: comparison.facts,
    };
  const { source, wish, selection } = comparison;
  return { kind: 'preview', source: source.toString(), wish, selection: selection.map(String) };
}

/** Reads what `toStored` made; undefined when it is anything else. */
export function fromStored(value: unknown): Comparison | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === 'pair') {
    const [original, result] = [uriFrom(value.original), uriFrom(value.result)];
    return original && result
      ? pairOf(original, result, typeof value.facts === 'string' ? value.facts : '')
      : undefined;
  }
  const source = value.kind === 'preview' ? uriFrom(value.source) : undefined;
  const selection: readonly unknown[] = Array.isArray(value.selection) ? value.selection : [];
  return (
    source &&
    previewOf(
      source,
      wishFrom(value.wish),
      selection.map(uriFrom).filter((uri) => uri !== undefined),
    )
  );
}

function wishFrom(value: unknown): Wish {
  if (!isRecord(value)) return {};
  const { model, guidance } = value;
  return {
    ...(typeof model === 'string' ? { model } : {}),
    ...(isRecord(guidance)
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

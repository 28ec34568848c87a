import type { LicenceTerms } from '../../../shared/modelProtocol';

/** Licences of published models that allow commercial use, with their SPDX names. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'WTFPL',
]);
const COPYLEFT = /^(?:L?GPL|AGPL|MPL|CC-BY-SA)-/;

/** What a licence's SPDX name means for whoever uses the pictures. */
export function termsOf(spdx: string | undefined): LicenceTerms {
  if (spdx === undefined) return 'unknown';
  if (/(?:^|-)NC(?:-|$)/.test(spdx)) return 'non-commercial';
  if (COPYLEFT.test(spdx)) return 'copyleft';
  return PERMISSIVE.has(spdx) ? 'permissive' : 'unknown';
}

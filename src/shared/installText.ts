import { byteText } from './byteText';
import type { InstallPlan, ModelProgress, ModelState } from './modelProtocol';
import { inWords } from './phrase';

/** What an installation would fetch and under what terms, as lines of plain text. */
export function describePlan(plan: InstallPlan): string[] {
  const left = plan.bytesToFetch;
  return [
    `${plan.name} will be put in ${plan.folder}`,
    '',
    `To fetch: ${byteText(left)} from ${hostsOf(plan)}; ${byteText(plan.bytesFree)} are free.`,
    ...sharing(plan),
    ...plan.files.map(({ path, bytes, done, temporary, from }) => {
      const size = bytes === undefined ? 'size unknown' : byteText(bytes);
      const state =
        done > 0 && bytes !== undefined
          ? done >= bytes
            ? ', here already'
            : `, ${byteText(done)} here already`
          : '';
      const place = from === undefined ? '' : `, from ${new URL(from).host}`;
      return `  ${path} (${size}${place}${state}${temporary ? '; needed once, then removed' : ''})`;
    }),
    '',
    'Licences:',
    ...plan.licences.map(
      ({ component, name, url, mustAccept, note }) =>
        `  ${component}: ${name}${mustAccept ? ' (must be accepted)' : ''}. ${note} ${url}`,
    ),
    ...(plan.weights
      ? [
          '',
          plan.weights.present
            ? `${plan.weights.name} is here already.`
            : `${plan.weights.name}: ${plan.weights.note} ${plan.weights.pages.join(' ')}`,
        ]
      : []),
  ];
}

/** The servers that files come from. */
const hostsOf = ({ mirror, files }: InstallPlan): string =>
  [
    ...new Set(
      [mirror, ...files.map(({ from }) => from)].flatMap((address) =>
        address === undefined ? [] : [new URL(address).host],
      ),
    ),
  ].join(' and ');

const sharing = ({ sharedWith }: InstallPlan): string[] =>
  sharedWith === undefined
    ? []
    : [`Stable Diffusion 2.1 base is here already, with ${sharedWith}, and is shared.`];

/** The same in a few sentences, for a dialog that has a button to read the licence. */
export function describePlanBriefly(plan: InstallPlan): string[] {
  const { bytesToFetch, bytesFree, files, folder, licences, weights } = plan;
  const staying = files.reduce(
    (sum, { bytes, temporary }) => sum + (temporary ? 0 : (bytes ?? 0)),
    0,
  );
  return [
    `${byteText(bytesToFetch)} will be fetched from ${hostsOf(plan)}; ` +
      `${byteText(staying)} of it will stay in ${folder}. ${byteText(bytesFree)} are free.`,
    ...sharing(plan),
    ...licences.flatMap(({ component, name, mustAccept, note }) => [
      '',
      `${component}: ${name}${mustAccept ? ', which you must accept' : ''}. ${note}`,
    ]),
    ...(!weights || weights.present ? [] : ['', `Then you will be asked for ${weights.name}.`]),
  ];
}

const PHASES: Record<ModelProgress['phase'], string> = {
  download: 'downloading',
  check: 'checking',
  copy: 'copying',
  compute: 'running the text encoder once',
  hash: 'computing SHA-256',
};

/** "downloading unet/… · 1.2 of 5.2 GB · 12 MB/s · 5 min left" */
export function describeModelProgress({
  phase,
  file,
  bytes,
  totalBytes,
  bytesPerSecond,
  secondsLeft,
}: ModelProgress): string {
  const parts = [
    phase === 'check' || phase === 'compute' ? PHASES[phase] : `${PHASES[phase]} ${file}`,
  ];
  if (totalBytes > 0) parts.push(`${byteText(bytes)} of ${byteText(totalBytes)}`);
  if (bytesPerSecond !== undefined) parts.push(`${byteText(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined)
    parts.push(
      secondsLeft < 90
        ? `${Math.ceil(secondsLeft)} s left`
        : `${Math.round(secondsLeft / 60)} min left`,
    );
  return parts.join(' · ');
}

/** The state of an installable model in a few words. */
export function describeState(status: ModelState): string {
  switch (status.state) {
    case 'ready':
      return (
        `ready, ${byteText(status.bytes)}, ${status.precision}` +
        (status.prompts ? ', with prompts' : '') +
        (status.draft ? ', with drafts' : '')
      );
    case 'not-installed':
      return status.downloadedBytes > 0
        ? `not installed, ${byteText(status.downloadedBytes)} downloaded`
        : 'not installed';
    case 'unsupported':
      return `not supported here: ${inWords(status.reason)}`;
  }
}

import { byteText } from './byteText';
import type { InstallPlan, ModelProgress, ModelState } from './modelProtocol';
import { inWords, say, phrase, type Words } from './phrase';

/** What an installation would fetch and under what terms, as lines of plain text. */
export function describePlan(plan: InstallPlan): string[] {
  const left = plan.bytesToFetch;
  return [
    say`${plan.name} will be put in ${plan.folder}`,
    '',
    say`To fetch: ${byteText(left)} from ${hostsOf(plan)}; ${byteText(plan.bytesFree)} are free.`,
    ...sharing(plan),
    ...plan.files.map(({ path, bytes, done, temporary, from }) => {
      const size = bytes === undefined ? say`size unknown` : byteText(bytes);
      const state =
        done > 0 && bytes !== undefined
          ? done >= bytes
            ? say`, here already`
            : say`, ${byteText(done)} here already`
          : '';
      const place = from === undefined ? '' : say`, from ${new URL(from).host}`;
      return `  ${path} (${size}${place}${state}${temporary ? say`; needed once, then removed` : ''})`;
    }),
    '',
    say`Licenses:`,
    ...plan.licences.map(
      ({ component, name, url, mustAccept, note }) =>
        `  ${component}: ${name}${mustAccept ? say` (must be accepted)` : ''}. ${note} ${url}`,
    ),
    ...(plan.weights
      ? [
          '',
          plan.weights.present
            ? say`${plan.weights.name} is here already.`
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
  ].join(say` and `);

const sharing = ({ sharedWith }: InstallPlan): string[] =>
  sharedWith === undefined
    ? []
    : [say`Stable Diffusion 2.1 base is here already, with ${sharedWith}, and is shared.`];

/** The same in a few sentences, for a dialog that has a button to read the licence. */
export function describePlanBriefly(plan: InstallPlan): string[] {
  const { bytesToFetch, bytesFree, files, folder, licences, weights } = plan;
  const staying = files.reduce(
    (sum, { bytes, temporary }) => sum + (temporary ? 0 : (bytes ?? 0)),
    0,
  );
  return [
    say`${byteText(bytesToFetch)} will be fetched from ${hostsOf(plan)}; ${byteText(staying)} of it will stay in ${folder}. ${byteText(bytesFree)} are free.`,
    ...sharing(plan),
    ...licences.flatMap(({ component, name, mustAccept, note }) => [
      '',
      `${component}: ${name}${mustAccept ? say`, which you must accept` : ''}. ${note}`,
    ]),
    ...(!weights || weights.present ? [] : ['', say`Then you will be asked for ${weights.name}.`]),
  ];
}

const PHASES: Record<ModelProgress['phase'], Words> = {
  download: phrase`downloading`,
  check: phrase`checking`,
  copy: phrase`copying`,
  compute: phrase`running the text encoder once`,
  hash: phrase`computing SHA-256`,
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
    phase === 'check' || phase === 'compute'
      ? inWords(PHASES[phase])
      : `${inWords(PHASES[phase])} ${file}`,
  ];
  if (totalBytes > 0) parts.push(say`${byteText(bytes)} of ${byteText(totalBytes)}`);
  if (bytesPerSecond !== undefined) parts.push(`${byteText(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined)
    parts.push(
      secondsLeft < 90
        ? say`${Math.ceil(secondsLeft)} s left`
        : say`${Math.round(secondsLeft / 60)} min left`,
    );
  return parts.join(' · ');
}

/** The state of an installable model in a few words. */
export function describeState(status: ModelState): string {
  switch (status.state) {
    case 'ready':
      return (
        say`ready, ${byteText(status.bytes)}, ${status.precision}` +
        (status.prompts ? say`, with prompts` : '') +
        (status.draft ? say`, with drafts` : '')
      );
    case 'not-installed':
      return status.downloadedBytes > 0
        ? say`not installed, ${byteText(status.downloadedBytes)} downloaded`
        : say`not installed`;
    case 'unsupported':
      return say`not supported here: ${inWords(status.reason)}`;
  }
}
